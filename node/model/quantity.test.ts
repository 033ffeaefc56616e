import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAge, formatCount, formatValue } from './quantity.js';

describe('quantities', () => {
  it('are values with readable units, and never 0 for what is not', () => {
    const cases: [number, string, string][] = [
      [0, 'B', '0 B'], [1023, 'B', '1023 B'], [1024, 'B', '1.0 KiB'], [1048575, 'B', '1.0 MiB'], [1536 * 1024 ** 3, 'B', '1.5 TiB'], [2 ** 70, 'B', '1024.0 EiB'],
      [-2048, 'B', '-2.0 KiB'], [0.5, 'B', '0.5 B'], [3 * 1024 ** 2, 'B/s', '3.0 MiB/s'], [12, 'B/s', '12 B/s'],
      [12.3456, '%', '12.35 %'], [1.23456, '%', '1.235 %'], [1234.56, 'ms', '1234.6 ms'], [0.00001234567, 's', '0.0000123 s'], [-1e-9, '', '-1e-9'],
      [5, 'count', '5'], [5.25, 'count/s', '5.25/s'], [2, '1/s', '2/s'], [0.1 + 0.2, '', '0.3'], [123_456_789_012_345, '', '123456789012345'],
    ];
    for (const [value, unit, text] of cases) assert.equal(formatValue(value, unit), text);
  });
  it('are times and counts', () => {
    assert.deepEqual([0.4, 99, 120, 7200, 200_000, -1].map(formatAge), ['0s', '99s', '2m', '2h', '2d', '0s']);
    assert.deepEqual([0, 999, 1204, 1_000_000].map(formatCount), ['0', '999', '1,204', '1,000,000']);
  });
});
