import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functions } from '../catalog/functions.js';
import { refusedFunctions, refusedReads } from '../catalog/refused.js';
import { monitorSchema } from './schema.js';
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
  const warningsOf = (platform: string, entry: object): string[] => {
    const { faults, warnings } = validate([{ interval: 1, ...entry }], false, platform);
    assert.deepEqual(faults, []);
    return warnings.map(({ pointer, message }) => { assert.match(message, /^[^\n]+$/); return pointer; });
  };

  it('warns of a function and of a field that the platform lacks, and of no other', () => {
    const service = { method: 'win_service_get', args: { name: 'Spooler' }, result_argument: 'running' };
    assert.deepEqual([warningsOf('linux', service), warningsOf('win32', service)], [['/0/method'], []]);
    const steal = { method: 'cpu_times', result_argument: 'steal' };
    assert.deepEqual([warningsOf('win32', steal), warningsOf('linux', steal)], [['/0/result_argument'], []]);
    const handles = { method: 'Process', args: { name: 'x' }, result_argument: 'num_handles' };
    assert.deepEqual([warningsOf('linux', handles), warningsOf('win32', handles)], [['/0/result_argument'], []]);
    for (const open of [{ method: 'cpu_times' }, { method: 'cpu_times', args: { percpu: true }, result_argument: '*' }, { method: 'Process', args: { name: 'x' }, result_argument: 'ionice' }]) {
      assert.deepEqual([warningsOf('win32', open), warningsOf('linux', open)], [[], []]);
    }
  });

  it('warns of a measuring time above the interval', () => {
    const entry = (interval: number): object => ({ method: 'cpu_percent', args: { interval }, interval: 2 });
    assert.deepEqual([warningsOf('linux', entry(2)), warningsOf('linux', entry(2.5))], [[], ['/0/args/interval']]);
    assert.match(validate([entry(2.5)]).warnings[0]!.message, /2\.5 s, longer than the entry's interval of 2 s/);
    const time = (interval: number): object => ({ method: 'clock_offset', args: { server: 'ntp.example.com' }, interval });
    assert.deepEqual([warningsOf('win32', time(15)), warningsOf('win32', time(14))], [[], ['/0/interval']]);
  });

  const only = (entry: object): string => {
    const { faults } = validate([{ interval: 1, ...entry }]);
    assert.equal(faults.length, 1, JSON.stringify(faults));
    return faults[0]!.message;
  };

  it('refuses the rate of what is no counter', () => {
    assert.match(only({ method: 'virtual_memory', result_argument: 'free', rate: true }), /rate only for counters/);
    assert.match(only({ method: 'boot_time', rate: true }), /rate only for counters/);
    assert.match(only({ method: 'Process', args: { name: 'x' }, result_argument: 'memory_info.rss', rate: true }), /rate only for counters/);
    assert.deepEqual(validate([{ method: 'net_io_counters', result_argument: 'bytes_recv', rate: true, interval: 1 }]).faults, []);
  });

  it('refuses a function of very many numbers without a result_argument', () => {
    const bulk = functions.filter((definition) => definition.bulk === true);
    assert.ok(bulk.length >= 3);
    for (const { name } of bulk) assert.match(only({ method: name }), /a result_argument such as "count"/);
  });

  it('refuses by name, with the reason, what acts, changes or measures nothing', () => {
    assert.equal(refusedFunctions.length > 5, true);
    for (const { name, reason } of refusedFunctions) assert.ok(only({ method: name }).includes(reason), name);
    for (const { name, reason } of refusedReads) assert.ok(only({ method: `Process.${name}` }).includes(reason), name);
    assert.match(only({ method: 'Popen' }), /starts a process/);
    assert.match(only({ method: 'Process.kill' }), /acts on a process/);
  });

  it('refuses a path that ends in text, and names the numbers beside it', () => {
    assert.match(only({ method: 'win_service_get', args: { name: 'x' }, result_argument: 'status' }), /a number, which status is not; the numbers beside it are status_code, .*running/);
    assert.match(only({ method: 'Process', args: { name: 'x' }, result_argument: 'username' }), /a number, which username is not; the numbers beside it are count/);
  });

  it('refuses a selection of nothing, which must not come to mean everything or the collector itself', () => {
    const counted = (method: string): object => (functions.some(({ name, shape }) => name === method && ['value', 'fields'].includes(shape)) ? {} : { result_argument: 'count' });
    const faultOf = (method: string, name: string, value: unknown): string => only({ method, args: { [name]: value }, ...counted(method) });
    const selecting = functions.flatMap(({ name, arguments: args }) => args.filter(({ selects }) => selects === true).map((argument) => [name, argument] as const));
    for (const name of ['Process', 'process_iter', 'net_connections', 'win_service_iter', 'systeminformation.services']) assert.ok(selecting.some(([method]) => method === name), name);
    for (const [method, { name, type, values }] of selecting) {
      for (const nothing of [null, '', '  ', 'none', 'None', 'null', ' NULL ']) {
        const message = faultOf(method, name, nothing);
        assert.ok(message.startsWith(`/0/args/${name}: expected `), message);
        if (nothing === null || (type === 'string' && values === undefined)) assert.match(message, /\(leave the argument out where none is meant\), found/);
      }
      assert.deepEqual(validate([{ method, ...counted(method), interval: 1 }]).faults, []);
    }
    assert.equal(faultOf('Process', 'name', 'none'), '/0/args/name: expected text that is not empty and not none (leave the argument out where none is meant), found "none"');
    assert.equal(faultOf('Process', 'name', null), '/0/args/name: expected text (leave the argument out where none is meant), found null');
    assert.deepEqual(validate([{ method: 'Process', args: { name: 'nonesuch' }, result_argument: 'count', interval: 1 }]).faults, []);
    assert.deepEqual(validate([{ method: 'cpu_percent', args: { interval: null }, interval: 1 }]).faults, []);
  });

  it('accepts the seed\'s example, bare and in a map', () => {
    for (const document of [seed, { psutil_config: seed }]) {
      assert.deepEqual(validate(document).faults, []);
      assert.deepEqual(validate(document).warnings, []);
    }
  });

  it('accepts every function of the catalog with its defaults', () => {
    const given: Record<string, unknown> = { path: '/', pid: 1, name: 'Spooler', command: '1', server: 'ntp.example.com', 'perf_counter.path': '\\Memory\\Pages/sec' };
    for (const { name, arguments: args, fields, bulk } of functions) {
      if (name === 'powershell') continue;
      const required = Object.fromEntries(args.filter((argument) => argument.required).map((argument) => [argument.name, given[`${name}.${argument.name}`] ?? given[argument.name]]));
      const select = bulk === true || fields.every((field) => field.type === 'string') ? { result_argument: 'count' } : {};
      assert.deepEqual(faultsOf({ method: name, args: required, interval: 1, ...select }), [], name);
    }
  });

  it('lets commands in only where the settings say so', () => {
    const entry = { method: 'powershell', args: { command: 'Get-Date' }, interval: 60 };
    for (const document of [[entry], { psutil_config: [entry] }, { allow_powershell: false, psutil_config: [entry] }]) {
      const [first, ...more] = validate(document).faults;
      assert.deepEqual(more, []);
      assert.match(first?.message ?? '', /\/method: expected allow_powershell: true in the settings, beside psutil_config/);
    }
    assert.deepEqual(validate({ allow_powershell: true, psutil_config: [entry] }).faults, []);
  });

  it('takes any path into what an outside source gives', () => {
    for (const result_argument of ['main', '0.vram', 'controllers.*.vram', 'count', 'containers.count']) {
      assert.deepEqual(faultsOf({ method: 'systeminformation.graphics', result_argument, interval: 60 }), [], result_argument);
    }
    assert.deepEqual(faultsOf({ method: 'systeminformation.graphics', result_argument: 'a..b', interval: 60 }), ['/0/result_argument']);
    assert.deepEqual(faultsOf({ method: 'systeminformation.grafics', interval: 60 }), ['/0/method -> systeminformation.graphics']);
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
    for (const [document, found] of [[null, 'null'], [5, 'a number'], ['hunter2', 'text'], [true, 'true']]) {
      assert.deepEqual(validate(document).faults.map(({ message }) => message), [`the configuration: expected a list of entries or a map with psutil_config, found ${String(found)}`]);
    }
    assert.deepEqual(validate({}).faults.map(({ pointer, expected }) => [pointer, expected.includes('psutil_config')]), [['', true]]);
    assert.deepEqual(validate({ psutil_config: {} }).faults.map(({ pointer }) => pointer), ['/psutil_config']);
  });

  it('warns of entries that would publish the same name and path', () => {
    const twice = seed.map(({ method, args, result_argument, interval }) => ({ method, ...(args ? { args } : {}), result_argument, interval }));
    assert.deepEqual(validate(twice).warnings.map(({ pointer }) => pointer), ['/2']);
    const parts = [{ method: 'disk_io_counters', args: { perdisk: true }, result_argument: '*.read_bytes', interval: 1 }, { method: 'disk_io_counters', args: { perdisk: true }, result_argument: '*.write_bytes', interval: 1 }];
    assert.deepEqual(validate(parts).warnings, []);
    const wrong = ['fre', 'usd'].map((result_argument) => ({ method: 'virtual_memory', result_argument, interval: 1 }));
    const { faults, warnings } = validate(wrong);
    assert.deepEqual([faults.map(({ pointer }) => pointer), warnings], [['/0/result_argument', '/1/result_argument'], []], 'a wrong selection is no name twice');
  });

  it('checks the settings: types, unknown keys, password sources, pairs', () => {
    const pointers = (settings: object): string[] => validate({ psutil_config: seed, ...settings }).faults.map(({ pointer }) => pointer);
    assert.deepEqual(pointers({ broker: { port: 70000, hostnames: [] } }).sort(), ['/broker/hostnames', '/broker/port']);
    assert.deepEqual(pointers({ broker: { password: 'a', password_file: 'b' } }), ['/broker']);
    assert.deepEqual(pointers({ broker: { tls: { enabled: true, client_cert: 'a' } } }), ['/broker/tls']);
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

  it('counts all faults and shows a hundred, of whichever kind', () => {
    const [good] = seed;
    const faulty = (count: number): unknown[] => Array.from({ length: count }, () => ({ ...good, result_argument: 'x' }));
    for (const [count, shown, beyond] of [[99, 99, 0], [100, 100, 0], [101, 100, 1]] as const) {
      const { faults, more } = validate({ psutil_config: faulty(count) });
      assert.deepEqual([faults.length, more], [shown, beyond]);
    }
    const { faults, more } = validate({ psutil_config: [...faulty(99), { method: 'x', interval: 1 }, { method: 'x', interval: 1 }] });
    assert.deepEqual([faults[0]?.pointer, faults[1]?.pointer, faults[2]?.pointer, more], ['/psutil_config/99/method', '/psutil_config/100/method', '/psutil_config/0/result_argument', 1]);
  });

  it('takes no more entries than the limit, and says so at once', () => {
    const entries = (count: number): unknown[] => Array.from({ length: count }, (_, n) => ({ ...seed[0], alias: `m${String(n)}` }));
    assert.deepEqual(validate(entries(20_000)).faults, []);
    for (const [document, pointer] of [[entries(20_001), ''], [{ psutil_config: entries(20_001) }, '/psutil_config']] as const) {
      assert.deepEqual(validate(document).faults.map((fault) => fault.message), [`${pointer || 'the configuration'}: expected a list of at most 20000 entries, found a list of 20001`]);
    }
  });

  it('has a limit for every number and every text', () => {
    const messages = (settings: object): string[] => validate({ psutil_config: seed, ...settings }).faults.map(({ message }) => message);
    assert.deepEqual(messages({ spool: { max_bytes: 1e300, max_age: 1e300 } }), [
      '/spool/max_bytes: expected a number of at most 1099511627776, found 1e+300', '/spool/max_age: expected a number of at most 315360000, found 1e+300',
    ]);
    assert.deepEqual(messages({ psutil_config: [{ method: 'cpu_percent', args: { interval: 1e300 }, interval: '1e300' }] }), [
      '/psutil_config/0/args/interval: expected a number of at most 4294967295, found 1e+300', '/psutil_config/0/interval: expected a number of at most 604800, found 1e+300',
    ]);
    assert.deepEqual(messages({ node: { host: 'é'.repeat(1025), node_id: 'a\u001b' } }), [
      '/node/node_id: expected text without control characters, found "a\\u001b"', '/node/host: expected text of at most 1024 characters, found 1025 of them',
    ]);
    const schema = JSON.stringify(monitorSchema());
    for (const [, type] of schema.matchAll(/\{"type":"(?:number|integer)"((?:[^{}])*)\}/g)) assert.match(type ?? '', /"maximum":/);
    for (const [, type] of schema.matchAll(/\{"type":"string"((?:[^{}])*)\}/g)) assert.match(type ?? '', /"(maxLength|enum)":/);
  });

  it('stays quick and clear at 10,000 entries', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ method: 'virtual_memory', result_argument: 'free', interval: 5, alias: `m${String(n)}` }));
    assert.deepEqual(validate(many).faults, []);
    const { faults, more } = validate(many.map((entry) => ({ ...entry, method: 'x' })));
    assert.deepEqual([faults.length, more, faults[99]?.pointer], [100, 9900, '/99/method']);
    const { warnings } = validate(many.map((entry) => ({ ...entry, alias: 'm' })));
    assert.deepEqual([warnings.length, warnings[99]?.pointer, warnings[100]?.message], [101, '/100', 'the configuration: 9899 more warnings']);
  });
});
