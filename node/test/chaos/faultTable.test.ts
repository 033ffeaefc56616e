import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Findings } from './verifier.js';
import type { Fault } from './faults.js';
import { FaultTable } from './faultTable.js';

const fault = (name: string, damages: boolean): Fault =>
  ({ name, row: name, place: 'collector', overlaps: !damages, ...(damages ? { drops: 'damage' as const } : {}), weight: 1, run: () => Promise.resolve() });
const found = (some: Partial<Findings>): Findings => ({ arrived: 1000, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0, ...some });

test('repeats are no success from one in two thousand on, after damage neither', () => {
  const kinds = [fault('reset', false), fault('torn', true), fault('never struck', false)] as const;
  const table = new FaultTable(kinds);
  table.found(kinds[0], found({ repeats: 1 }));
  table.found(kinds[1], found({ arrived: 1001 }));
  assert.deepEqual(table.shortcomings, []);
  assert.doesNotMatch(table.table, /never struck/);
  table.found(kinds[1], found({ arrived: 0, repeats: 1 }));
  assert.deepEqual(table.shortcomings, ['repeats: 0.100 %, 0.05 % allowed']);
});

test('a lost sample is no success, after damage neither', () => {
  const torn = fault('torn', true);
  const table = new FaultTable([torn]);
  table.found(torn, found({ lost: 1, disorder: 2, wrong: 3 }));
  assert.deepEqual(table.shortcomings, ['lost: 1', 'disorder: 2', 'wrong: 3']);
});
