import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functions } from '../catalog/functions.js';
import { completeArguments, validate } from './validation.js';

/** The faults of one entry, as `pointer: expected / nearest`. */
function faultsOf(entry: unknown): string[] {
  return validate([entry]).faults.map(({ pointer, message, expected, found, nearest }) => {
    assert.ok(message.startsWith(pointer === '' ? 'the configuration' : `${pointer}: `), message);
    assert.ok(expected !== '' && found !== '');
    return nearest === undefined ? pointer : `${pointer} -> ${nearest}`;
  });
}

const seed = [
  { method: 'virtual_memory', result_argument: 'free', interval: 5, alias: 'memory_MemFree' },
  { method: 'cpu_times_percent', args: { interval: 1, percpu: false }, result_argument: 'user', interval: 5, alias: 'cpu_total_user' },
  { method: 'cpu_times_percent', args: { interval: 1, percpu: false }, result_argument: 'system', interval: 5, alias: 'cpu_total_system' },
];

describe('validate', () => {
  it('accepts the seed\'s example, bare and in a map', () => {
    for (const document of [seed, { psutil_config: seed }]) {
      assert.deepEqual(validate(document).faults, []);
      assert.deepEqual(validate(document).warnings, []);
    }
  });

  it('accepts every function of the catalog with its defaults', () => {
    const given: Record<string, unknown> = { path: '/', pid: 1 };
    for (const { name, arguments: args, fields } of functions) {
      const required = Object.fromEntries(args.filter((argument) => argument.required).map((argument) => [argument.name, given[argument.name]]));
      const select = fields.every((field) => field.type === 'string') ? { result_argument: 'count' } : {};
      assert.deepEqual(faultsOf({ method: name, args: required, interval: 1, ...select }), [], name);
    }
  });

  it('names the nearest valid name', () => {
    assert.deepEqual(faultsOf({ method: 'virtual_memry', interval: 5 }), ['/0/method -> virtual_memory']);
    assert.deepEqual(faultsOf({ method: 'cpu_times', args: { percpus: true }, interval: 5 }), ['/0/args/percpus -> percpu']);
    assert.deepEqual(faultsOf({ method: 'virtual_memory', result_argument: 'fre', interval: 5 }), ['/0/result_argument -> free']);
    assert.deepEqual(faultsOf({ method: 'virtual_memory', intervall: 5, interval: 5 }), ['/0/intervall -> interval']);
    assert.deepEqual(faultsOf({ method: 'cpu_times', args: { percpu: true }, result_argument: 'user', interval: 5 }), ['/0/result_argument -> *.user']);
  });

  it('refuses what is no psutil function', () => {
    for (const method of ['Popen', '__class__', 'constructor', 'toString', 'wait_procs', 'Process.kill', '']) {
      assert.deepEqual(faultsOf({ method, interval: 1 }).map((line) => line.split(' ')[0]), ['/0/method'], method);
    }
  });

  it('refuses wrong types, missing keys and intervals that are none', () => {
    assert.deepEqual(faultsOf({ method: 5, interval: 5 }).slice(0, 1), ['/0/method']);
    assert.deepEqual(faultsOf({ method: 'boot_time' }), ['/0']);
    assert.deepEqual(faultsOf({ interval: 5 }), ['/0']);
    for (const interval of [0, -1, Infinity, NaN, 0.05, 'soon', null, [5], '']) {
      assert.deepEqual(faultsOf({ method: 'boot_time', interval }), ['/0/interval'], String(interval));
    }
    assert.deepEqual(faultsOf({ method: 'cpu_percent', args: { interval: -1 }, interval: 5 }), ['/0/args/interval']);
    assert.deepEqual(faultsOf({ method: 'disk_usage', interval: 5 }), ['/0']);
    assert.deepEqual(faultsOf({ method: 'disk_usage', args: {}, interval: 5 }), ['/0/args']);
    assert.deepEqual(faultsOf({ method: 'boot_time', args: [], interval: 5 }).slice(0, 1), ['/0/args']);
    assert.deepEqual(faultsOf({ method: 'boot_time', alias: 7, interval: 5 }), ['/0/alias']);
    assert.deepEqual(faultsOf('boot_time'), ['/0']);
  });

  it('tells all faults of all entries at once', () => {
    const { faults } = validate({ psutil_config: [{ method: 'Popen', interval: 0 }, ...seed, { method: 'cpu_percent', args: { percpu: 'x', nope: 1 } }], brokr: {} });
    assert.deepEqual(faults.map(({ pointer }) => pointer).sort(), ['/brokr', '/psutil_config/0/interval', '/psutil_config/0/method', '/psutil_config/4', '/psutil_config/4/args/nope', '/psutil_config/4/args/percpu']);
  });

  it('refuses selections that can never be published', () => {
    for (const [method, source] of [['boot_time', 'x'], ['cpu_percent', 'count'], ['users', '0.name'], ['disk_partitions', '*'], ['virtual_memory', 'free.x'], ['net_if_stats', 'lo.flags'], ['getloadavg', 'x']] as const) {
      assert.deepEqual(faultsOf({ method, result_argument: source, interval: 1 }).map((line) => line.split(' ')[0]), ['/0/result_argument'], `${method} ${source}`);
    }
    assert.deepEqual(faultsOf({ method: 'disk_partitions', interval: 1 }), ['/0']);
  });

  it('refuses what is neither a list nor a map', () => {
    for (const document of [null, 5, 'x', true]) assert.equal(validate(document).faults.length, 1);
    assert.deepEqual(validate({}).faults.map(({ pointer, expected }) => [pointer, expected.includes('psutil_config')]), [['', true]]);
    assert.deepEqual(validate({ psutil_config: {} }).faults.map(({ pointer }) => pointer), ['/psutil_config']);
  });

  it('warns of entries that would publish the same name and path', () => {
    const twice = seed.map(({ method, args, result_argument, interval }) => ({ method, ...(args ? { args } : {}), result_argument, interval }));
    assert.deepEqual(validate(twice).warnings.map(({ pointer }) => pointer), ['/2']);
    const parts = [{ method: 'disk_io_counters', args: { perdisk: true }, result_argument: '*.read_bytes', interval: 1 }, { method: 'disk_io_counters', args: { perdisk: true }, result_argument: '*.write_bytes', interval: 1 }];
    assert.deepEqual(validate(parts).warnings, []);
  });

  it('checks the settings: types, unknown keys, password sources, pairs', () => {
    const pointers = (settings: object): string[] => validate({ psutil_config: seed, ...settings }).faults.map(({ pointer }) => pointer);
    assert.deepEqual(pointers({ broker: { port: 70000, hostnames: [] } }).sort(), ['/broker/hostnames', '/broker/port']);
    assert.deepEqual(pointers({ broker: { password: 'a', password_file: 'b' } }), ['/broker']);
    assert.deepEqual(pointers({ broker: { tls: { client_cert: 'a' } } }), ['/broker/tls']);
    assert.deepEqual(pointers({ broker: { reconnect_initial: 5, reconnect_maximum: 1 } }), ['/broker/reconnect_maximum']);
    assert.deepEqual(pointers({ spool: { max_bytes: 0, max_age: -5 } }).sort(), ['/spool/max_age', '/spool/max_bytes']);
    assert.deepEqual(pointers({ publish: { unroutable: 'keep' } }), ['/publish/unroutable']);
  });

  it('never shows a password', () => {
    const { faults, warnings } = validate({ psutil_config: seed, broker: { password: 12345678 } });
    assert.doesNotMatch(JSON.stringify({ faults, warnings }), /12345678/);
    const plain = validate({ psutil_config: seed, broker: { password: 'hunter2hunter2' } });
    assert.doesNotMatch(JSON.stringify(plain.warnings), /hunter2/);
    assert.equal(plain.warnings.length, 1);
  });

  it('does not change what it is given, and fills in defaults', () => {
    const given = { psutil_config: [{ method: 'cpu_percent', args: { interval: '1' }, interval: '5' }], broker: {} };
    const before = structuredClone(given);
    const { document } = validate(given);
    assert.deepEqual(given, before);
    assert.equal((document['broker'] as { vhost: string }).vhost, '/');
    assert.deepEqual(completeArguments(document.psutil_config[0]!), { interval: 1, percpu: false });
  });

  it('stays quick and clear at 10,000 entries', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ method: 'virtual_memory', result_argument: 'free', interval: 5, alias: `m${String(n)}` }));
    assert.deepEqual(validate(many).faults, []);
    assert.equal(validate(many.map((entry) => ({ ...entry, method: 'x' }))).faults.length, 10_000);
  });
});
