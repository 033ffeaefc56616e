import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figures } from './backlog.test.support.js';
import { temporary } from './queue.test.support.js';

const child = fileURLToPath(new URL('backlog.test.support.js', import.meta.url));
const allowed = 20;
const count = 180_000;

const variants: Record<string, string[]> = {
  'with a small young generation': ['--expose-gc', '--max-semi-space-size=1'],
  'with Node as it is': ['--expose-gc'],
};

for (const [name, flags] of Object.entries(variants)) {
  test(`an hour of 50 samples a second, spooled and drained, costs less than ${String(allowed)} MB, ${name}`, { timeout: 300_000 }, async (context) => {
    const path = await temporary(context);
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, child, path, String(count)]);
    const figures = JSON.parse(stdout) as Figures;
    context.diagnostic(Object.entries(figures).map(([key, value]) => `${key} ${(value as number).toFixed(1)}`).join(', '));
    assert.equal(figures.drainedCount, count);
    assert.ok(figures.full - figures.idle <= allowed, `full: ${figures.full.toFixed(1)} MB, idle: ${figures.idle.toFixed(1)} MB`);
    assert.ok(figures.drained - figures.idle <= allowed, `drained: ${figures.drained.toFixed(1)} MB, idle: ${figures.idle.toFixed(1)} MB`);
    assert.ok(figures.diskBytesAfter < 8e6, `${String(figures.diskBytesAfter)} bytes on disk for an empty queue`);
  });
}
