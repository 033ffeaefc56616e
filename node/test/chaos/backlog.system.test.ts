import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureBacklog } from './backlog.js';

/** Nearly ten minutes' worth; PSUTIL_BACKLOG=180000 is an hour's, the long form. */
const samples = Number(process.env['PSUTIL_BACKLOG'] ?? 26_000);
/** MB. A heap at work sways by half of this; the least a sample could hold, its message of some 600 bytes, would be more for all that wait. */
const most = 15;

test(`${String(samples)} samples with the broker away, then drained to it: within ${String(most)} MB of idle`, { timeout: 1_800_000 }, async (context) => {
  const figures = await measureBacklog(samples);
  context.diagnostic((Object.entries(figures) as [string, number][]).map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', '));
  assert.equal(figures.missing, 0);
  assert.ok(figures.waiting >= samples);
  assert.ok(figures.waiting * figures.size > most * 1e6);
  for (const moment of ['full', 'draining'] as const) {
    assert.ok(figures[moment] - figures.idle <= most, `${moment}: ${figures[moment].toFixed(1)} MB, idle: ${figures.idle.toFixed(1)} MB`);
  }
});
