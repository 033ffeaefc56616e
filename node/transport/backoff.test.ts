import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backoff, Retries } from './backoff.js';

describe('Backoff', () => {
  it('draws each delay from between 0 and a bound that doubles up to the maximum', () => {
    const highest = new Backoff(500, 3000, () => 0.999999);
    assert.deepEqual([1, 2, 3, 4, 5].map(() => Math.round(highest.next())), [500, 1000, 2000, 3000, 3000]);
    const lowest = new Backoff(500, 3000, () => 0);
    assert.deepEqual([1, 2, 3].map(() => lowest.next()), [0, 0, 0]);
  });

  it('starts over after a reset', () => {
    const backoff = new Backoff(100, 10_000, () => 0.5);
    backoff.next();
    backoff.next();
    backoff.reset();
    assert.equal(backoff.next(), 50);
  });

  it('is patient by the upper half of the same bounds', () => {
    const low = new Backoff(1000, 30_000, () => 0);
    const high = new Backoff(1000, 30_000, () => 1);
    assert.deepEqual([1, 2, 3].map(() => low.patient()), [500, 1000, 2000]);
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map(() => high.patient()), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('stays near the maximum for what a person must put right', () => {
    assert.equal(new Backoff(1, 30_000, () => 0).longest(), 15_000);
    assert.equal(new Backoff(1, 30_000, () => 1).longest(), 30_000);
  });
});

describe('Retries', () => {
  it('all start over by one judgement: something was delivered', () => {
    const retries = new Retries({ initial: 1, maximum: 8 }, () => 1);
    const next = () => [retries.connect.next(), retries.channel.next(), retries.resend.next()];
    assert.deepEqual([next(), next()], [[1000, 1000, 1000], [2000, 2000, 2000]]);
    assert.equal(retries.healthy, false);
    retries.worked();
    assert.equal(retries.healthy, true);
    assert.deepEqual(next(), [1000, 1000, 1000]);
    retries.worked();
    assert.deepEqual(next(), [2000, 2000, 2000], 'what works goes on working');
    retries.failed();
    retries.worked();
    assert.deepEqual(next(), [1000, 1000, 1000]);
  });
});
