import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTimeService } from './timeService.js';

test('the kernel tells whether it takes the clock for right, and how wrong it may be', { skip: process.platform !== 'linux' }, async () => {
  const { kernel, source } = await systemTimeService();
  assert.equal(typeof kernel?.synchronised, 'boolean');
  // It grows by 500 ppm and ends at 16 s.
  assert.ok(kernel !== undefined && kernel.error >= 0 && kernel.error <= 16, String(kernel?.error));
  assert.match(source, /^(the kernel|\/etc\/.+)$/);
});
