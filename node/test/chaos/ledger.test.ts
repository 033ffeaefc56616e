import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Findings } from './audit.js';
import type { Fault } from './faults.js';
import { FaultLedger } from './ledger.js';

const fault = (name: string, damages: boolean): Fault =>
  ({ name, place: 'collector', overlaps: !damages, damages, weight: 1, run: () => Promise.resolve() });
const found = (some: Partial<Findings>): Findings => ({ arrived: 1000, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0, ...some });

test('repeats are no success from one in a thousand on, after damage neither', () => {
  const kinds = [fault('reset', false), fault('torn', true), fault('never struck', false)] as const;
  const ledger = new FaultLedger(kinds);
  ledger.found(kinds[0], found({ repeats: 1 }));
  ledger.found(kinds[1], found({}));
  assert.deepEqual(ledger.shortcomings, []);
  assert.doesNotMatch(ledger.table, /never struck/);
  ledger.found(kinds[1], found({ arrived: 0, repeats: 1 }));
  assert.deepEqual(ledger.shortcomings, ['repeats: 0.100 %, 0.1 % allowed']);
});

test('a lost sample is no success, after damage neither', () => {
  const torn = fault('torn', true);
  const ledger = new FaultLedger([torn]);
  ledger.found(torn, found({ lost: 1, disorder: 2, wrong: 3 }));
  assert.deepEqual(ledger.shortcomings, ['lost: 1', 'disorder: 2', 'wrong: 3']);
});
