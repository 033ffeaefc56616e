import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, duration, readable } from './quantity.js';

describe('A quantity', () => {
  for (const [value, unit, shown] of [
    [0, 'B', '0 B'], [1023, 'B', '1023 B'], [1536, 'B/s', '1.5 KiB/s'], [-2048, 'B', '-2.0 KiB'], [9.4 * 2 ** 30, 'B', '9.4 GiB'],
    [12.345, '%', '12.35 %'], [0, '%', '0 %'],
    [12.5, 'count/s', '12.5/s'], [3, 's', '3 s'], [0.0123, 's', '12.3 ms'], [0.000002, 's', '2 µs'], [0, 's', '0 s'], [3725, 's', '1 h 2 min'], [-90_061, 's', '-1 d 1 h'], [50, 's/s', '50 s/s'], [41, 'C', '41 °C'],
    [7, '', '7'], [7, 'Mbit/s', '7 Mbit/s'],
  ] as const) it(`${String(value)} ${unit} is shown as ${shown}`, () => { assert.equal(readable(value, unit), shown); });

  it('seconds since 1970 are shown as the moment they are', () => {
    assert.equal(readable(new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000, 's'), '2026-01-02 03:04');
  });

  it('a duration has its two largest units, the second only beside few', () => {
    assert.deepEqual([0, 999, 1000, 61_000, 600_000, 661_000, 3_600_000, 86_400_000 * 3 + 3_600_000 * 4, 86_400_000 * 12 + 3_600_000].map(duration), ['under 1 s', 'under 1 s', '1 s', '1 min 1 s', '10 min', '11 min', '1 h', '3 d 4 h', '12 d']);
    assert.deepEqual([counted(1, 'tick'), counted(0, 'tick'), counted(1204, 'entry', 'entries')], ['1 tick', '0 ticks', '1,204 entries']);
  });
});
