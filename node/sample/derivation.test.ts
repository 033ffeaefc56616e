import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../model/errors.js';
import { between, CounterMemory, cpuPercent, cpuTimesPercent, mean, round1, sum, usagePercent, wrapped } from './derivation.js';

describe('round1', () => {
  it('rounds as Python does: exactly, a tie to the even digit', () => {
    // python3 -c 'print([round(x, 1) for x in (...)])'
    const cases: [number, number][] = [[0.25, 0.2], [0.75, 0.8], [0.35, 0.3], [2.675, 2.7], [99.95, 100], [1.25, 1.2], [50.05, 50], [-0.25, -0.2], [0, 0], [12.34, 12.3]];
    for (const [value, rounded] of cases) assert.equal(round1(value), rounded, String(value));
  });
});

describe('usagePercent', () => {
  it('is psutil\'s, and 0 of nothing', () => {
    assert.equal(usagePercent(1, 3), 33.3);
    assert.equal(usagePercent(0, 0), 0);
  });
});

describe('cpuPercent', () => {
  it('is the share of time not idle', () => {
    assert.equal(cpuPercent({ user: 10, system: 5, idle: 100 }, { user: 11, system: 5.5, idle: 101.5 }), 50);
  });
  it('counts iowait as idle, and guests only once', () => {
    const before = { user: 0, idle: 0, iowait: 0, guest: 0 };
    assert.equal(cpuPercent(before, { user: 2, idle: 1, iowait: 1, guest: 2 }), 50);
  });
  it('counts each of the two kinds of guests only once', () => {
    assert.equal(cpuPercent({ user: 0, nice: 0, idle: 0, guest: 0, guest_nice: 0 }, { user: 2, nice: 2, idle: 4, guest: 1, guest_nice: 2 }), 50);
  });
  it('takes a time that was not told before as standing still', () => {
    assert.equal(cpuPercent({ user: 0, idle: 0 }, { user: 1, idle: 3, steal: 4 }), 25);
  });
  it('takes a time that fell as standing still', () => {
    assert.equal(cpuPercent({ user: 10, idle: 50 }, { user: 11, idle: 49 }), 100);
  });
  it('is unknown, not 0, where no time passed', () => {
    assert.throws(() => cpuPercent({ user: 1, idle: 1 }, { user: 1, idle: 1 }), UnavailableError);
  });
});

describe('cpuTimesPercent', () => {
  it('shares out what passed, without scaling down short windows', () => {
    const before = { user: 10, system: 5, idle: 100, irq: 1, dpc: 1 };
    const after = { user: 10.1, system: 5.1, idle: 100.2, irq: 1, dpc: 1 };
    assert.deepEqual(cpuTimesPercent(before, after), { user: 25, system: 25, idle: 50, irq: 0, dpc: 0 });
  });
});

describe('cpuTimesPercent of a guest', () => {
  it('is no more than all, though his time may be counted before that of user', () => {
    assert.deepEqual(cpuTimesPercent({ user: 0, idle: 0, guest: 0 }, { user: 3, idle: 1, guest: 5 }), { user: 75, idle: 25, guest: 100 });
  });
});

describe('between', () => {
  it('tells each CPU by itself; one that stood still is unknown', () => {
    const result = between(cpuPercent, [{ user: 0, idle: 0 }, { user: 0, idle: 0 }], [{ user: 1, idle: 3 }, { user: 0, idle: 0 }]);
    assert.deepEqual(result, [25, null]);
  });
  it('a CPU that has come since is unknown, and a mistake of the code is none of the system', () => {
    assert.deepEqual(between(cpuPercent, [{ user: 0, idle: 0 }], [{ user: 1, idle: 3 }, { user: 1, idle: 3 }]), [25, null]);
    const mistake = (): never => { throw new TypeError('mistake'); };
    assert.throws(() => between(mistake, [{}], [{}]), /mistake/);
  });
});

describe('mean and sum', () => {
  it('mean leaves out what is unknown', () => {
    assert.deepEqual(mean([{ current: 1000, max: null }, { current: 3000, max: null }]), { current: 2000, max: null });
    assert.deepEqual(mean([{ current: 1000, max: null }, { current: 2000, max: 8 }]), { current: 1500, max: 8 });
    assert.throws(() => mean([]), new UnavailableError('the system tells of no CPU'));
  });
  it('sum adds field by field', () => {
    assert.deepEqual(sum({ a: { x: 1, y: 2 }, b: { x: 3, y: 4 } }), { x: 4, y: 6 });
  });
});

describe('CounterMemory', () => {
  const through = (...readings: Record<string, Record<string, number>>[]): unknown => {
    const memory = new CounterMemory();
    return readings.map((reading) => memory.unwrap(reading)).at(-1);
  };
  it('adds what was reached before each wrap', () => {
    assert.deepEqual(through({ a: { n: 100 } }, { a: { n: 10 } }), { a: { n: 110 } });
    assert.deepEqual(through({ a: { n: 100 } }, { a: { n: 10 } }, { a: { n: 50 } }, { a: { n: 20 } }), { a: { n: 170 } });
  });
  it('adds nothing for a counter that stands still', () => {
    assert.deepEqual(through({ a: { n: 100 } }, { a: { n: 100 } }, { a: { n: 100, m: 3 } }), { a: { n: 100, m: 3 } });
  });
  it('keeps items and fields apart', () => {
    assert.deepEqual(through({ a: { n: 100, m: 5 }, b: { n: 7 } }, { a: { n: 1, m: 6 }, b: { n: 8 } }), { a: { n: 101, m: 6 }, b: { n: 8 } });
  });
  it('forgets an item that went and came back', () => {
    assert.deepEqual(through({ a: { n: 100 } }, { a: { n: 10 } }, {}, { a: { n: 5 } }), { a: { n: 5 } });
  });
});

it('a counter of 32 bits that wraps loses nothing, and one that begins anew no more than it had', () => {
  assert.deepEqual([2 ** 31, 2 ** 31 + 1, 2 ** 32].map((before) => wrapped(before, 5)), [false, true, false], 'it wraps from its upper half alone');
  assert.deepEqual([2 ** 31 - 1, 2 ** 31].map((now) => wrapped(2 ** 32 - 1, now)), [true, false], 'and into its lower one');
  const memory = new CounterMemory(new Set(), new Set(['n']));
  memory.unwrap({ a: { n: 2 ** 32 - 10, wide: 2 ** 32 - 10 } });
  assert.deepEqual(memory.unwrap({ a: { n: 5, wide: 5 } }), { a: { n: 2 ** 32 + 5, wide: 2 ** 32 - 5 } });
  memory.unwrap({ a: { n: 1000, wide: 1000 } });
  assert.deepEqual(memory.unwrap({ a: { n: 3, wide: 3 } }), { a: { n: 2 ** 32 + 1003, wide: 2 ** 32 - 10 + 1003 } });
});

it('a gauge among the counters of a device may fall', () => {
  const memory = new CounterMemory(new Set(['queue_depth']));
  memory.unwrap({ a: { n: 9, queue_depth: 5 } });
  assert.deepEqual(memory.unwrap({ a: { n: 1, queue_depth: 2 } }), { a: { n: 10, queue_depth: 2 } });
});
