import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { MemoryQueue } from '../spool/memory.js';
import { Outbox } from './outbox.js';

async function queueOf(count: number): Promise<MemoryQueue> {
  const queue = new MemoryQueue({ maxBytes: 1e6, maxAge: 1e6, clock: new TestClock() });
  await queue.put(Array.from({ length: count }, (_, index) => ({ id: `id${String(index)}`, time: 0, routingKey: 'k', body: '{}' })));
  return queue;
}

const positions = (found: readonly { readonly position: number }[]) => found.map(({ position }) => position);

describe('Outbox', () => {
  it('does not give again what is confirmed, before the queue has let it go', async () => {
    const outbox = new Outbox(await queueOf(5), assert.ifError);
    outbox.confirm(1);
    outbox.confirm(2);
    outbox.confirm(3);
    assert.equal(outbox.count, 2);
    assert.deepEqual(positions(await outbox.read(0, 2)), [4], 'also where all that a read finds is confirmed');
    assert.deepEqual(positions(await outbox.read(0, 10)), [4, 5]);
  });

  it('takes what is confirmed together out of the queue at once', async () => {
    const queue = await queueOf(5);
    const removed: (readonly number[])[] = [];
    const remove = queue.remove.bind(queue);
    queue.remove = (batch) => {
      removed.push(batch);
      return remove(batch);
    };
    const outbox = new Outbox(queue, assert.ifError);
    outbox.confirm(1);
    outbox.confirm(3);
    await outbox.flush();
    assert.deepEqual(removed, [[1, 3]]);
    assert.equal(queue.stats().count, 3);
  });

  it('tries again what the queue could not take out', async () => {
    const queue = await queueOf(3);
    const remove = queue.remove.bind(queue);
    queue.remove = () => Promise.reject(new Error('disk full'));
    const errors: unknown[] = [];
    const outbox = new Outbox(queue, (error) => errors.push(error));
    outbox.confirm(1);
    await settle();
    assert.equal(errors.length, 1);
    assert.deepEqual(positions(await outbox.read(0, 10)), [2, 3], 'it is still not sent twice');
    queue.remove = remove;
    outbox.confirm(2);
    await outbox.flush();
    assert.equal(queue.stats().count, 1);
  });
});
