import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Window } from './window.js';

describe('Window', () => {
  it('grows from one by every quick confirm, up to its maximum', () => {
    const window = new Window(4);
    const sizes = [1, 2, 3, 4, 5].map(() => {
      window.confirmed(3);
      return window.size;
    });
    assert.deepEqual(sizes, [2, 3, 4, 4, 4]);
  });

  it('halves once for all that were in flight when confirms became slow', () => {
    const window = new Window(64);
    for (let count = 0; count < 63; count += 1) window.confirmed(1);
    assert.equal(window.size, 64);
    for (let count = 0; count < 64; count += 1) window.confirmed(900);
    assert.equal(window.size, 32);
    window.confirmed(900);
    assert.equal(window.size, 16);
  });

  it('never falls below one, and back to one at a reset', () => {
    const window = new Window(8);
    for (let count = 0; count < 20; count += 1) window.confirmed(5000);
    assert.equal(window.size, 1);
    window.confirmed(1);
    window.reset();
    assert.equal(window.size, 1);
  });

  it('sends a tick at once to a broker that keeps up, a backlog a few at a time, and more the more wait', () => {
    const window = new Window(256);
    for (let count = 0; count < 300; count += 1) window.confirmed(1);
    assert.deepEqual([1, 100, 6400, 1_000_000].map((waiting) => window.capacity(0, waiting, true)), [64, 64, 200, 256]);
    assert.deepEqual([1, 100, 3200, 1_000_000].map((waiting) => window.capacity(0, waiting, false)), [8, 8, 100, 256]);
    assert.equal(window.capacity(50, 3150, false), 50, 'a share of all that is not confirmed');
    assert.deepEqual([60, 64, 70].map((inFlight) => window.capacity(inFlight, 5, true)), [4, 0, 0]);
    window.reset();
    assert.equal(window.capacity(0, 1_000_000, true), 1);
  });
});
