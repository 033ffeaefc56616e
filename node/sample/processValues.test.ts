import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import type { ProcessEntry } from '../providers/processTable.js';
import { ended } from '../test/support/fakeProcesses.js';
import { readProcesses, Totals } from './processValues.js';

const one = (pid: number, read: () => Result | Promise<Result>): ProcessEntry => ({ pid, created: 1, name: 'web', read });

test('what comes later counts as what is there at once, whether it comes or not', async () => {
  for (const later of [false, true]) {
    const told = (result: Result | Error) => (): Result | Promise<Result> => {
      if (later) return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
      if (result instanceof Error) throw result;
      return result;
    };
    const values = await readProcesses([one(1, told(5)), one(2, told(ended(2))), one(3, told(new UnavailableError('3 refuses')))], ['num_fds']);
    assert.deepEqual(values.map(({ entry, results, reasons }) => [entry.pid, results, reasons]), [[1, { num_fds: 5 }, undefined], [3, {}, { num_fds: '3 refuses' }]]);
    await assert.rejects(readProcesses([one(1, told(new TypeError('mistake')))], ['num_fds']), /mistake/);
  }
});

test('the greatest, the least and the mean of what came in any order', () => {
  const totals = new Totals();
  for (const value of [2, 5, -1, 2]) totals.add('a', value);
  assert.deepEqual((['sum', 'max', 'min', 'avg'] as const).flatMap((how) => [...totals.all(how)]), [['a', 8], ['a', 5], ['a', -1], ['a', 2]]);
});
