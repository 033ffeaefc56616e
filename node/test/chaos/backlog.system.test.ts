import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureBacklog } from './backlog.js';

/** Twenty minutes' worth; PSUTIL_BACKLOG=180000 is an hour's, the long form. */
const samples = Number(process.env['PSUTIL_BACKLOG'] ?? 60_000);
/** MB. A sample that waits costs no memory: a hundred bytes of it would be too much. */
const most = samples / 9000;

test(`${String(samples)} samples with the broker away, then drained to it: within ${most.toFixed(1)} MB of idle`, { timeout: 1_800_000 }, async (context) => {
  const figures = await measureBacklog(samples);
  context.diagnostic((Object.entries(figures) as [string, number][]).map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', '));
  assert.equal(figures.missing, 0);
  assert.ok(figures.waiting >= samples);
  for (const moment of ['full', 'draining'] as const) {
    assert.ok(figures[moment] - figures.idle <= most, `${moment}: ${figures[moment].toFixed(1)} MB, idle: ${figures.idle.toFixed(1)} MB`);
  }
});
