import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { join } from 'node:path';
import type { Clock } from '../model/clock.js';
import { until } from '../test/support/wait.js';
import { MemoryQueue } from './memory.test.support.js';
import { recordBytes } from './record.js';
import type { SampleQueue } from './queue.js';
import { numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';
import { TestClock } from '../test/support/clock.js';

interface Made {
  readonly queue: SampleQueue;
  readonly clock: TestClock;
  readonly told: readonly unknown[];
}

const kinds: Record<string, (test: TestContext, bounds: { maxBytes: number; maxAge: number }) => Promise<Made>> = {
  memory: (_test, bounds) => {
    const clock = new TestClock();
    const told: unknown[] = [];
    return Promise.resolve({ queue: new MemoryQueue({ ...bounds, clock: clock satisfies Clock }, (dropped) => told.push(dropped)), clock, told });
  },
  disk: async (context, bounds) => {
    const { queue, clock, events } = await spool(context, join(await temporary(context), 'spool'), bounds);
    return { queue, clock, told: events };
  },
};

for (const [kind, make] of Object.entries(kinds)) {
  const open = (context: TestContext, bounds = {}): Promise<Made> => make(context, { maxBytes: 1e6, maxAge: 1e6, ...bounds });

  test(`${kind}: first in, first out, with what was put`, async (context) => {
    const { queue } = await open(context);
    await queue.put(samples(0, 3));
    await queue.put([]);
    await queue.put(samples(3, 5));
    const found = await queue.read(0, 10);
    assert.deepEqual(found.map(({ envelope }) => envelope), samples(0, 5));
    assert.deepEqual(found.map(({ position }) => position), [1, 2, 3, 4, 5]);
    await queue.close();
  });

  test(`${kind}: concurrent puts keep the order of the calls`, async (context) => {
    const { queue } = await open(context);
    await Promise.all(range(0, 200).map((number) => queue.put([sample(number)])));
    assert.deepEqual(await numbers(queue), range(0, 200));
    await queue.close();
  });

  test(`${kind}: reads after a position, up to a limit`, async (context) => {
    const { queue } = await open(context);
    await queue.put(samples(0, 10));
    assert.deepEqual((await queue.read(4, 3)).map(({ position }) => position), [5, 6, 7]);
    assert.deepEqual(await queue.read(10, 3), []);
    assert.deepEqual(await queue.read(0, 0), []);
    await queue.close();
  });

  test(`${kind}: an acknowledgement takes everything up to it, once, and nothing that is not there`, async (context) => {
    const { queue } = await open(context);
    await queue.put(samples(0, 10));
    queue.ack(2);
    queue.ack(1);
    queue.ack(2);
    assert.deepEqual(await numbers(queue), range(2, 10));
    assert.deepEqual((await queue.read(4, 2)).map(({ position }) => position), [5, 6]);
    assert.equal(queue.stats().count, 8);
    queue.ack(6);
    assert.deepEqual(await numbers(queue), range(6, 10));
    assert.equal(queue.stats().oldest, sample(6).time);
    queue.ack(1e9);
    assert.deepEqual(await numbers(queue), []);
    assert.deepEqual({ ...queue.stats(), dropped: undefined, kept: undefined }, { count: 0, bytes: 0, dropped: undefined, kept: undefined });
    await queue.put([sample(10)]);
    assert.deepEqual((await queue.read(0, 9)).map(({ position }) => position), [11]);
    await queue.close();
  });

  test(`${kind}: tells how many, how large and how old`, async (context) => {
    const { queue } = await open(context);
    assert.equal(queue.stats().oldest, undefined);
    const batch = samples(5, 9);
    await queue.put(batch);
    const bytes = batch.reduce((sum, envelope) => sum + recordBytes(envelope), 0);
    const { count, bytes: held, oldest, kept, dropped } = queue.stats();
    assert.deepEqual({ count, held, oldest, kept }, { count: 4, held: bytes, oldest: sample(5).time, kept: kind });
    assert.deepEqual(dropped, { size: 0, age: 0, damage: 0, closed: 0 });
    await queue.close();
  });

  test(`${kind}: over its size it lets the oldest go, counts them, and tells once a minute`, async (context) => {
    const { queue, clock, told } = await open(context, { maxBytes: 2000 });
    await queue.put(samples(0, 10, 200));
    assert.equal(queue.stats().dropped.size, 0);
    await queue.put(samples(10, 13, 200));
    await queue.put(samples(13, 15, 200));
    assert.deepEqual(await numbers(queue), range(5, 15));
    assert.equal(queue.stats().dropped.size, 5);
    assert.equal(queue.stats().bytes, 2000);
    assert.equal(told.length, 1);
    clock.advance(59_000);
    assert.equal(told.length, 1);
    clock.advance(1000);
    assert.equal(told.length, 2);
    await queue.close();
  });

  test(`${kind}: a batch larger than the whole queue leaves its newest`, async (context) => {
    const { queue } = await open(context, { maxBytes: 2000 });
    await queue.put([sample(0, 120), sample(1, 120)]);
    await queue.put(samples(2, 40, 185));
    assert.deepEqual(await numbers(queue), range(30, 40), 'none of the older, though one would still fit');
    assert.equal(queue.stats().dropped.size, 30);
    await queue.close();
  });

  test(`${kind}: a sample larger than the whole queue is let go, and nothing else for it`, async (context) => {
    const { queue } = await open(context, { maxBytes: 1000 });
    await queue.put(samples(0, 2, 200));
    await queue.put([sample(2, 1001)]);
    assert.deepEqual(await numbers(queue), [0, 1]);
    assert.equal(queue.stats().dropped.size, 1);
    await queue.close();
  });

  test(`${kind}: lets go what is older than its age`, async (context) => {
    const { queue, clock } = await open(context, { maxAge: 60 });
    await queue.put(samples(0, 3));
    clock.advance(40_000);
    await queue.put(samples(3, 5));
    clock.advance(19_000);
    assert.deepEqual(await numbers(queue), range(0, 5));
    clock.advance(3000);
    await until('the old ones gone', () => queue.stats().count === 2);
    assert.deepEqual(await numbers(queue), [3, 4]);
    assert.equal(queue.stats().dropped.age, 3);
    assert.equal(queue.stats().oldest, sample(3).time);
    await queue.close();
  });

  test(`${kind}: a clock that is set forward or back makes nothing old`, async (context) => {
    const { queue, clock } = await open(context, { maxAge: 60 });
    await queue.put(samples(0, 3));
    clock.stepWall(1e9);
    clock.advance(5000);
    await queue.put(samples(3, 5));
    clock.stepWall(-3e9);
    clock.advance(5000);
    await queue.put(samples(5, 6));
    clock.advance(5000);
    assert.deepEqual(await numbers(queue), range(0, 6));
    await queue.close();
  });

  test(`${kind}: calls back when something was put`, async (context) => {
    const { queue } = await open(context);
    let calls = 0;
    const end = queue.onChange(() => (calls += 1));
    await queue.put([sample(0)]);
    assert.equal(calls, 1);
    end();
    await queue.put([sample(1)]);
    assert.equal(calls, 1);
    await queue.close();
  });

  test(`${kind}: once closed, does nothing and counts what is put`, async (context) => {
    const { queue } = await open(context);
    const put = queue.put([sample(0)]);
    await Promise.all([queue.close(), queue.close(), put]);
    await queue.put([sample(1)]);
    queue.ack(1);
    assert.deepEqual(await queue.read(0, 9), []);
    assert.equal(queue.stats().dropped.closed, kind === 'memory' ? 2 : 1);
    // What is left is told for good: whoever clears up after a collector goes by it.
    assert.equal(queue.stats().count, kind === 'memory' ? 0 : 1);
  });
}
