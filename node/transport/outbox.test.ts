import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestClock } from '../test/support/clock.js';
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
    const outbox = new Outbox(await queueOf(5));
    outbox.confirm(1);
    outbox.confirm(2);
    outbox.confirm(3);
    assert.equal(outbox.count, 2);
    assert.deepEqual(positions(await outbox.read(0, 2)), [4], 'also where all that a read finds is confirmed');
    assert.deepEqual(positions(await outbox.read(0, 10)), [4, 5]);
  });

  it('acknowledges what is confirmed together with all before it', async () => {
    const queue = await queueOf(5);
    const outbox = new Outbox(queue);
    await outbox.read(0, 10);
    outbox.confirm(2);
    assert.equal(queue.stats().count, 5);
    outbox.confirm(1);
    assert.equal(queue.stats().count, 3);
    outbox.confirm(3);
    assert.equal(queue.stats().count, 2);
  });
});
