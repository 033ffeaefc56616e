import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { TestClock } from '../../test/support/clock.js';
import { FakePdh, pdhmsg, type FakeObject, type FakeValue } from '../../test/support/fakePdh.js';
import { until } from '../../test/support/wait.js';
import { needsTwo, type CounterRow } from '../counterRow.js';
import { Isolation } from '../isolation.js';
import { PerformanceCounters } from './performanceCounters.js';

type Values = readonly (readonly [string, FakeValue])[];

/** A Windows with given objects, and a reader of its counters. */
function host(...objects: FakeObject[]) {
  const clock = new TestClock();
  const pdh = new FakePdh();
  pdh.objects = objects;
  const counters = new PerformanceCounters(pdh.win32, new Isolation(4, clock), clock);
  const read = (path: string, group = 'g'): Promise<readonly CounterRow[]> => counters.read(path, group);
  /** Values by instance, and reasons where there are none. */
  const told = async (path: string): Promise<Record<string, number | string | null>> =>
    Object.fromEntries((await read(path)).map(({ instance, value, reason }) => [instance ?? '', value ?? reason]));
  return { clock, pdh, counters, read, told };
}

const gauge = (local: string, values: () => Values): FakeObject['counters'][string] => ({ local, values });
const rate = (local: string, values: () => Values): FakeObject['counters'][string] => ({ local, rate: true, values });

function processor(values: () => Values = () => [['0', 10], ['1', 30], ['_Total', 20]]): FakeObject {
  return { english: 'Processor', local: 'Prozessor', counters: { '% Processor Time': rate('Prozessorzeit (%)', values), 'Interrupts/sec': rate('Interrupts/s', values) } };
}
function memory(values: () => Values = () => [['', 7]]): FakeObject {
  return {
    english: 'Memory', local: 'Arbeitsspeicher',
    counters: { 'Available Bytes': gauge('Verfügbare Bytes', values), 'Pool Paged Bytes': gauge('Auslagerungsseiten (Bytes)', values), 'Pool Nonpaged Bytes': gauge('Nicht-Auslagerungsseiten (Bytes)', values) },
  };
}

describe('PerformanceCounters', () => {
  it('collects once for all counters of an object that are asked for in one turn, and opens its query once', async () => {
    const { pdh, read } = host(processor(), memory());
    const asked = ['\\Processor(0)\\% Processor Time', '\\Processor(_Total)\\Interrupts/sec', '\\Processor(1)\\% Processor Time', '\\Processor(0)\\% Processor Time'];
    await Promise.all(asked.map((path) => read(path)));
    assert.deepEqual(pdh.calls, ['open', ...new Set(asked.map((path) => `add ${path}`)), 'collect']);
    const rows = await Promise.all(asked.map((path) => read(path)));
    assert.deepEqual(rows.map(([row]) => row?.value), [10, 20, 30, 10]);
    assert.deepEqual([pdh.count('open'), pdh.count('add'), pdh.count('collect')], [1, 3, 2]);
    await read('\\Memory\\Available Bytes');
    assert.equal(pdh.count('open'), 2, 'another object has a query of its own');
  });

  it('a rate needs two readings, and is right from the second on; a value does not', async () => {
    const { read } = host(processor(), memory());
    const first = await read('\\Processor(0)\\% Processor Time');
    assert.deepEqual(first, [{ counter: '% Processor Time', instance: '0', value: null, reason: needsTwo, pending: true }]);
    assert.deepEqual(await read('\\Processor(0)\\% Processor Time'), [{ counter: '% Processor Time', instance: '0', value: 10, reason: null, pending: false }]);
    assert.deepEqual(await read('\\Memory\\Available Bytes'), [{ counter: 'Available Bytes', instance: null, value: 7, reason: null, pending: false }]);
  });

  it('readers that do not come together do not shorten each other\'s rates: each group has its own query', async () => {
    const { pdh, read } = host(processor());
    await read('\\Processor(0)\\% Processor Time', '1 s');
    const [other] = await read('\\Processor(0)\\% Processor Time', '60 s');
    assert.equal(other?.pending, true);
    assert.deepEqual([pdh.count('open'), pdh.count('collect')], [2, 2]);
  });

  it('450 instances take one call; equal names are told apart, and totals of others are no instances of a pattern', async () => {
    const values: Values = [...Array.from({ length: 450 }, (_, at) => [at % 3 === 0 ? 'svchost' : `p${String(at)}`, at] as const), ['_Total', 1e6]];
    const { pdh, read, told } = host({ english: 'Process', local: 'Prozess', counters: { 'Handle Count': gauge('Handleanzahl', () => values) } });
    const rows = await read('\\Process(*)\\Handle Count');
    assert.equal(rows.length, 450);
    assert.equal(new Set(rows.map(({ instance }) => instance)).size, 450);
    assert.deepEqual(rows.slice(0, 4).map(({ instance, value }) => [instance, value]), [['svchost', 0], ['p1', 1], ['p2', 2], ['svchost#1', 3]]);
    assert.equal(pdh.count('array'), 2, 'one for the size');
    await read('\\Process(*)\\Handle Count');
    assert.equal(pdh.count('array'), 3);
    assert.deepEqual(Object.keys(await told('\\Process(SVCHOST#14*)\\Handle Count')), ['svchost#14', ...Array.from({ length: 10 }, (_, at) => `svchost#14${String(at)}`)]);
    assert.deepEqual(await told('\\Process(*_Total)\\Handle Count'), { _Total: 1e6 });
    assert.deepEqual(pdh.calls.filter((call) => call.startsWith('add')), ['add \\Process(*)\\Handle Count'], 'patterns share what is collected');
  });

  it('instances come and go between two readings; who comes has a rate from its second reading on', async () => {
    let values: Values = [['a', 1], ['b', 2]];
    const { told } = host(processor(() => values));
    const path = '\\Processor(*)\\% Processor Time';
    assert.deepEqual(await told(path), { a: needsTwo, b: needsTwo });
    values = [['b', 3], ['c', 4]];
    assert.deepEqual(await told(path), { b: 3, c: needsTwo });
    values = [];
    assert.deepEqual(await told(path), {});
    values = [['b', 5]];
    assert.deepEqual(await told(path), { b: needsTwo });
    assert.deepEqual(await told(path), { b: 5 });
  });

  it('a pattern whose instances cannot be read says why, and is read again', async () => {
    const { pdh, told } = host(memory(), processor());
    const path = '\\Processor(*)\\% Processor Time';
    await told(path);
    pdh.arrays = pdhmsg.INVALID_HANDLE;
    assert.match(String((await told(path))['']), /^The performance counter \\Processor\(\*\)\\% Processor Time: .*(PDH_INVALID_HANDLE|c0000bbc)/i);
    pdh.arrays = 0;
    await told(path);
    assert.deepEqual(await told(path), { 0: 10, 1: 30 });
  });

  it('one instance that is named and goes is told of, and comes back by itself', async () => {
    let values: Values = [];
    const { clock, told } = host(processor(() => values));
    const path = '\\Processor(x)\\% Processor Time';
    const none = { x: `The performance counter ${path}: there is no such instance now (PDH_CSTATUS_NO_INSTANCE)` };
    assert.deepEqual([await told(path), await told(path)], [none, none]);
    values = [['x', 5]];
    assert.deepEqual([await told(path), await told(path)], [{ x: needsTwo }, { x: 5 }]);
    values = [];
    assert.deepEqual(await told(path), none);
    await clock.pass(600_000);
    assert.deepEqual(await told(path), none);
    values = [['x', 6]];
    assert.deepEqual([await told(path), await told(path)], [{ x: needsTwo }, { x: 6 }]);
  });

  it('on a Windows of another language English paths work, also with a pattern for the counter, and rows have English names', async () => {
    // Two counters have one name in this language, as happens in Windows; the registry's numbers alone do not tell which.
    const ambiguous: FakeObject = { english: 'Thread', local: 'Thread', counters: { '% User Time': rate('Prozessorzeit (%)', () => [['0', 1]]) } };
    const { pdh, read } = host(ambiguous, processor(), memory());
    const rows = await read('\\Memory\\POOL *');
    assert.deepEqual(rows.map(({ counter, value }) => [counter, value]), [['Pool Paged Bytes', 7], ['Pool Nonpaged Bytes', 7]]);
    assert.equal(pdh.count('items Arbeitsspeicher'), 2, 'once for the sizes');
    const both = await read('\\Processor(0)\\*');
    assert.deepEqual(both.map(({ counter }) => counter), ['% Processor Time', 'Interrupts/sec']);
    const one = await read('\\Memory\\Nothing *');
    assert.equal(one[0]?.reason, 'The performance counter \\Memory\\Nothing *: the object has no such counter (PDH_CSTATUS_NO_COUNTER)');
  });

  it('an object that is missing at first is tried again after 5, 10, 20 ... s, at most 5 min, and is there without a restart', async () => {
    const { clock, pdh, told } = host(processor());
    const path = '\\Memory\\Available Bytes';
    const reason = (await told(path))['']!;
    assert.equal(reason, `The performance counter ${path}: this Windows has no such object (PDH_CSTATUS_NO_OBJECT); psutil-agent counters lists those there are, and where a Windows has lost its counters, lodctr /R restores them`);
    const tried: number[] = [];
    const began = clock.now();
    for (let made = pdh.count('add'); clock.now() < began + 1_300_000; ) {
      await clock.pass(1000);
      assert.equal((await told(path))[''], reason);
      if (pdh.count('add') > made) tried.push((clock.now() - began) / 1000);
      made = pdh.count('add');
    }
    assert.deepEqual(tried, [5, 15, 35, 75, 155, 315, 615, 915, 1215]);
    assert.ok(pdh.count('objects 1') <= 10, 'looking anew for objects is dear');
    pdh.objects.push(memory());
    await clock.pass(300_000);
    assert.deepEqual(await told(path), { '': 7 });
    const pattern = host();
    assert.match(String((await pattern.told('\\Memory\\Pool *'))['']), /^The object Memory of the performance counters: this Windows has no such object/);
    pattern.pdh.objects.push(memory());
    await pattern.clock.pass(61_000);
    assert.deepEqual(await pattern.told('\\Memory\\Pool *'), { '': 7 });
  });

  it('a counter that is missing takes no other with it', async () => {
    const { read } = host(processor());
    const [[missing], [there]] = await Promise.all([read('\\Processor(0)\\Nope'), read('\\Processor(0)\\% Processor Time')]) as [CounterRow[], CounterRow[]];
    assert.match(missing!.reason ?? '', /: the object has no such counter \(PDH_CSTATUS_NO_COUNTER\)/);
    assert.equal(there!.pending, true);
  });

  it('after a collection that failed the query is opened anew by the next reading; without data it stays open', async () => {
    const { pdh, told } = host(memory(), processor());
    const path = '\\Memory\\Available Bytes';
    await told(path);
    pdh.collecting = 0xc0000bfe;
    assert.deepEqual(await told(path), { '': `The performance counter ${path}: the library that tells it took too long (PDH_QUERY_PERF_DATA_TIMEOUT)` });
    pdh.collecting = pdhmsg.NO_DATA;
    assert.match(String((await told(path))['']), /there is no data: no instance of it now, or an account outside the group Performance Monitor Users \(PDH_NO_DATA\)/);
    pdh.collecting = 0;
    assert.deepEqual(await told(path), { '': 7 });
    assert.deepEqual(pdh.calls, ['open', `add ${path}`, 'collect', 'collect', 'close', 'open', `add ${path}`, 'collect', 'collect']);
  });

  it('a value that PDH cannot compute this time is absent with PDH\'s reason, and the next one is there', async () => {
    let value: FakeValue = 5;
    const { clock, told, pdh } = host(processor(() => [['0', value]]));
    const path = '\\Processor(0)\\% Processor Time';
    await told(path);
    for (const [status, name] of [[0x800007d6, 'PDH_CALC_NEGATIVE_DENOMINATOR'], [0x800007d7, 'PDH_CALC_NEGATIVE_TIMEBASE'], [0x800007d8, 'PDH_CALC_NEGATIVE_VALUE']] as const) {
      value = { status };
      const reason = (await told(path))['0'];
      assert.match(String(reason), new RegExp(`fell: the counter has begun anew between the two readings, so that there is no rate this time \\(${name}\\)$`));
      await clock.pass(60_000);
      assert.equal((await told(path))['0'], reason);
      value = 5;
      assert.deepEqual(await told(path), { 0: 5 });
    }
    value = { status: pdhmsg.CSTATUS_INVALID_DATA };
    assert.match(String((await told('\\Processor(0)\\% Processor Time'))['0']), /what was collected is not valid \(PDH_CSTATUS_INVALID_DATA\)$/);
    value = NaN;
    await told('\\Processor(*)\\% Processor Time');
    assert.match(String((await told('\\Processor(*)\\% Processor Time'))['0']), /^The performance counter \\Processor\(0\)\\% Processor Time: what was collected is no number$/);
    assert.equal(pdh.count('remove'), 0);
  });

  it('a counter that fails on and on is added anew, with patience', async () => {
    let value: FakeValue = { status: 0xc0000bda };
    const { clock, told, pdh } = host(processor(() => [['0', value]]));
    const path = '\\Processor(0)\\% Processor Time';
    const added: number[] = [];
    for (let second = 0; second <= 40; second += 1) {
      assert.match(String((await told(path))['0']), /WMI could not tell it \(PDH_WBEM_ERROR\)$/);
      if (pdh.count('remove') > added.length) added.push(second);
      await clock.pass(1000);
    }
    assert.deepEqual(added, [5, 15, 35]);
    value = 3;
    assert.deepEqual(await told(path), { 0: 3 });
  });

  it('what is no path is refused, one value is one value, and after the end there is none', async () => {
    const { counters, pdh } = host(processor(() => [['_Total', 25]]), memory());
    await assert.rejects(counters.read('Processor', 'g'), (error) => error instanceof UnavailableError && error.message.startsWith('expected the English path of a counter'));
    await assert.rejects(counters.value('\\Processor(_Total)\\% Processor Time'), { message: needsTwo });
    assert.equal(await counters.value('\\Processor(_Total)\\% Processor Time'), 25);
    await assert.rejects(counters.value('\\Processor(x*)\\Interrupts/sec'), { message: 'The performance counter \\Processor(x*)\\Interrupts/sec has no instance' });
    const last = counters.value('\\Memory\\Available Bytes');
    counters.close();
    assert.equal(await last, 7);
    await new Promise(setImmediate);
    assert.deepEqual(pdh.calls.slice(-1), ['close']);
    await until('both queries to be closed', () => pdh.count('close') === 2);
  });

  it('a counter that nobody asks for any more is removed from the query that others read', async () => {
    const { pdh, read } = host(memory());
    await Promise.all([read('\\Memory\\Available Bytes'), read('\\Memory\\Pool Paged Bytes')]);
    for (let n = 0; n < 99; n += 1) await read('\\Memory\\Available Bytes');
    assert.equal(pdh.count('remove'), 0);
    await read('\\Memory\\Available Bytes');
    assert.equal(pdh.count('remove'), 1);
    await read('\\Memory\\Pool Paged Bytes');
    assert.equal(pdh.count('add \\Memory\\Pool Paged Bytes'), 2);
  });

  it('a query that nobody reads any more is closed; one that is read once a week is not', async () => {
    const { clock, pdh, read } = host(memory());
    const path = '\\Memory\\Available Bytes';
    const week = 604_800_000;
    clock.jump(100 * week);
    for (let n = 0; n < 3; n += 1) await read(path, `often ${String(n)}`);
    await read(path, 'seldom');
    clock.jump(1000);
    for (let n = 0; n < 3; n += 1) await read(path, `often ${String(n)}`);
    clock.jump(week);
    await read(path, 'seldom');
    await until('three queries to be closed', () => pdh.count('close') === 3);
    assert.equal(pdh.count('open'), 4);
  });
});
