import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from './nearest.js';
import { monitorSchema } from './schema.js';
import { validate } from './validation.js';

/** What a settings file may have. */
const keys = Object.keys(monitorSchema()['properties'] as object).join(', ');

/** Documents, and every sentence about them: the whole of it, for a person reads no pointers. */
const table: readonly { what: string; document: unknown; platform?: string; faults: readonly string[]; warnings: readonly string[] }[] = [
  {
    what: 'text', document: 'text',
    faults: [
      'the configuration: expected a list of entries or a map with psutil_config, found text',
    ],
    warnings: [],
  },
  {
    what: 'null', document: null,
    faults: [
      'the configuration: expected a list of entries or a map with psutil_config, found null',
    ],
    warnings: [],
  },
  {
    what: 'a map without psutil_config', document: {},
    faults: [
      'the configuration: expected the key psutil_config, the list of functions to call, found none',
    ],
    warnings: [],
  },
  {
    what: 'psutil_config that is no list', document: { psutil_config: 5 },
    faults: [
      '/psutil_config: expected a list, found 5',
    ],
    warnings: [],
  },
  {
    what: 'sections that are null, as an empty one is in YAML', document: { psutil_config: [], broker: null, node: null },
    faults: [
      '/node: expected a map, found null',
      '/broker: expected a map, found null',
    ],
    warnings: [
      '/psutil_config: the list is empty, nothing will be sampled',
    ],
  },
  {
    what: 'an empty list', document: [],
    faults: [],
    warnings: [
      'the configuration: the list is empty, nothing will be sampled',
    ],
  },
  {
    what: 'an empty list in a map', document: { psutil_config: [] },
    faults: [],
    warnings: [
      '/psutil_config: the list is empty, nothing will be sampled',
    ],
  },
  {
    what: 'keys that are missing', document: [
      {},
      { method: 'disk_usage', interval: 1 },
      { method: 'Process', args: {}, interval: 1 },
      'x', null,
    ],
    faults: [
      '/0: expected the key method, a psutil function, found none',
      '/0: expected the key interval, the seconds between calls, found none',
      '/1: expected the key args with path, found none',
      '/3: expected a map, found "x"',
      '/4: expected a map, found null',
    ],
    warnings: [],
  },
  {
    what: 'values of another type', document: [
      { method: 'cpu_percent', args: { interval: 'x', percpu: 3 }, interval: 1 },
      { method: 5, interval: [5], alias: 7, rate: 'maybe', scale: 'x', unit: {}, args: 'x', result_argument: false },
    ],
    faults: [
      '/0/args/interval: expected a number or null, found "x"',
      '/0/args/percpu: expected true or false, found 3',
      '/1/method: expected text, found 5',
      '/1/args: expected a map, found "x"',
      '/1/result_argument: expected text, found false',
      '/1/interval: expected a number, found a list of 1',
      '/1/alias: expected text, found 7',
      '/1/rate: expected true or false, found "maybe"',
      '/1/scale: expected a number, found "x"',
      '/1/unit: expected text, found a map',
    ],
    warnings: [],
  },
  {
    what: 'keys that nobody knows', document: [
      { method: 'boot_time', args: { a: 1 }, interval: 1 },
      { method: 'cpu_times', args: { percpus: 1, 'a/b~c': 1 }, interval: 1 },
      { method: 'boot_time', interval: 1, alas: 'x' },
      { method: 'zzz', args: { q: 1 }, interval: 1 },
    ],
    faults: [
      '/0/args/a: expected no arguments, found "a"',
      '/1/args/percpus: expected only the arguments percpu, found "percpus"; did you mean "percpu"?',
      '/1/args/a~1b~0c: expected only the arguments percpu, found "a/b~c"',
      '/2/alas: expected only the keys method, args, result_argument, interval, alias, rate, scale, unit, found "alas"; did you mean "alias"?',
      '/3/method: expected a psutil function of the catalog (psutil-agent methods lists them), found "zzz"',
    ],
    warnings: [],
  },
  {
    what: 'settings', document: { psutil_config: [], statuss: {}, node: { node: 1 }, broker: { exchange: { typ: 1 }, tls: { x: 1 }, delivery_mode: 'slow', hostnames: [], port: 0, heartbeat: 1.5, max_in_flight: 70000 }, log: { level: 'loud' }, publish: { units: 'no' }, spool: 5 },
    faults: [
      `/statuss: expected only the keys ${keys}, found "statuss"; did you mean "status"?`,
      '/node/node: expected only the keys deployment_id, node_name, node_id, host, found "node"',
      '/broker/hostnames: expected a list of at least one, found an empty list',
      '/broker/port: expected a number of at least 1, found 0',
      '/broker/tls/x: expected only the keys enabled, ca_cert, client_cert, client_key, server_name, verify, found "x"',
      '/broker/heartbeat: expected a whole number, found 1.5',
      '/broker/exchange/typ: expected only the keys name, type, durable, auto_delete, internal, found "typ"; did you mean "type"?',
      '/broker/delivery_mode: expected one of transient, persistent, found "slow"',
      '/broker/max_in_flight: expected a number of at most 65535, found 70000',
      '/publish/units: expected true or false, found "no"',
      '/spool: expected a map, found 5',
      '/log/level: expected one of trace, debug, info, warn, error, fatal, silent, found "loud"',
    ],
    warnings: [
      '/psutil_config: the list is empty, nothing will be sampled',
    ],
  },
  {
    what: 'limits of an entry', document: [
      { method: 'boot_time', interval: 0.05 },
      { method: 'boot_time', interval: 604801 },
      { method: 'boot_time', interval: 1, unit: 'u'.repeat(65), alias: 'a\u0007', result_argument: ' ' },
      { method: 'net_connections', args: { kind: 'tcpp' }, result_argument: 'count', interval: 1 },
    ],
    faults: [
      '/0/interval: expected a number of at least 0.1, found 0.05',
      '/1/interval: expected a number of at most 604800, found 604801',
      '/2/result_argument: expected text that is not empty, found " "',
      '/2/alias: expected text without control characters, found "a\\u0007"',
      '/2/unit: expected text of at most 64 characters, found 65 of them',
      '/3/args/kind: expected one of all, inet, inet4, inet6, tcp, tcp4, tcp6, udp, udp4, udp6, unix, found "tcpp"; did you mean "tcp"?',
    ],
    warnings: [],
  },
  {
    what: 'result_argument', document: { psutil_config: [{ method: 'virtual_memory', result_argument: 'fre', interval: 1 }, { method: 'cpu_times', args: { percpu: true }, result_argument: 'user', interval: 1 }, { method: 'cpu_times', args: { percpu: true }, result_argument: '0.usr', interval: 1 }, { method: 'virtual_memory', result_argument: 'fre', interval: 'x' }, { method: 'win_service_iter', interval: 1 }, { method: 'users', result_argument: 'zzzzz', interval: 1 }] },
    faults: [
      '/psutil_config/3/interval: expected a number, found "x"',
      '/psutil_config/0/result_argument: expected *, <field> (total, available, percent, used, free, active, inactive, buffers, cached, shared, slab, wired), found "fre"; did you mean "free"?',
      '/psutil_config/1/result_argument: expected count, any, <index>, <index or *>.<field> (user, nice, system, idle, iowait, irq, softirq, dpc, steal, guest, guest_nice), found "user"; did you mean "*.user"?',
      '/psutil_config/2/result_argument: expected count, any, <index>, <index or *>.<field> (user, nice, system, idle, iowait, irq, softirq, dpc, steal, guest, guest_nice), found "0.usr"',
      '/psutil_config/4: expected a result_argument such as "count", for win_service_iter gives more numbers than anybody wants all of, found none',
      '/psutil_config/5/result_argument: expected count, any, <index>, <index or *>.<field> (started, pid), found "zzzzz"',
    ],
    warnings: [
      '/psutil_config/4/method: win_service_iter cannot be had on Linux, where this entry gives nothing',
    ],
  },
  {
    what: 'rate', document: [
      { method: 'virtual_memory', result_argument: 'free', rate: true, interval: 1 },
      { method: 'boot_time', rate: true, interval: 1 },
      { method: 'net_io_counters', rate: true, interval: 1 },
      { method: 'net_io_counters', args: { pernic: true }, result_argument: '*', rate: true, interval: 1 },
      { method: 'net_io_counters', args: { pernic: true }, result_argument: 'count', rate: true, interval: 1 },
      { method: 'systeminformation.graphics', result_argument: 'controllers.*.vram', rate: true, interval: 1 },
      { method: 'Process', args: { name: 'x' }, result_argument: 'cpu_times', rate: true, interval: 1 },
      { method: 'Process', args: { name: 'x' }, result_argument: 'memory_info', rate: true, interval: 1 },
    ],
    faults: [
      '/0/rate: expected rate only for counters, and "free" is none, found true',
      '/1/rate: expected rate only for counters, and boot_time is none, found true',
      '/4/rate: expected rate only for counters, and "count" is none, found true',
      '/5/rate: expected rate only for counters, and "controllers.*.vram" is none, found true',
      '/7/rate: expected rate only for counters, and "memory_info" is none, found true',
    ],
    warnings: [
      '/3: publishes the same name "net_io_counters" as /2; give one of them an alias of its own',
    ],
  },
  {
    what: 'names that are published twice', document: { psutil_config: [{ method: 'cpu_times', interval: 1 }, { method: 'cpu_times', result_argument: '*', interval: 1 }, { method: 'boot_time', interval: 1 }, { method: 'boot_time', alias: 'b', interval: 1 }, { method: 'cpu_count', alias: 'b', interval: 1 }, { method: 'cpu_times', result_argument: 'user', interval: 1 }, { method: 'zzz', interval: 1 }, { method: 'zzz', interval: 1 }] },
    faults: [
      '/psutil_config/6/method: expected a psutil function of the catalog (psutil-agent methods lists them), found "zzz"',
      '/psutil_config/7/method: expected a psutil function of the catalog (psutil-agent methods lists them), found "zzz"',
    ],
    warnings: [
      '/psutil_config/1: publishes the same name "cpu_times" as /psutil_config/0; give one of them an alias of its own',
      '/psutil_config/4: publishes the same name "b" as /psutil_config/3; give one of them an alias of its own',
    ],
  },
  {
    what: 'what the platform lacks (win32)', platform: 'win32', document: [
      { method: 'win_service_get', args: { name: 'x' }, result_argument: 'running', interval: 1 },
      { method: 'cpu_times', result_argument: 'steal', interval: 1 },
      { method: 'sensors_temperatures', interval: 1 },
      { method: 'cpu_percent', args: { interval: 2 }, interval: 1 },
      { method: 'Process', args: { name: 'x' }, result_argument: 'num_handles', interval: 1 },
    ],
    faults: [],
    warnings: [
      '/1/result_argument: "steal" cannot be had on Windows, where this entry gives nothing',
      '/2/method: sensors_temperatures cannot be had on Windows, where this entry gives nothing',
      '/3/args/interval: measures for 2 s, longer than the entry\'s interval of 1 s, so that ticks are skipped; make it shorter, or that interval longer',
    ],
  },
  {
    what: 'what the platform lacks (linux)', platform: 'linux', document: [
      { method: 'win_service_get', args: { name: 'x' }, result_argument: 'running', interval: 1 },
      { method: 'cpu_times', result_argument: 'steal', interval: 1 },
      { method: 'sensors_temperatures', interval: 1 },
      { method: 'cpu_percent', args: { interval: 2 }, interval: 1 },
      { method: 'Process', args: { name: 'x' }, result_argument: 'num_handles', interval: 1 },
    ],
    faults: [],
    warnings: [
      '/0/method: win_service_get cannot be had on Linux, where this entry gives nothing',
      '/3/args/interval: measures for 2 s, longer than the entry\'s interval of 1 s, so that ticks are skipped; make it shorter, or that interval longer',
      '/4/result_argument: "num_handles" cannot be had on Linux, where this entry gives nothing',
    ],
  },
  {
    what: 'commands', document: { psutil_config: [{ method: 'boot_time', interval: 1 }, { method: 'powershell', args: { command: '1' }, interval: 1 }] },
    faults: [
      '/psutil_config/1/method: expected allow_powershell: true in the settings, beside psutil_config, before a configuration may run commands, found none',
    ],
    warnings: [],
  },
  {
    what: 'methods that are none', document: [
      { method: 'Popen', interval: 1 },
      { method: 'virtual_memry', interval: 1 },
      { method: 'wait_procs', interval: 1 },
    ],
    faults: [
      '/0/method: expected a psutil function that a configuration may ask for, which "Popen" is not: it starts a process, and a configuration only reads, found "Popen"',
      '/1/method: expected a psutil function of the catalog (psutil-agent methods lists them), found "virtual_memry"; did you mean "virtual_memory"?',
      '/2/method: expected a psutil function that a configuration may ask for, which "wait_procs" is not: it waits for processes to end; ask Process for count instead, found "wait_procs"',
    ],
    warnings: [],
  },
  {
    what: 'processes counted', document: [
      { method: 'Process', args: { name: 'x', aggregate: 'count' }, interval: 1 },
      { method: 'Process', args: { name: 'x', aggregate: 'count' }, result_argument: 'count', interval: 1 },
      { method: 'Process', args: { name: 'x' }, interval: 1 },
    ],
    faults: [],
    warnings: [
      '/1: publishes the same name "Process" as /0; give one of them an alias of its own',
    ],
  },
];

describe('what is said of a configuration', () => {
  for (const { what, document, platform = 'linux', faults, warnings } of table) {
    it(what, () => {
      const result = validate(document, false, platform);
      assert.deepEqual(result.faults.map(({ message }) => message), faults);
      assert.deepEqual(result.warnings.map(({ message }) => message), warnings);
      for (const { pointer, expected, found, nearest: near, message } of result.faults) {
        const hint = near === undefined ? '' : `; did you mean "${near}"?`;
        assert.equal(message, `${pointer === '' ? 'the configuration' : pointer}: expected ${expected}, found ${found}${hint}`);
      }
      for (const { pointer, message } of result.warnings) assert.ok(message.startsWith(`${pointer === '' ? 'the configuration' : pointer}: `), message);
      assert.equal(result.more, 0);
    });
  }
});

describe('nearest', () => {
  it('takes a third of the letters, in any case, as inserted, left out, changed or swapped', () => {
    const of = (name: string, ...names: string[]): string | undefined => nearest(name, names);
    for (const [name, near] of [['abcdef', 'abcdef'], ['ABCDEF', 'abcdef'], ['abcdefg', 'abcdef'], ['abcde', 'abcdef'], ['abxdef', 'abcdef'], ['bacdef', 'abcdef'], ['abdcfe', 'abcdef'], ['bacdfe', 'abcdef'], ['a', 'b'], ['ba', 'ab'], ['abc', 'acb']] as const) {
      assert.equal(of(name, near), near, name);
    }
    for (const [name, other] of [['bacdfx', 'abcdef'], ['abcdef', 'abcxyz'], ['abcdefghi', 'abcdef'.repeat(2)], ['ab', 'cd'], ['cab', 'abc']] as const) assert.equal(of(name, other), undefined, name);
    assert.equal(of('abcd', 'abxy', 'abcx', 'abdc'), 'abcx', 'the nearest, and of equals the first');
    assert.equal(of('abcdef'), undefined);
    assert.deepEqual([of(`${'x'.repeat(99)}y`, 'x'.repeat(100)), of(`${'x'.repeat(100)}y`, 'x'.repeat(101))], ['x'.repeat(100), undefined], 'up to a hundred letters');
  });
});
