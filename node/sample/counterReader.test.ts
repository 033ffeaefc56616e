import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import type { Arguments, Result } from '../catalog/value.js';
import { completeArguments, selectorOf } from '../config/validation.js';
import type { Sample } from '../model/message.js';
import type { Entry } from '../model/settings.js';
import { UnavailableError } from '../model/errors.js';
import { needsTwo, type CounterRow } from '../providers/counterRow.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { fakeProvider, type FakeProcess } from '../test/support/fakeProcesses.js';
import { openReader } from './reader.js';
import { Sampler } from './sampler.js';

type Value = number | string | null;
type Rows = Readonly<Record<string, Value>>;

/** Rows of one counter by instance: a number, a reason, or null for what comes with the next reading. */
function rowsOf(counter: string, values: Rows): CounterRow[] {
  return Object.entries(values).map(([instance, value]) => ({
    counter, instance: instance === '' ? null : instance, value: typeof value === 'number' ? value : null,
    reason: typeof value === 'number' ? null : (value ?? needsTwo), pending: value === null,
  }));
}

/** An entry over counters that are what `counters` gives by path. */
function entry(method: string, args: Record<string, string | number>, counters: (path: string) => readonly CounterRow[], options: { select?: string; processes?: readonly FakeProcess[]; provider?: SharedProvider } = {}) {
  const clock = new TestClock();
  const asked: Arguments[] = [];
  const provider = options.provider ?? new SharedProvider({
    ...fakeProvider(() => options.processes ?? [], {}, 'win32'),
    read: (name: string, given: Arguments): Promise<Result> => {
      assert.equal(name, 'perf_counter');
      asked.push(given);
      return Promise.resolve(counters(String(given['path'])));
    },
  });
  const definition = functionNamed(method)!;
  const given = { method, args, interval: 5, ...(options.select === undefined ? {} : { result_argument: options.select }) };
  const [complete, selector] = [completeArguments(given), selectorOf(given)];
  const full: Entry = { index: 0, method, args: complete, interval: 5, name: method, rate: false, scale: 1, ...(selector === undefined ? {} : { select: selector }) };
  const told: { missed: string[]; complete: number } = { missed: [], complete: 0 };
  let taken: Sample[] = [];
  const sampler = new Sampler(full, definition, openReader(provider, clock, full), {
    took: () => undefined, missed: (_, __, reason) => { told.missed.push(reason); }, complete: () => { told.complete += 1; }, skipped: () => undefined,
  }, { units: false, overloaded: () => false, sink: (sample) => { taken.push(sample); }, wall: () => clock.wall() });
  /** What one tick publishes, by path. */
  const tick = async (): Promise<Record<string, number>> => {
    taken = [];
    await sampler.run({ at: clock.now() });
    await clock.pass(5000);
    return Object.fromEntries(taken.map(({ path, metric }) => [path, metric]));
  };
  return { tick, told, asked };
}

const cpu = '\\Processor(*)\\% Processor Time';

describe('perf_counter', () => {
  it('a value is published on the first tick; a rate from the second on, and nobody counts an error', async () => {
    const gauge = entry('perf_counter', { path: '\\Memory\\Available Bytes' }, () => rowsOf('Available Bytes', { '': 7 }));
    assert.deepEqual(await gauge.tick(), { '': 7 });
    let value: Value = null;
    const rate = entry('perf_counter', { path: '\\Processor(_Total)\\% Processor Time' }, () => rowsOf('% Processor Time', { _Total: value }));
    assert.deepEqual(await rate.tick(), {});
    value = 25;
    assert.deepEqual([await rate.tick(), await rate.tick()], [{ '': 25 }, { '': 25 }]);
    assert.deepEqual([gauge.told, rate.told], [{ missed: [], complete: 1 }, { missed: [], complete: 2 }]);
    assert.deepEqual([gauge.asked.length, rate.asked.length], [1, 3], 'one reading a tick');
  });

  it('entries of one tick and one interval are one group; those that begin later are another', async () => {
    const { tick, asked } = entry('perf_counter', { path: '\\Memory\\A' }, () => rowsOf('A', { '': 1 }));
    await tick();
    await tick();
    assert.equal(new Set(asked.map(({ group }) => group)).size, 1);
    const groups: unknown[] = [];
    const provider = new SharedProvider({
      ...fakeProvider(() => [], {}, 'win32'),
      read: (_: string, { group }: Arguments) => { groups.push(group); return Promise.resolve(rowsOf('A', { '': 1 })); },
    });
    const clock = new TestClock();
    const readers = [5, 5, 60].map((interval, at) => openReader(provider, clock, { method: 'perf_counter', args: { path: `\\Memory\\${String(at)}` }, interval }));
    const began = { at: clock.now() };
    await Promise.all(readers.map((reader) => reader.read(began)));
    await openReader(provider, clock, { method: 'perf_counter', args: { path: '\\Memory\\A' }, interval: 5 }).read({ at: clock.now() + 2000 });
    const [a, b, c, d] = groups;
    assert.ok(a === b && new Set([a, c, d]).size === 3);
  });

  it('several instances become one value, or each has its own by its name', async () => {
    const rows = rowsOf('% Processor Time', { 0: 10, 1: 30, '0,1': null });
    for (const [aggregate, expected] of Object.entries({ sum: { '': 40 }, max: { '': 30 }, min: { '': 10 }, avg: { '': 20 }, count: { '': 3 }, each: { 0: 10, 1: 30 } })) {
      const { tick } = entry('perf_counter', { path: cpu, aggregate }, () => rows);
      await tick();
      assert.deepEqual(await tick(), expected, aggregate);
    }
    const { tick } = entry('perf_counter', { path: cpu, aggregate: 'each' }, () => rowsOf('x', { 'C:': 1, 'svchost#1': 2 }), { select: 'svchost#1' });
    assert.deepEqual(await tick(), { '': 2 });
  });

  it('several counters have a value each, by name, and with each by instance', async () => {
    const rows = [...rowsOf('In', { a: 1, b: 2 }), ...rowsOf('Out', { a: 3, b: 4 })];
    const path = '\\Network Interface(*)\\*';
    assert.deepEqual(await entry('perf_counter', { path }, () => rows).tick(), { In: 3, Out: 7 });
    assert.deepEqual(await entry('perf_counter', { path, aggregate: 'each' }, () => rows).tick(), { a_In: 1, a_Out: 3, b_In: 2, b_Out: 4 });
    assert.deepEqual(await entry('perf_counter', { path: '\\Memory\\*' }, () => [...rowsOf('A', { '': 1 }), ...rowsOf('B', { '': 'B fell' })]).tick(), { A: 1 });
  });

  it('what cannot be had is absent with its reason: of several the sum, of each that one alone', async () => {
    const rows = rowsOf('x', { a: 1, b: 'b fell' });
    const sum = entry('perf_counter', { path: cpu }, () => rows);
    assert.deepEqual([await sum.tick(), sum.told.missed], [{}, ['b fell']]);
    const each = entry('perf_counter', { path: cpu, aggregate: 'each' }, () => rows);
    assert.deepEqual([await each.tick(), each.told.missed], [{ a: 1 }, ['b fell']]);
    const none = entry('perf_counter', { path: cpu }, () => []);
    assert.deepEqual([await none.tick(), none.told.missed], [{}, [`no instance matches ${cpu}`]]);
    for (const aggregate of ['sum', 'count', 'each']) {
      const missing = entry('perf_counter', { path: cpu, aggregate }, () => rowsOf('x', { '': 'no such object' }));
      assert.deepEqual([await missing.tick(), missing.told.missed], [{}, ['no such object']], aggregate);
    }
    assert.deepEqual(await entry('perf_counter', { path: cpu, aggregate: 'count' }, () => []).tick(), { '': 0 });
    const unknown = entry('perf_counter', { path: cpu, aggregate: 'count' }, () => rowsOf('x', { '': null }));
    assert.deepEqual([await unknown.tick(), await unknown.tick(), unknown.told.missed], [{}, {}, [needsTwo]], 'no instance is told of, not one');
  });

  it('on Linux it is refused by its own name, with the reason', async () => {
    const reader = openReader(new SharedProvider(fakeProvider(() => [])), new TestClock(), { method: 'perf_counter', args: { path: cpu } });
    await assert.rejects(reader.read(), UnavailableError);
    await assert.rejects(openReader(new SharedProvider(fakeProvider(() => [])), new TestClock(), { method: 'gpu_percent', args: {} }).read(), /gpu_percent/);
  });

  it('can be read once, outside of any tick, and leaves rates to others', async () => {
    const provider = new SharedProvider({ ...fakeProvider(() => [], {}, 'win32'), read: () => Promise.resolve(rowsOf('A', { '': 7 })) });
    const reader = openReader(provider, new TestClock(), { method: 'perf_counter', args: { path: '\\Memory\\A' } });
    assert.deepEqual([(await reader.read()).result, reader.window, reader.givesRates], [7, 0, false]);
  });
});

const luid = 'luid_0x00000000_0x0000D1F4_phys_0';
const other = 'luid_0x00000000_0x00011B2C_phys_0';
/** As Windows 10 and 11 name them. */
const engines: Rows = {
  [`pid_4_${luid}_eng_0_engtype_3D`]: 10, [`pid_8_${luid}_eng_0_engtype_3D`]: 30.5, [`pid_8_${luid}_eng_1_engtype_3D`]: 20, [`pid_8_${luid}_eng_3_engtype_VideoDecode`]: 35,
  [`pid_12_${other}_eng_2_engtype_Compute_0`]: 5, [`pid_12_${other}_eng_5_engtype_High Priority 3D`]: 0, [`pid_12_${other}_eng_6_engtype_`]: 2, [`pid_16_${other}_eng_2_engtype_Copy`]: null,
};
const processes: readonly FakeProcess[] = [{ pid: 4, name: 'System', reads: {} }, { pid: 8, name: 'chrome.exe', reads: {} }, { pid: 12, name: 'chrome.exe', reads: {} }];

describe('gpu_percent', () => {
  const percent = (args: Record<string, string | number>, rows: Rows = engines): ReturnType<typeof entry> =>
    entry('gpu_percent', args, (path) => (path.startsWith('\\GPU Engine') ? rowsOf('Utilization Percentage', rows) : rowsOf('Dedicated Usage', { 'luid_0x00000000_0x00000001_phys_0': 0, [luid]: 5 })), { processes });
  const second = async (args: Record<string, string | number>): Promise<Record<string, number>> => {
    const { tick } = percent(args);
    await tick();
    return await tick();
  };

  it('is that of the busiest engine, which is what all processes together make of it, as Task Manager has it', async () => {
    assert.deepEqual(await second({}), { '': 40.5 });
    assert.deepEqual(await second({ by: 'engine' }), { '3D': 40.5, VideoDecode: 35, Compute_0: 5, 'High Priority 3D': 0, other: 2 });
    assert.deepEqual(await second({ by: 'pid' }), { 4: 10, 8: 35, 12: 5 });
    assert.deepEqual(await second({ by: 'process' }), { System: 10, 'chrome.exe': 35 });
    assert.deepEqual(await second({ by: 'adapter' }), { gpu1: 40.5, gpu2: 5 });
    assert.deepEqual(await second({ pid: 8 }), { '': 35 });
    assert.deepEqual(await second({ process: 'chrome', engine: '3d' }), { '': 30.5 });
    assert.deepEqual(await second({ process: 'nobody' }), { '': 0 });
  });

  it('needs two readings, and tells why there is none', async () => {
    const first = percent({}, Object.fromEntries(Object.keys(engines).map((name) => [name, null])));
    assert.deepEqual([await first.tick(), first.told.missed], [{}, []]);
    const none = percent({}, {});
    assert.deepEqual([await none.tick(), none.told.missed], [{}, ['no process uses a graphics processor that Windows tells of']]);
    const missing = percent({}, { '': 'no such object' });
    assert.deepEqual([await missing.tick(), missing.told.missed], [{}, ['no such object']]);
  });

  it('leaves out what has another form of name, and calls unknown who has ended', async () => {
    const { tick } = percent({ by: 'process' }, { strange: 90, [`pid_99_${luid}_eng_0_engtype_3D`]: 5, [`pid_8_${luid}_eng_0_engtype_3D`]: 7 });
    assert.deepEqual(await tick(), { unknown: 5, 'chrome.exe': 7 });
    assert.deepEqual(await percent({ process: 'CHROME.exe' }, { [`pid_8_${luid}_eng_0_engtype_3D`]: 7 }).tick(), { '': 7 });
  });

  it('numbers adapters as Windows does, and asks for them, and for processes, only where they are needed', async () => {
    const paths: string[] = [];
    let tables = 0;
    const of = async (args: Record<string, string>): Promise<Result> => {
      const inner = fakeProvider(() => processes, {}, 'win32');
      const provider = new SharedProvider({
        ...inner,
        read: (_: string, { path }: Arguments) => {
          paths.push(String(path));
          return Promise.resolve(rowsOf('x', String(path).startsWith('\\GPU Engine') ? { 'pid_8_luid_0x0_0x1_phys_10_eng_0_engtype_3D': 1, 'pid_8_luid_0x0_0x1_phys_2_eng_0_engtype_3D': 2 } : {}));
        },
        processes: () => { tables += 1; return inner.processes(); },
      });
      return (await openReader(provider, new TestClock(), { method: 'gpu_percent', args }).read()).result;
    };
    assert.deepEqual([await of({}), tables], [2, 0]);
    assert.deepEqual(await of({ by: 'adapter' }), { gpu0: 2, gpu1: 1 });
    assert.deepEqual(paths, ['\\GPU Engine(*)\\Utilization Percentage', '\\GPU Engine(*)\\Utilization Percentage', '\\GPU Adapter Memory(*)\\Dedicated Usage']);
    await of({ by: 'process' });
    assert.equal(tables, 1);
  });

  it('says of the first reading that it needs two', async () => {
    const provider = new SharedProvider({ ...fakeProvider(() => [], {}, 'win32'), read: () => Promise.resolve(rowsOf('x', { [`pid_4_${luid}_eng_0_engtype_3D`]: null })) });
    const { result, reasons } = await openReader(provider, new TestClock(), { method: 'gpu_percent', args: {} }).read();
    assert.deepEqual([result, reasons], [null, { '': needsTwo }]);
  });

  it('never adds up to more than all of the time', async () => {
    const busy = percent({}, { [`pid_4_${luid}_eng_0_engtype_3D`]: 60, [`pid_8_${luid}_eng_0_engtype_3D`]: 45 });
    assert.deepEqual(await busy.tick(), { '': 100 });
  });
});

describe('gpu_memory', () => {
  const memory = (args: Record<string, string | number>): Promise<Record<string, number>> => {
    const bytes: Readonly<Record<string, number>> = { 'Dedicated Usage': 1, 'Shared Usage': 10, 'Total Committed': 100 };
    return entry('gpu_memory', args, (path) => {
      const unit = bytes[path.split('\\').pop() ?? '']!;
      const process = path.startsWith('\\GPU Process Memory');
      return rowsOf('x', process ? { [`pid_8_${luid}`]: 2 * unit, [`pid_12_${other}`]: 3 * unit, [`pid_8_${other}`]: unit } : { [luid]: 7 * unit, [other]: 8 * unit });
    }, { processes }).tick();
  };

  it('is that of the adapters, or of processes', async () => {
    assert.deepEqual(await memory({}), { dedicated: 15, shared: 150, committed: 1500 });
    assert.deepEqual(await memory({ by: 'adapter' }), { gpu0_dedicated: 7, gpu0_shared: 70, gpu0_committed: 700, gpu1_dedicated: 8, gpu1_shared: 80, gpu1_committed: 800 });
    assert.deepEqual(await memory({ pid: 8 }), { dedicated: 3, shared: 30, committed: 300 });
    assert.deepEqual(await memory({ process: 'chrome', by: 'pid' }), { '8_dedicated': 3, '8_shared': 30, '8_committed': 300, '12_dedicated': 3, '12_shared': 30, '12_committed': 300 });
    assert.deepEqual(await memory({ process: 'chrome' }), { dedicated: 6, shared: 60, committed: 600 });
    assert.deepEqual(await memory({ by: 'pid' }), { '8_dedicated': 3, '8_shared': 30, '8_committed': 300, '12_dedicated': 3, '12_shared': 30, '12_committed': 300 });
    const none = entry('gpu_memory', {}, () => []);
    assert.deepEqual([await none.tick(), none.told.missed], [{}, ['there is no graphics processor that Windows tells of']]);
    assert.deepEqual(await memory({ process: 'nobody' }), { dedicated: 0, shared: 0, committed: 0 });
    assert.deepEqual(await memory({ by: 'process' }), { 'chrome.exe_dedicated': 6, 'chrome.exe_shared': 60, 'chrome.exe_committed': 600 });
  });
});
