import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moment, timeOfDay, zone } from './moment.js';

describe('A moment', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();

  it('is shown in the host\'s zone, with seconds where they are asked for', () => {
    assert.deepEqual([moment(at), moment(at, true), timeOfDay(at), timeOfDay(at, true)], ['2026-01-02 03:04', '2026-01-02 03:04:05', '03:04', '03:04:05']);
  });

  it('names that zone by its offset', () => {
    const before = process.env['TZ'];
    try {
      for (const [name, shown] of [['UTC', 'UTC'], ['America/St_Johns', 'UTC-03:30'], ['Asia/Kathmandu', 'UTC+05:45'], ['Pacific/Marquesas', 'UTC-09:30'], ['Asia/Tokyo', 'UTC+09:00']] as const) {
        process.env['TZ'] = name;
        assert.equal(zone(at), shown);
      }
    } finally {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    }
  });
});
