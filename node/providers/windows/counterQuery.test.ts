/** What a query of counters does where something of it fails, is asked for late, or is over. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { settle, TestClock } from '../../test/support/clock.js';
import { FakePdh, pdhmsg, type FakeObject, type FakeValue } from '../../test/support/fakePdh.js';
import { until } from '../../test/support/wait.js';
import { needsTwo, type CounterRow } from '../counterRow.js';
import { Isolation } from '../isolation.js';
import { MissingFunction, type Win32 } from './bindings.js';
import { PerformanceCounters } from './performanceCounters.js';

type Values = readonly (readonly [string, FakeValue])[];

/** A Windows with given objects, and a reader of its counters; `changed`: functions that are others. */
function host(objects: readonly FakeObject[], changed: Readonly<Partial<Record<keyof Win32, unknown>>> = {}) {
  const clock = new TestClock();
  const pdh = new FakePdh();
  pdh.objects = [...objects];
  const win32 = new Proxy(pdh.win32, {
    get: (target, name) => {
      const other = changed[name as keyof Win32];
      if (other instanceof Error) throw other;
      return other ?? (Reflect.get(target, name) as unknown);
    },
  });
  const counters = new PerformanceCounters(win32, new Isolation(4, clock), clock);
  const told = async (path: string): Promise<Record<string, number | string | null>> =>
    Object.fromEntries((await counters.read(path, 'g')).map(({ instance, value, reason }) => [instance ?? '', value ?? reason]));
  return { clock, pdh, counters, told, read: (path: string): Promise<readonly CounterRow[]> => counters.read(path, 'g') };
}

const object = (english: string, names: readonly string[], values: () => Values, rate = false): FakeObject =>
  ({ english, local: english, counters: Object.fromEntries(names.map((name) => [name, { local: name, values, rate }])) });
const memory = (): FakeObject => object('Memory', ['Free', 'Pool Paged', 'Pool Nonpaged'], () => [['', 7]]);
const missing = (reason: string, counter = 'Nope'): CounterRow => ({ counter, instance: null, value: null, reason, pending: false });
const hint = '; psutil-agent counters lists those there are, and where a Windows has lost its counters, lodctr /R restores them';
const noCounter = `The performance counter \\Memory\\Nope: the object has no such counter (PDH_CSTATUS_NO_COUNTER)${hint}`;

describe('a query of counters', () => {
  it('answers who asks while others are being answered', async () => {
    const { read } = host([memory()]);
    const first = read('\\Memory\\Free');
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    const second = read('\\Memory\\Pool Paged');
    assert.deepEqual([(await first)[0]?.value, (await second)[0]?.value], [7, 7]);
  });

  it('whose collection does not end is told of by its object, and no other with it', async () => {
    const { clock, pdh, read, told } = host([memory(), object('Process', ['Handles'], () => [['', 1]])]);
    pdh.hanging = 'Process';
    const hanging = assert.rejects(read('\\Process\\Handles'), /^UnavailableError: The object Process of the performance counters has not answered since /);
    assert.deepEqual(await told('\\Memory\\Free'), { '': 7 });
    await clock.pass(60_000);
    await hanging;
  });

  it('that is closed while its collection hangs is closed once that answers, and read no more', async () => {
    let answer: (() => void) | undefined;
    const { clock, pdh, counters, read } = host([memory()], { PdhCollectQueryData: { async: (_: bigint, done: (error: null, status: number) => void) => { answer = () => { done(null, 0); }; } } });
    const hanging = assert.rejects(read('\\Memory\\Free'), UnavailableError);
    await clock.pass(60_000);
    await hanging;
    counters.close();
    await settle();
    assert.equal(pdh.count('close'), 0);
    answer?.();
    await until('the query to be closed', () => pdh.count('close') === 1);
  });

  it('that cannot be opened is told, also where it is closed meanwhile', async () => {
    const { counters, read } = host([memory()], { PdhOpenQueryW: { async: (...args: unknown[]) => { setImmediate(args.at(-1) as (error: null, status: number) => void, null, 0xc0000bbd); } } });
    const asked = assert.rejects(read('\\Memory\\Free'), { message: 'PdhOpenQueryW: Windows does not understand the path (PDH_INVALID_ARGUMENT)' });
    await new Promise(setImmediate);
    counters.close();
    await asked;
  });

  it('without a counter is not collected; a counter that is not there keeps its reason when the others\' collection fails', async () => {
    const { pdh, read } = host([memory()]);
    assert.deepEqual(await read('\\Memory\\Nope'), [missing(noCounter)]);
    assert.equal(pdh.count('collect'), 0);
    pdh.collecting = 0xc0000bfe;
    const [nope, free] = await Promise.all([read('\\Memory\\Nope'), read('\\Memory\\Free')]);
    assert.deepEqual(nope, [missing(noCounter)]);
    assert.match(String(free[0]?.reason), /PDH_QUERY_PERF_DATA_TIMEOUT/);
  });

  it('without an instance now stays open', async () => {
    const { pdh, told } = host([memory()]);
    pdh.collecting = pdhmsg.NO_INSTANCE;
    await told('\\Memory\\Free');
    pdh.collecting = 0;
    assert.deepEqual(await told('\\Memory\\Free'), { '': 7 });
    assert.equal(pdh.count('close'), 0);
  });

  it('forgets a counter that was never there once nobody asks for it', async () => {
    const { pdh, told } = host([memory()]);
    await told('\\Memory\\Nope');
    for (let n = 0; n < 150; n += 1) assert.deepEqual(await told('\\Memory\\Free'), { '': 7 });
    assert.deepEqual([pdh.count('remove'), pdh.count('close')], [0, 0]);
  });

  it('is refused where a function is missing, by the function\'s name; a fault of ours is none', async () => {
    const without = (name: keyof Win32) => host([memory(), object('Process', ['Handles'], () => [['a', 1]])], { [name]: new MissingFunction(`This Windows has no ${name}`) });
    for (const name of ['PdhAddEnglishCounterW', 'PdhGetFormattedCounterArrayW'] as const) {
      await assert.rejects(without(name).read('\\Process(*)\\Handles'), { message: `This Windows has no ${name}` });
    }
    await assert.rejects(host([memory()], { PdhEnumObjectItemsW: new TypeError('a fault of ours') }).read('\\Memory\\Pool *'), TypeError);
  });
});

describe('a pattern of counters', () => {
  it('is looked up in the object once in a while, not with each reading', async () => {
    const { clock, pdh, told } = host([memory()]);
    assert.deepEqual(await told('\\Memory\\Pool *'), { '': 7 });
    const looked = pdh.count('items');
    for (let n = 0; n < 3; n += 1) {
      await clock.pass(1000);
      await told('\\Memory\\Pool *');
    }
    assert.equal(pdh.count('items'), looked);
    await clock.pass(3_600_000);
    await told('\\Memory\\Pool *');
    assert.ok(pdh.count('items') > looked, 'a library may have been installed');
  });

  it('of an object that is not there is looked up again after 5, 10, 20 ... s, at most 5 min', async () => {
    const { clock, pdh, read } = host([]);
    const tried: number[] = [];
    let seen = 0;
    for (let second = 0; second <= 1000; second += 1) {
      const rows = await read('\\Memory\\Pool *');
      assert.deepEqual(rows, [missing('The object Memory of the performance counters: this Windows has no such object (PDH_CSTATUS_NO_OBJECT)', 'Pool *')]);
      if (pdh.count('items') > seen) tried.push(second);
      seen = pdh.count('items');
      clock.jump(1000);
    }
    assert.deepEqual(tried, [0, 5, 15, 35, 75, 155, 315, 615, 915]);
  });
});

describe('the instances of a pattern', () => {
  it('are those of which PDH has values: of one that is going it has none', async () => {
    const { told } = host([object('Process', ['Handles'], () => [['a', 1], ['b', { status: pdhmsg.NO_INSTANCE }], ['c', { status: 1 }]])]);
    assert.deepEqual(await told('\\Process(*)\\Handles'), { a: 1, c: 0 }, 'new data is data');
  });

  it('without totals, however they are written', async () => {
    const names = ['0,0', '0,_Total', '_Total', 'C:/_total', '_Global_', 'Sub_total', '_Totals', '.NET_Global_'];
    const { told } = host([object('Things', ['Count'], () => names.map((name) => [name, 1]))]);
    assert.deepEqual(Object.keys(await told('\\Things(*)\\Count')), ['0,0', 'Sub_total', '_Totals', '.NET_Global_']);
    assert.deepEqual(Object.keys(await told('\\Things(0,*)\\Count')), ['0,0']);
    assert.deepEqual(Object.keys(await told('\\Things(0,_t*)\\Count')), []);
    assert.deepEqual(Object.keys(await told('\\Things(*_Total)\\Count')), ['0,_Total', '_Total', 'C:/_total', 'Sub_total']);
  });

  it('need two readings for a rate, and after that an invalid one is a fault', async () => {
    let values: Values = [['a', { status: pdhmsg.CSTATUS_INVALID_DATA }]];
    const { pdh, read, told } = host([object('Things', ['Rate/sec'], () => values)]);
    const path = '\\Things(*)\\Rate/sec';
    assert.deepEqual(await told(path), { a: needsTwo });
    const [row] = await read(path);
    assert.match(row?.reason ?? '', /^The performance counter \\Things\(a\)\\Rate\/sec: what was collected is not valid/);
    assert.equal(row?.pending, false);
    values = [];
    assert.deepEqual(await told(path), {});
    pdh.arrays = pdhmsg.INVALID_DATA;
    assert.deepEqual(await told(path), { '': needsTwo }, 'none was there before');
  });

  it('that cannot be computed this time are told of by the pattern', async () => {
    const { pdh, told } = host([object('Things', ['Rate/sec'], () => [['a', 1]])]);
    pdh.arrays = 0x800007d8;
    assert.match(String((await told('\\Things(*)\\Rate/sec'))['']), /^The performance counter \\Things\(\*\)\\Rate\/sec: it fell/);
  });
});

it('a value that says that its counter is gone tells how to have it back', async () => {
  const { read } = host([object('Memory', ['Nope'], () => [['', { status: pdhmsg.NO_COUNTER }]])]);
  assert.deepEqual(await read('\\Memory\\Nope'), [missing(noCounter)]);
});
