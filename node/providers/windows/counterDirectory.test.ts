import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../test/support/clock.js';
import { MissingFunction } from './bindings.js';
import { CounterDirectory } from './counterDirectory.js';
import type { Pdh } from './pdh.js';

test('a Windows without the function that makes PDH look anew has what it has; any other fault is told', async () => {
  for (const [error, told] of [[new MissingFunction('This Windows has no PdhEnumObjectsW'), undefined], [new Error('no memory'), { message: 'no memory' }]] as const) {
    const directory = new CounterDirectory({ refresh: () => Promise.reject(error) } as unknown as Pdh, new TestClock());
    if (told === undefined) await directory.refresh();
    else await assert.rejects(directory.refresh(), told);
  }
});
