import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rate } from './rate.js';

describe('Rate', () => {
  it('lets a quarter of a second\'s worth through at once, then the rate', () => {
    let now = 0;
    const rate = new Rate(1000, () => now);
    let taken = 0;
    while (rate.take() === 0) taken += 1;
    assert.equal(taken, 250);
    for (now = 0; now <= 10_000; now += 1) while (rate.take() === 0) taken += 1;
    assert.equal(taken, 10_250);
  });

  it('says how long to wait, no shorter than a timer is good for', () => {
    let now = 0;
    const slow = new Rate(2, () => now);
    assert.equal(slow.take(), 0);
    assert.equal(slow.take(), 500);
    now = 400;
    assert.equal(Math.round(slow.take()), 100);
    const fast = new Rate(1e6, () => now);
    while (fast.take() === 0);
    assert.equal(fast.take(), 5);
  });

  it('takes a clock that goes back for one that stands', () => {
    let now = 1000;
    const rate = new Rate(1, () => now);
    rate.take();
    now = 0;
    assert.equal(rate.take(), 1000);
  });
});
