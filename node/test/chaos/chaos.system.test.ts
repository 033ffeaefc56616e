import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Harness } from './harness.js';
import { Random } from './random.js';
import { Suite } from './suite.js';

// The short form of `npm run chaos`: every kind of fault once that costs no restart of the broker. What share of samples comes
// twice depends on how fast this machine is, and is judged by the long form.

test('no sample is lost, altered or out of order under faults', { timeout: 900_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_CHAOS_SEED'] ?? randomInt(2 ** 31));
  const harness = await Harness.build();
  context.after(() => harness.remove());
  const suite = new Suite(harness, new Random(seed), (line) => { context.diagnostic(line); });
  context.diagnostic(`PSUTIL_CHAOS_SEED=${String(seed)}`);
  await suite.runCheap();
  for (const line of suite.table.table.split('\n')) context.diagnostic(line);
  const found = (['lost', 'disorder', 'wrong'] as const).map((key) => [key, suite.table.total(key)]);
  assert.deepEqual(Object.fromEntries(found), { lost: 0, disorder: 0, wrong: 0 }, `seed ${String(seed)}`);
  assert.ok(suite.table.total('arrived') > 1000);
});
