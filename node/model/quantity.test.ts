import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatAge, formatCount, formatValue } from './quantity.js';

describe('quantities', () => {
  it('are values with readable units, and never 0 for what is not; the module, which has to write them by itself, is held to the same table', () => {
    const cases = JSON.parse(readFileSync(new URL('../../Pester/quantities.json', import.meta.url), 'utf8')) as { value: number; unit: string; text: string }[];
    assert.ok(cases.length > 20);
    for (const { value, unit, text } of cases) assert.equal(formatValue(value, unit), text);
    for (const [value, unit, text] of [[2 ** 60, 'B', '1.0 EiB'], [100.06, 'ms', '100.1 ms'], [10.006, 'ms', '10.01 ms'], [0.001, 'ms', '0.001 ms'], [0.0014, 'ms', '0.001 ms']] as const) assert.equal(formatValue(value, unit), text);
  });
  it('are times and counts', () => {
    assert.deepEqual([0.4, 99, 100, 120, 5999, 6000, 7200, 48 * 3600 - 1, 48 * 3600, 200_000, -1].map(formatAge), ['0s', '99s', '2m', '2m', '100m', '2h', '2h', '48h', '2d', '2d', '0s']);
    assert.deepEqual([0, 999, 1204, 1_000_000].map(formatCount), ['0', '999', '1,204', '1,000,000']);
  });
});
