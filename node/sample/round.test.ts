import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../test/support/clock.js';
import { beginRound } from './round.js';

test('a round takes each sample on the same tick, a while after what it is measured from, and one that hangs holds up no other', async () => {
  const clock = new TestClock();
  const did: (readonly [string, number, object | undefined])[] = [];
  const sampler = (name: string, primed: Promise<void>): Parameters<typeof beginRound>[0][number] => ({
    prime: (tick) => { did.push([`${name} is primed`, clock.now(), tick]); return primed; },
    run: (tick) => { did.push([name, clock.now(), tick]); return Promise.resolve(); },
  });
  const begun = clock.now();
  const [, ...runs] = beginRound([sampler('hangs', new Promise(() => undefined)), sampler('a', Promise.resolve()), sampler('b', Promise.reject(new Error('no')))], clock);
  await clock.pass(100);
  await Promise.all(runs);
  assert.deepEqual(did.map(([name, at]) => [name, at - begun]), [['hangs is primed', 0], ['a is primed', 0], ['b is primed', 0], ['a', 100], ['b', 100]]);
  assert.deepEqual(did.slice(0, 3).map(([, , tick]) => tick === did[0]?.[2]), [true, true, true]);
  assert.deepEqual([did[0]?.[2], did[3]?.[2]], [{ at: begun }, { at: begun + 100 }]);
  assert.ok(did[3]?.[2] === did[4]?.[2] && did[3]?.[2] !== did[0]?.[2]);
});
