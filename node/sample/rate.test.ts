import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import type { Result } from '../catalog/value.js';
import { Rates } from './rate.js';
import { select } from './selection.js';

const nics = functionNamed('net_io_counters')!;
const stats = functionNamed('cpu_stats')!;

/** Rates of readings, one after another. */
function ratesOf(definition: typeof nics, args: { pernic?: boolean }, selector: readonly string[], readings: readonly (readonly [ms: number, result: Result])[]) {
  const rates = new Rates();
  return readings.map(([at, result]) => {
    const { selected, missing } = rates.between(select(definition, args, result, selector), at);
    return { values: Object.fromEntries(selected.map(({ path, value, unit }) => [path, `${String(value)} ${unit}`])), missing: missing.length };
  });
}

describe('rate', () => {
  it('is the growth a second, from the second reading on', () => {
    assert.deepEqual(ratesOf(nics, {}, ['bytes_sent'], [[0, { bytes_sent: 100 }], [500, { bytes_sent: 150 }], [2500, { bytes_sent: 150 }]]), [
      { values: {}, missing: 1 }, { values: { '': '100 B/s' }, missing: 0 }, { values: { '': '0 B/s' }, missing: 0 },
    ]);
  });

  it('is never negative: a counter that fell began anew, one of 32 bits near its end wrapped', () => {
    assert.deepEqual(ratesOf(nics, {}, ['bytes_sent'], [[0, { bytes_sent: 5e9 }], [1000, { bytes_sent: 30 }]])[1]!.values, { '': '30 B/s' });
    assert.deepEqual(ratesOf(stats, {}, ['ctx_switches'], [[0, { ctx_switches: 4_294_967_290 }], [2000, { ctx_switches: 14 }]])[1]!.values, { '': '10 count/s' });
    assert.deepEqual(ratesOf(stats, {}, ['ctx_switches'], [[0, { ctx_switches: 1000 }], [1000, { ctx_switches: 14 }]])[1]!.values, { '': '14 count/s' });
  });

  it('of two readings of one moment measures from the first, and says why there is none yet, of which place', () => {
    assert.deepEqual(ratesOf(nics, {}, ['bytes_sent'], [[0, { bytes_sent: 10 }], [0, { bytes_sent: 20 }], [2000, { bytes_sent: 30 }]]), [
      { values: {}, missing: 1 }, { values: {}, missing: 1 }, { values: { '': '10 B/s' }, missing: 0 },
    ]);
    const why = (selector: readonly string[], args: object, result: Result): readonly string[] => new Rates().between(select(nics, { ...args }, result, selector), 0).missing;
    assert.deepEqual(why(['bytes_sent'], {}, { bytes_sent: 1 }), ['the value: the first reading only starts the measurement']);
    assert.deepEqual(why(['*', 'bytes_sent'], { pernic: true }, { lo: { bytes_sent: 1 } }), ['lo_bytes_sent: the first reading only starts the measurement']);
  });

  it('of a counter without a unit is so many a second; of how many there are there is none', () => {
    const rates = new Rates();
    const counter = { path: 'a', value: 1, unit: '', field: { ...nics.fields[0]!, kind: 'counter' as const, bits: 64 as const } };
    const { field: _, ...plain } = counter;
    rates.between({ selected: [counter, plain], missing: [] }, 0);
    assert.deepEqual(rates.between({ selected: [{ ...counter, value: 4 }, plain], missing: [] }, 1000).selected.map(({ path, value, unit }) => [path, value, unit]), [['a', 3, '1/s']]);
  });

  it('a wide counter does not wrap where a narrow one would', () => {
    assert.deepEqual(ratesOf(nics, {}, ['bytes_sent'], [[0, { bytes_sent: 4_294_967_290 }], [1000, { bytes_sent: 14 }]])[1]!.values, { '': '14 B/s' });
  });

  it('each place has its own; one that comes later waits for its second reading, one that went is forgotten', () => {
    const each = (readings: Parameters<typeof ratesOf>[3]) => ratesOf(nics, { pernic: true }, ['*', 'bytes_sent'], readings).map(({ values }) => values);
    assert.deepEqual(each([
      [0, { a: { bytes_sent: 1 } }], [1000, { a: { bytes_sent: 3 }, b: { bytes_sent: 70 } }], [2000, { b: { bytes_sent: 71 } }], [3000, { a: { bytes_sent: 3 }, b: { bytes_sent: 71 } }],
    ]), [{}, { a_bytes_sent: '2 B/s' }, { b_bytes_sent: '1 B/s' }, { b_bytes_sent: '0 B/s' }]);
  });

  it('leaves out what is no counter', () => {
    assert.deepEqual(ratesOf(functionNamed('swap_memory')!, {}, ['*'], [[0, { used: 1, sin: 1 }], [1000, { used: 9, sin: 3 }]])[1], { values: { sin: '2 B/s' }, missing: 0 });
  });
});
