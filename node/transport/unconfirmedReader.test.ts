import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryQueue } from '../spool/memory.test.support.js';
import type { Queued, SampleQueue } from '../spool/queue.js';
import { samples } from '../spool/queue.test.support.js';
import { TestClock } from '../test/support/clock.js';
import { UnconfirmedReader, type InFlight } from './unconfirmedReader.js';

async function reading(count: number) {
  const queue: SampleQueue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e9, clock: new TestClock() });
  await queue.put(samples(0, count));
  const reader = new UnconfirmedReader(queue);
  /** The next sample, which is read where it is not at hand. */
  const take = async (): Promise<InFlight | undefined> => {
    while (reader.peek() === undefined) if (!(await reader.fill(1))) return undefined;
    const next = reader.peek();
    return next === undefined ? undefined : reader.take(next);
  };
  const confirm = (sample: InFlight | undefined): void => {
    if (sample !== undefined) sample.done = true;
    reader.acknowledge();
  };
  return { queue, reader, take, confirm };
}

test('counts what waits and what is not confirmed, and acknowledges as far as all is', async () => {
  const { queue, reader, take, confirm } = await reading(5);
  const counts = (): number[] => [reader.waiting, reader.unconfirmed, queue.stats().count];
  assert.deepEqual(counts(), [5, 5, 5]);
  const [first, second, third] = [await take(), await take(), await take()];
  assert.deepEqual(counts(), [2, 5, 5]);
  confirm(second);
  assert.deepEqual(counts(), [2, 4, 5]);
  confirm(first);
  assert.deepEqual(counts(), [2, 3, 3]);
  reader.restart();
  assert.deepEqual([counts(), reader.peek()], [[3, 3, 3], undefined]);
  assert.equal((await take())?.position, third?.position);
});

test('what was confirmed beyond another is not sent again with it, and goes when that does', async () => {
  const { queue, reader, take, confirm } = await reading(4);
  await take();
  const second = await take();
  confirm(second);
  reader.restart();
  assert.deepEqual([reader.waiting, reader.unconfirmed], [3, 3]);
  const taken = [await take(), await take(), await take()];
  assert.deepEqual(taken.map((sample) => sample?.position), [1, 3, 4]);
  assert.equal(await take(), undefined);
  for (const sample of taken) confirm(sample);
  assert.deepEqual([queue.stats().count, reader.waiting, reader.unconfirmed], [0, 0, 0]);
});

test('what was confirmed and then evicted is not counted as confirmed for ever', async () => {
  const { queue, reader, take, confirm } = await reading(3);
  await take();
  confirm(await take());
  confirm(await take());
  reader.restart();
  // The queue lets all three go by itself.
  queue.ack(3);
  assert.deepEqual([reader.waiting, reader.unconfirmed], [0, 0], 'never fewer than none');
  await queue.put(samples(3, 4));
  reader.changed();
  confirm(await take());
  reader.restart();
  await queue.put(samples(4, 6));
  assert.deepEqual([reader.waiting, reader.unconfirmed], [2, 2]);
});

test('a queue in which there was nothing is asked again once there may be more, though that came while it was asked', async () => {
  const { queue, reader, take } = await reading(0);
  const answers: ((found: readonly Queued[]) => void)[] = [];
  queue.read = () => new Promise((resolve) => { answers.push(resolve); });
  const empty = reader.fill(1);
  answers[0]?.([]);
  assert.deepEqual([await empty, reader.fill(1), answers.length], [false, false, 1]);
  reader.changed();
  const meanwhile = reader.fill(1);
  reader.changed();
  answers[1]?.([]);
  assert.equal(await meanwhile, true);
  const restarted = reader.fill(1);
  reader.restart();
  answers[2]?.([{ position: 7, envelope: samples(0, 1)[0]! }]);
  assert.deepEqual([await restarted, reader.peek()], [true, undefined], 'what was read before a restart is not what is next');
  const found = reader.fill(1);
  answers[3]?.([{ position: 8, envelope: samples(0, 1)[0]! }]);
  assert.deepEqual([await found, (await take())?.position], [true, 8]);
});
