import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatAge, formatCount, formatValue } from './quantity.js';

describe('quantities', () => {
  it('are values with readable units, and never 0 for what is not; the module, which has to write them by itself, is held to the same table', () => {
    const cases = JSON.parse(readFileSync(new URL('../../Pester/quantities.json', import.meta.url), 'utf8')) as { value: number; unit: string; text: string }[];
    assert.ok(cases.length > 20);
    for (const { value, unit, text } of cases) assert.equal(formatValue(value, unit), text);
  });
  it('are times and counts', () => {
    assert.deepEqual([0.4, 99, 120, 7200, 200_000, -1].map(formatAge), ['0s', '99s', '2m', '2h', '2d', '0s']);
    assert.deepEqual([0, 999, 1204, 1_000_000].map(formatCount), ['0', '999', '1,204', '1,000,000']);
  });
});
