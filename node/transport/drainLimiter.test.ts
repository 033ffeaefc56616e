import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DrainLimiter } from './drainLimiter.js';

describe('DrainLimiter', () => {
  it('does not limit where there is no backlog', () => {
    const limiter = new DrainLimiter(10, () => 0);
    assert.equal(limiter.allowance(1_000_000), Infinity);
    limiter.begin(0);
    assert.equal(limiter.allowance(1_000_000), Infinity);
    assert.equal(limiter.caughtUp, true);
  });

  it('lets a quarter of a second\'s worth of a backlog through at once, then the rate, and what is put beside', () => {
    let now = 0;
    const limiter = new DrainLimiter(1000, () => now);
    let waiting = 5000;
    limiter.begin(waiting);
    assert.equal(limiter.allowance(waiting), 250);
    waiting -= 250;
    assert.equal(limiter.allowance(waiting), 0);
    for (now = 1; now <= 2000; now += 1) {
      waiting += 3;
      waiting -= limiter.allowance(waiting);
    }
    assert.equal(waiting, 5000 - 2250);
    now = 4750;
    assert.equal(limiter.allowance(waiting), Infinity);
    assert.equal(limiter.caughtUp, true);
    now = 0;
    assert.equal(limiter.caughtUp, true, 'made up for once and for all');
  });

  it('says how long to wait, no shorter than a timer is good for', () => {
    let now = 0;
    const slow = new DrainLimiter(2, () => now);
    slow.begin(10);
    assert.equal(slow.allowance(10), 1);
    assert.equal(slow.wait(9), 500);
    now = 400;
    assert.equal(Math.round(slow.wait(9)), 100);
    const fast = new DrainLimiter(1e6, () => now);
    fast.begin(10_000_000);
    assert.equal(fast.wait(9_750_000), 5);
  });

  it('does not make the rest wait for what was evicted', () => {
    let now = 0;
    const limiter = new DrainLimiter(10, () => now);
    limiter.begin(1_000_000);
    assert.equal(limiter.allowance(5), 0);
    now = 300;
    assert.equal(limiter.allowance(5), 3);
  });
});
