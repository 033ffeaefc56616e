import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram, quantileBetween } from './histogram.js';

const near = (actual: number | undefined, expected: number): void => {
  assert.ok(actual !== undefined && Math.abs(actual / expected - 1) < 0.05, `${String(actual)} is not near ${String(expected)}`);
};

describe('Histogram', () => {
  it('tells quantiles within five per cent over every order of magnitude', () => {
    for (const scale of [0.01, 1, 50, 30_000]) {
      const histogram = new Histogram();
      for (let n = 1; n <= 1000; n++) histogram.add(n * scale / 500);
      near(quantileBetween(undefined, histogram.counts(), 0.5), scale);
      near(quantileBetween(undefined, histogram.counts(), 0.99), scale * 1.98);
    }
  });

  it('tells of what came between two counts only, and of nothing nothing', () => {
    const histogram = new Histogram();
    for (let n = 0; n < 100; n++) histogram.add(1000);
    const before = histogram.counts();
    assert.equal(quantileBetween(before, histogram.counts(), 0.5), undefined);
    histogram.add(2);
    near(quantileBetween(before, histogram.counts(), 0.5), 2);
    near(quantileBetween(before, histogram.counts(), 0.99), 2);
    near(quantileBetween(before, histogram.counts(), 1), 2);
  });

  it('counts what is out of its range at its ends', () => {
    const histogram = new Histogram();
    for (const ms of [0, -1, Number.MIN_VALUE]) histogram.add(ms);
    histogram.add(1e12);
    const counts = histogram.counts();
    assert.deepEqual([counts[0], counts.at(-1)], [3, 1]);
  });
});
