import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureBacklog } from './backlog.js';

test('180,000 samples with the broker away, then drained to it: within 20 MB of idle', { timeout: 1_800_000 }, async (context) => {
  const figures = await measureBacklog(180_000);
  context.diagnostic((Object.entries(figures) as [string, number][]).map(([name, value]) => `${name} ${value.toFixed(1)}`).join(', '));
  assert.equal(figures.missing, 0);
  assert.ok(figures.waiting >= 180_000);
  for (const moment of ['full', 'draining'] as const) {
    assert.ok(figures[moment] - figures.idle <= 20, `${moment}: ${figures[moment].toFixed(1)} MB, idle: ${figures.idle.toFixed(1)} MB`);
  }
});
