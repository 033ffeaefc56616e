import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import { parseSelector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';
import { select, selectionOf } from './selection.js';

/** What an entry would publish: path -> value, and what is missing. */
function publish(method: string, args: Arguments, result: Result, source?: string): { values: Record<string, number>; missing: readonly string[] } {
  const definition = functionNamed(method)!;
  const selector = source === undefined ? undefined : parseSelector(definition, args, source);
  if (selector !== undefined && 'expected' in selector) throw new Error(`${source ?? ''}: ${selector.expected}`);
  const { selected, missing } = select(definition, args, result, selector);
  assert.deepEqual(selectionOf(definition, args, selector)(result), { selected, missing }, 'the quick way gives the same');
  return { values: Object.fromEntries(selected.map(({ path, value }) => [path, value])), missing };
}

const disks = { PhysicalDrive0: { read_count: 1, read_bytes: 0 }, PhysicalDrive1: { read_count: 2, read_bytes: 7 } };

describe('select', () => {
  it('gives one number an empty path, zero included', () => {
    assert.deepEqual(publish('virtual_memory', {}, { free: 0, total: 9 }, 'free').values, { '': 0 });
    assert.deepEqual(publish('cpu_percent', {}, 3.5).values, { '': 3.5 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, 'PhysicalDrive0.read_bytes').values, { '': 0 });
    assert.deepEqual(publish('cpu_times', { percpu: true }, [{ user: 4 }], '0.user').values, { '': 4 });
  });

  it('gives each number of several its place', () => {
    assert.deepEqual(publish('swap_memory', {}, { total: 1, used: 0 }).values, { total: 1, used: 0 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, '*.read_bytes').values, { PhysicalDrive0_read_bytes: 0, PhysicalDrive1_read_bytes: 7 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, 'PhysicalDrive1').values, { PhysicalDrive1_read_count: 2, PhysicalDrive1_read_bytes: 7 });
    assert.deepEqual(publish('cpu_percent', { percpu: true }, [1, 0]).values, { 0: 1, 1: 0 });
    assert.deepEqual(publish('getloadavg', {}, [1, 2, 3], '1').values, { '': 2 });
  });

  it('counts lists and maps', () => {
    assert.deepEqual(publish('users', {}, [], 'count').values, { '': 0 });
    assert.deepEqual(publish('net_if_stats', {}, { lo: {}, eth0: {} }, 'count').values, { '': 2 });
    assert.deepEqual(publish('net_if_addrs', {}, { lo: [{}, {}], 'eth0.1': [{}] }, '*.count').values, { lo_count: 2, 'eth0.1_count': 1 });
    assert.deepEqual(publish('net_if_addrs', {}, { lo: [{}, {}], 'eth0.1': [{}] }, 'eth0.1.count').values, { '': 1 });
  });

  it('takes names with dots, older names, and truths as 1 and 0', () => {
    const nics = { 'eth0.100': { isup: true, mtu: 1500, flags: 'up' }, lo: { isup: false, mtu: 65536, flags: '' } };
    assert.deepEqual(publish('net_if_stats', {}, nics, 'eth0.100.mtu').values, { '': 1500 });
    assert.deepEqual(publish('net_if_stats', {}, nics, '*.isup').values, { 'eth0.100_isup': 1, lo_isup: 0 });
    assert.deepEqual(publish('cpu_times', {}, { irq: 5 }, 'interrupt').values, { '': 5 });
    assert.deepEqual(publish('net_if_stats', {}, { lo: nics.lo }).values, { lo_isup: 0, lo_mtu: 65536 });
  });

  it('tells what is missing and never makes it zero', () => {
    const { values, missing } = publish('virtual_memory', {}, { total: 1 }, 'wired');
    assert.deepEqual(values, {});
    assert.match(missing[0]!, /no wired here; there are total/);
    assert.deepEqual(publish('cpu_percent', { percpu: true }, [null, 4]), { values: { 1: 4 }, missing: ['the system does not tell 0'] });
    assert.match(publish('disk_io_counters', { perdisk: true }, disks, 'sda.read_bytes').missing[0]!, /no sda here; there are PhysicalDrive0, PhysicalDrive1/);
    assert.equal(publish('boot_time', {}, Number.NaN).missing.length, 1);
    assert.deepEqual(publish('users', {}, [{ name: 'a', terminal: null, host: null, started: 5, pid: null }]), { values: { '0_started': 5 }, missing: [] });
  });

  it('makes no list of what is missing for a number that stands where it is asked for: ten thousand a second come this way', () => {
    const quick = (method: string, args: Arguments, selector: readonly string[] | undefined, result: Result): boolean => {
      const find = selectionOf(functionNamed(method)!, args, selector);
      return find(result).missing === find(result).missing;
    };
    assert.deepEqual([
      quick('cpu_percent', {}, undefined, 0), quick('virtual_memory', {}, ['free'], { free: 5 }), quick('disk_io_counters', { perdisk: true }, ['PhysicalDrive1', 'read_bytes'], disks),
      quick('virtual_memory', {}, ['free'], { free: Infinity }), quick('users', {}, ['count'], []),
    ], [true, true, true, false, false]);
  });

  it('a wildcard at the end asks for what there is, and what is told of a field that nobody knows is told', () => {
    assert.deepEqual(publish('users', {}, [{ name: 'a', terminal: null, started: 5, pid: null }], '*'), { values: { '0_started': 5 }, missing: [] });
    assert.deepEqual(publish('users', {}, [{ shell: null, started: 5 }]), { values: { '0_started': 5 }, missing: ['the system does not tell 0.shell'] });
    assert.deepEqual(selectionOf(functionNamed('users')!, {})([{ shell: 4 }]).selected.map(({ path, value, unit }) => [path, value, unit]), [['0_shell', 4, '']]);
    assert.deepEqual(publish('systeminformation.graphics', {}, { count: { x: 1 } }, 'count.x').values, { '': 1 }, 'what is called count is not counted on the way');
    assert.deepEqual(publish('net_if_addrs', {}, { lo: [{}], eth0: [{}] }, 'any').values, { '': 1 });
    assert.deepEqual(publish('systeminformation.graphics', {}, 'text').missing, ['the result is text, not a number']);
  });

  it('asks of a wildcard no more than there may be, and passes over text', () => {
    assert.deepEqual(publish('users', {}, [{ name: 'a', terminal: null, started: 5, pid: null }], '*.pid'), { values: {}, missing: ['the system does not tell 0.pid'] });
    assert.deepEqual(publish('systeminformation.graphics', {}, { a: 'text', b: { c: 'text', d: 1 } }, '*'), { values: { b_d: 1 }, missing: [] });
    assert.deepEqual(publish('systeminformation.graphics', {}, { a: 'text' }), { values: {}, missing: [] });
    assert.deepEqual(publish('net_if_addrs', {}, { lo: [{}] }, 'any').values, { '': 1 });
    assert.deepEqual(publish('net_if_addrs', {}, {}, 'any').values, { '': 0 });
  });

  it('says of each missing value which it is and what there is in its place', () => {
    const of = (method: string, args: Arguments, result: Result, source: string | undefined): string => publish(method, args, result, source).missing.join(' | ');
    assert.equal(of('virtual_memory', {}, { total: 1, free: 2 }, 'wired'), 'there is no wired here; there are total, free');
    assert.equal(of('disk_io_counters', { perdisk: true }, {}, 'sda.read_bytes'), 'there is no sda here; there is none');
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`d${String(n)}`, { read_bytes: n }]));
    assert.equal(of('disk_io_counters', { perdisk: true }, many, 'sda.read_bytes'), 'there is no sda here; there are d0, d1, d2, d3, d4, d5, d6, d7, ...');
    assert.equal(of('disk_io_counters', { perdisk: true }, { a: { read_bytes: 1 }, ...Object.fromEntries(Object.entries(many).slice(2)) }, 'sda.read_bytes'), 'there is no sda here; there are a, d2, d3, d4, d5, d6, d7, d8');
    assert.equal(of('disk_io_counters', { perdisk: true }, { sda: {} }, 'sda.read_bytes'), 'there is no sda.read_bytes here; there is none');
    assert.equal(of('boot_time', {}, Number.NaN, undefined), 'the result is no number');
    assert.equal(of('cpu_times', { percpu: true }, [{ user: Infinity }], '0.user'), '0.user is no number');
    assert.equal(of('cpu_times', { percpu: true }, [{ user: null }], '0.user'), 'the system does not tell 0.user');
    assert.equal(of('boot_time', {}, null, undefined), 'the system does not tell boot_time');
    assert.equal(of('systeminformation.graphics', {}, { a: 'x', b: { c: 'y' } }, 'b.c'), 'b.c is text, not a number');
    assert.equal(of('systeminformation.graphics', {}, { a: 'x' }, 'a.b'), '', 'below a text there is nothing that could be asked for');
  });

  it('takes the reason of the place, or of the nearest one that it is in', () => {
    const definition = functionNamed('cpu_times')!;
    const of = (result: Result, reasons: Record<string, string>): readonly string[] => select(definition, { percpu: true }, result, ['0', 'user'], reasons).missing;
    const all = { '': 'of all', '0': 'of the first', '0.user': 'of its user' };
    for (const result of [[{ user: null }], [{}]]) {
      assert.deepEqual(of(result, all), ['of its user']);
      assert.deepEqual(of(result, { '': 'of all', '0': 'of the first', '1': 'of another' }), ['of the first']);
      assert.deepEqual(of(result, { '': 'of all', user: 'of another' }), ['of all']);
    }
    assert.deepEqual(of([null], all), ['of the first']);
    assert.deepEqual(selectionOf(definition, { percpu: true }, ['0', 'user'])([null], all).missing, ['of the first']);
  });

  it('knows field and unit of each number, the longest name first', () => {
    const of = (method: string, args: Arguments, result: Result, selector?: readonly string[]): unknown =>
      selectionOf(functionNamed(method)!, args, selector)(result).selected.map(({ path, unit, field }) => [path, unit, field?.name]);
    assert.deepEqual(of('Process', { aggregate: 'sum' }, { memory_info: { rss: 1 }, num_threads: 2 }), [['memory_info_rss', 'B', 'memory_info.rss'], ['num_threads', 'count', 'num_threads']]);
    assert.deepEqual(of('Process', { aggregate: 'sum' }, { memory_info: { rss: 1 } }, ['memory_info', 'rss']), [['', 'B', 'memory_info.rss']]);
    assert.deepEqual(of('boot_time', {}, 5), [['', 's', '']]);
    assert.deepEqual(of('users', {}, [], ['count']), [['', 'count', undefined]]);
    assert.deepEqual(of('users', {}, [{}], ['any']), [['', '', undefined]]);
  });

  it('gives what nobody knows beforehand a path unless it stands at the very place asked for', () => {
    const result = { main: 1, controllers: [{ vram: 5 }, { vram: 6 }] };
    assert.deepEqual(publish('systeminformation.graphics', {}, result, 'main').values, { '': 1 });
    assert.deepEqual(publish('systeminformation.graphics', {}, result, 'controllers.1.vram').values, { '': 6 });
    assert.deepEqual(publish('systeminformation.graphics', {}, result, 'controllers.*.vram').values, { controllers_0_vram: 5, controllers_1_vram: 6 });
    assert.deepEqual(publish('systeminformation.graphics', {}, result, 'controllers').values, { controllers_0_vram: 5, controllers_1_vram: 6 });
    assert.deepEqual(publish('systeminformation.graphics', {}, result).values, { main: 1, controllers_0_vram: 5, controllers_1_vram: 6 });
    assert.deepEqual(publish('systeminformation.graphics', {}, { count: 7 }, 'count').values, { '': 7 }, 'a number of that name before the number of things');
    assert.deepEqual(publish('systeminformation.graphics', {}, { a: {} }, 'a.any').values, { '': 0 });
  });
});
