import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Envelope } from '../model/message.js';
import { settle } from '../test/support/clock.js';
import { Batcher } from './batch.js';

const envelope = (id: string): Envelope => ({ id, time: 1, routingKey: 'k', body: '{}' });

/** A batcher whose puts end when they are told to. */
function batcher(limit: number) {
  const batches: string[][] = [];
  const ends: (() => void)[] = [];
  const made = new Batcher((batch) => {
    batches.push(batch.map(({ id }) => id));
    return new Promise((resolve) => ends.push(resolve));
  }, limit);
  const add = (...ids: string[]): void => { for (const id of ids) made.add(envelope(id)); };
  const end = async (): Promise<void> => { ends.shift()?.(); await settle(); };
  return { made, batches, add, end };
}

describe('Batcher', () => {
  it('hands on what came together as one batch, in its order', async () => {
    const { batches, add } = batcher(10);
    add('a', 'b');
    add('c');
    await settle();
    add('d');
    await settle();
    assert.deepEqual(batches, [['a', 'b', 'c'], ['d']]);
  });

  it('asks for one turn of the loop a batch, and hands on nothing where there is nothing', async (t) => {
    const turn = t.mock.method(globalThis, 'setImmediate');
    const { made, batches, add } = batcher(10);
    add('a', 'b', 'c');
    assert.equal(turn.mock.callCount(), 1);
    made.flush();
    made.flush();
    await settle();
    assert.deepEqual(batches, [['a', 'b', 'c']]);
  });

  it('is full while too many are under way', async () => {
    const { made, add, end } = batcher(2);
    add('a', 'b');
    assert.equal(made.full, false);
    await settle();
    assert.equal(made.full, true);
    await end();
    assert.equal(made.full, false);
  });

  it('drops and counts what is beyond twice its limit', async () => {
    const { made, batches, add, end } = batcher(2);
    add('a', 'b', 'c');
    await settle();
    add('d', 'e', 'f');
    await settle();
    assert.deepEqual(batches, [['a', 'b', 'c'], ['d']]);
    assert.equal(made.dropped, 2);
    await end();
    add('g');
    await settle();
    assert.deepEqual(batches.at(-1), ['g']);
  });

  it('is settled when everything has arrived', async () => {
    const { made, add, end } = batcher(2);
    await made.settled();
    add('a');
    await settle();
    add('b');
    await settle();
    let settled = false;
    void made.settled().then(() => { settled = true; });
    await end();
    assert.equal(settled, false);
    await end();
    assert.equal(settled, true);
  });
});
