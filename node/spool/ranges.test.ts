import assert from 'node:assert/strict';
import { test } from 'node:test';
import { random } from './random.test.support.js';
import { Ranges } from './ranges.js';

test('ranges hold what a set would', () => {
  const next = random(5);
  for (let round = 0; round < 200; round += 1) {
    const ranges = new Ranges();
    const set = new Set<number>();
    for (let step = 0; step < 40; step += 1) {
      const from = Math.floor(next() * 100);
      const until = from + Math.floor(next() * 8);
      if (next() < 0.15) {
        ranges.trim(from);
        for (const position of [...set]) if (position < from) set.delete(position);
      } else {
        ranges.add(from, until);
        for (let position = from; position < until; position += 1) set.add(position);
      }
      const held = Array.from({ length: 110 }, (_, position) => position).filter((position) => ranges.has(position));
      assert.deepEqual(held, [...set].sort((one, other) => one - other));
      assert.equal(ranges.total, set.size);
      assert.equal(ranges.first?.from, held[0]);
      const above = held.find((position) => position >= from);
      assert.equal(above === undefined ? undefined : Math.max(from, ranges.at(from)?.from ?? NaN), above);
      ranges.runs.reduce((end, run) => {
        assert.ok(run.from > end && run.until > run.from, 'runs are disjoint and do not touch');
        return run.until;
      }, -1);
    }
  }
});
