import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../support/clock.js';
import type { Fault } from './faults.js';
import { Random } from './random.js';
import { runSequence } from './sequence.js';

const fault = (name: string, place: Fault['place'], overlaps = true): Fault =>
  ({ name, row: name, place, overlaps, weight: 1, run: () => Promise.reject(new Error('not struck by itself')) });

test('a fault never strikes while another of its place lasts, however many struck in between', async () => {
  const sequence = [fault('a', 'collector'), fault('b', 'network'), fault('c', 'collector'), fault('d', 'network', false)];
  let together = 0;
  for (let seed = 0; seed < 50; seed += 1) {
    const lasting = new Map<Fault, () => void>();
    const struck: string[] = [];
    const strike = (one: Fault): Promise<void> => {
      assert.ok(![...lasting.keys()].some(({ place }) => place === one.place), `${one.name}, seed ${String(seed)}`);
      assert.ok(one.overlaps || lasting.size === 0, `${one.name}, seed ${String(seed)}`);
      if (lasting.size > 0) together += 1;
      struck.push(one.name);
      return new Promise((resolve) => lasting.set(one, resolve));
    };
    const done = runSequence(sequence, new Random(seed), strike, () => Promise.resolve());
    // The one that struck last ends first: what is in the way of the next may have struck long before.
    await settle();
    while (lasting.size > 0) {
      const [last, end] = [...lasting].at(-1) ?? assert.fail();
      lasting.delete(last);
      end();
      await settle();
    }
    await done;
    assert.deepEqual(struck, ['a', 'b', 'c', 'd']);
  }
  assert.ok(together > 10, String(together));
});

test('a fault that could not be done is told of once the others are over', async () => {
  const struck: string[] = [];
  const strike = ({ name }: Fault): Promise<void> => {
    struck.push(name);
    return name === 'a' ? Promise.reject(new Error('no')) : Promise.resolve();
  };
  await assert.rejects(runSequence([fault('a', 'network'), fault('b', 'collector')], new Random(1), strike, settle), /^Error: no$/);
  assert.deepEqual(struck, ['a', 'b']);
});
