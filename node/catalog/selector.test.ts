import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from './functions.js';
import { parseSelector, selectsOne } from './selector.js';

/** What a result_argument comes to: its keys, `+` behind them where they can only ever give one number; or what was expected. */
function of(method: string, args: Readonly<Record<string, unknown>>, source: string): string {
  const definition = functionNamed(method)!;
  const selector = parseSelector(definition, args, source);
  return 'expected' in selector ? selector.expected : `${selector.join(' ')}${selectsOne(definition, args, selector) ? ' +' : ''}`;
}

const memory = '*, <field> (total, available, percent, used, free, active, inactive, buffers, cached, shared, slab, wired)';
const times = 'count, any, <index>, <index or *>.<field> (user, nice, system, idle, iowait, irq, softirq, dpc, steal, guest, guest_nice)';
const interfaces = 'count, any, <key>, <key or *>.<field> (isup, duplex, speed, mtu)';
const addresses = 'count, <key or *>.count, <key or *>.<index or *>.<field> (family)';

describe('A result_argument', () => {
  for (const [what, method, args, told] of [
    ['of one value is none', 'boot_time', {}, { x: 'no result_argument, for the result is one value', '': 'no result_argument, for the result is one value', count: 'no result_argument, for the result is one value' }],
    ['of a list of values is an index, all of them, or how many there are', 'cpu_percent', { percpu: true }, { 0: '0 +', 10: '10 +', '*': '*', count: 'count +', '01': '<index>, *, count', '0.1': '<index>, *, count', x: '<index>, *, count' }],
    ['of numbers by key is a key, dots included', 'net_connections', { by: 'status' }, { LISTEN: 'LISTEN +', 'a.b': 'a.b +', '*': '*', count: 'count +', any: 'any +' }],
    ['of fields is one of them', 'virtual_memory', {}, { free: 'free +', '*': '*', '*.free': memory, nope: memory, count: memory }],
    ['of a list of fields is one of an index or of all', 'cpu_times', { percpu: true }, { '0.user': '0 user +', '*.user': '* user', 0: '0', '0.*': '0', count: 'count +', any: 'any +', user: times, '0.count': times, 'x.user': times }],
    ['is no text, and the numbers beside it are named', 'users', {}, { '0.started': '0 started +', '0.name': 'a number, which name is not; the numbers beside it are started, pid' }],
    ['of fields by key may have dots in its key', 'net_if_stats', {}, { 'eth0.100.mtu': 'eth0.100 mtu +', 'eth0.100': 'eth0.100', 'eth0.*': 'eth0', '*.isup': '* isup', '*': '*', any: 'any +', mtu: interfaces, 'eth0.count': interfaces }],
    ['of lists by key is an item, its field, or how many a key has', 'net_if_addrs', {}, {
      'eth0.0.family': 'eth0 0 family +', 'eth0.0': 'eth0 0', eth0: 'eth0', '*.*.family': '* * family', count: 'count +', 'eth0.count': 'eth0 count +', '*.count': '* count',
      'eth0.1.count': 'eth0.1 count +', '*.*.count': addresses, '*.0.count': addresses, 'eth0.*.count': addresses,
    }],
    ['of a process is a field, or every field within one', 'Process', {}, { cpu_percent: 'cpu_percent +', 'memory_info.rss': 'memory_info rss +', memory_info: 'memory_info', 'memory_info.*': 'memory_info', count: 'count +', '*': '*' }],
    ['of processes is asked of each, as long as none is named', 'process_iter', {}, { 'memory_info.rss': '* memory_info rss', 'node.memory_info.rss': 'node memory_info rss +', '*.memory_info.*': '* memory_info', 'node.1': 'node.1', count: 'count +', any: 'any +' }],
    ['of what nobody knows beforehand is any path', 'systeminformation.mem', {}, { 'a.0.b': 'a 0 b', '*': '*', 'a..b': 'a path such as name, 0.name, *.name or count' }],
  ] as const) {
    it(what, () => {
      assert.deepEqual(Object.fromEntries(Object.keys(told).map((source) => [source, of(method, args, source)])), told);
    });
  }

  it('that begins to name a field is told the rest of it', () => {
    assert.equal(of('Process', {}, 'memory_info.nope'), '*, <field> (memory_info.rss, memory_info.vms, memory_info.peak_rss, memory_info.peak_vms, memory_info.shared, memory_info.text, memory_info.data)');
  });

  it('is needed for one number, but where the result is one', () => {
    const one = (name: string, args: Readonly<Record<string, unknown>> = {}): boolean => selectsOne(functionNamed(name)!, args);
    assert.deepEqual([one('boot_time'), one('virtual_memory'), one('cpu_percent', { percpu: true }), one('cpu_percent')], [true, false, false, true]);
  });
});
