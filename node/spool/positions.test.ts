import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Positions } from './positions.js';
import { random } from './random.test.support.js';

test('none, one and what lies outside', () => {
  const positions = new Positions(5, 5);
  assert.deepEqual([positions.head, positions.next, positions.count], [5, 5, 0]);
  positions.extend(6);
  positions.extend(3);
  assert.deepEqual([positions.next, positions.count], [6, 1]);
  positions.advance(4);
  assert.equal(positions.head, 5);
  assert.equal(positions.skip(1, 5), 0, 'before the head');
  assert.equal(positions.skip(5, 5), 0);
  positions.advance(100);
  assert.deepEqual([positions.head, positions.count], [6, 0], 'no further than to the end');
});

test('whatever is skipped and passed, it is as with a set of positions', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const next = random(seed);
    const positions = new Positions(1, 1);
    let there: number[] = [];
    let end = 1;
    let shift = 0;
    for (let step = 0; step < 60; step += 1) {
      const dice = next();
      const [from, length] = [Math.floor(next() * end), Math.floor(next() * 8)];
      if (dice < 0.4) {
        there.push(...Array.from({ length }, (_, index) => end + index));
        end += length;
        positions.extend(end + shift);
      } else if (dice < 0.8) {
        const until = Math.min(end, from + length);
        const fresh = there.filter((position) => position >= from && position < until).length;
        assert.equal(positions.skip(from + shift, until + shift), fresh, `seed ${String(seed)}`);
        there = there.filter((position) => position < from || position >= until);
      } else if (dice < 0.95) {
        positions.advance(from + shift);
        there = there.filter((position) => position >= from);
      } else {
        positions.move(7);
        shift += 7;
      }
      assert.equal(positions.count, there.length, `seed ${String(seed)}`);
      if (there[0] !== undefined) assert.equal(positions.head - shift, there[0], `seed ${String(seed)}`);
    }
  }
});
