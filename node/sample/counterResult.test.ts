import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { needsTwo, type CounterRow } from '../providers/counterRow.js';
import { counterResult } from './counterResult.js';

const row = (counter: string, instance: string | null, value: number | string | null): CounterRow => ({
  counter, instance, value: typeof value === 'number' ? value : null, reason: typeof value === 'number' ? null : (value ?? needsTwo), pending: value === null,
});
const path = '\\Network Interface(*)\\*';

describe('counterResult', () => {
  it('each tells what is told of, with the reason of the rest at its own place', () => {
    const rows = [row('In', 'a', 1), row('Out', 'a', 'fell'), row('In', 'new', null), row('Out', 'b', 4)];
    assert.deepEqual(counterResult(rows, path, 'each'), { result: { a: { In: 1, Out: null }, b: { Out: 4 } }, reasons: { 'a.Out': 'fell' } });
    assert.deepEqual(counterResult([row('In', 'a', 1), row('In', 'new', null)], '\\Network Interface(*)\\In', 'each'), { result: { a: 1 }, reasons: {} }, 'one that has only just come is no fault');
  });

  it('what holds for the object as a whole holds for no instance', () => {
    for (const [value, reasons] of [['no such object', { '': 'no such object' }], [null, { '': needsTwo }]] as const) {
      assert.deepEqual(counterResult([row('In', null, value)], '\\Network Interface(*)\\In', 'each'), { result: null, reasons });
    }
  });

  it('one value has no instances, whatever is asked for', () => {
    assert.deepEqual(counterResult([row('A', null, 7)], '\\Memory\\A', 'each'), { result: 7, reasons: {} });
    assert.deepEqual(counterResult([row('A', null, 7)], '\\Memory\\A', 'count'), { result: { count: 1 } });
    assert.deepEqual(counterResult([row('A', null, 7)], 'of another form', 'sum'), { result: 7, reasons: {} });
  });

  it('what comes with the next reading is told from what nobody matches', () => {
    assert.deepEqual(counterResult([row('In', 'a', null)], '\\Network Interface(a)\\In', 'sum'), { result: null, reasons: { '': needsTwo } });
    assert.deepEqual(counterResult([], '\\Network Interface(x*)\\In', 'sum'), { result: null, reasons: { '': 'no instance matches \\Network Interface(x*)\\In' } });
  });
});
