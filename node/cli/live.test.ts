import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { humanTime, humanValue, trend } from './live.js';

describe('the live table', () => {
  it('shows values for people', () => {
    const cases: [number, string, string][] = [
      [0, 'B', '0 B'], [1023, 'B', '1023 B'], [1024, 'B', '1.0 KiB'], [1536 * 1024 ** 3, 'B', '1.5 TiB'], [2 ** 70, 'B', '1048576.0 PiB'],
      [12.3456, '%', '12.346 %'], [5, 'count', '5'], [0.1 + 0.2, '', '0.3'], [-2048, 'B', '-2.0 KiB'],
    ];
    for (const [value, unit, text] of cases) assert.equal(humanValue(value, unit), text);
  });
  it('shows a trend from the least to the greatest', () => {
    assert.equal(trend([0, 7, 3.5]), '▁█▅');
    assert.equal(trend([4, 4]), '▁▁');
    assert.equal(trend([]), '');
  });
  it('shows times shortly', () => {
    assert.deepEqual([0.4, 99, 120, 7200, -1].map(humanTime), ['0s', '99s', '2m', '2h', '0s']);
  });
});
