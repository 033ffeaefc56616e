import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition; fails with what it waited for. Gives the milliseconds waited. The seconds only end what hangs: they are
 * many more than a slow machine needs.
 */
export async function until(what: string, condition: () => boolean, seconds = 60): Promise<number> {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > seconds * 1000) assert.fail(`${what}: not within ${String(seconds)} s`);
    // What has been waited for long is looked at less often: each look of two hundred a second costs more than it gives.
    await delay(Math.min(5 + (performance.now() - start) / 20, 100));
  }
  return performance.now() - start;
}
