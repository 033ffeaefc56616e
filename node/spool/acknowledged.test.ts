import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { until } from '../test/support/wait.js';
import { afterPowerCut, MemoryDisk, type MemoryFile, type Operation } from './disk.test.support.js';
import { backlog, open } from './opened.test.support.js';
import { numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';
import { openSpool } from './spool.js';

test('what was acknowledged does not stay on disk', async (context) => {
  const path = await temporary(context);
  const { queue, clock } = await spool(context, path);
  for (let round = 0; round < 30; round += 1) {
    await queue.put(samples(round * 4000, (round + 1) * 4000, 300));
    queue.ack((round + 1) * 4000);
    clock.advance(1000);
  }
  await queue.close();
  let bytes = 0;
  for (const name of await readdir(join(path, 'v2'))) bytes += (await stat(join(path, 'v2', name))).size;
  assert.ok(bytes < 1e6, `${String(bytes)} bytes on disk for an empty queue`);
});

test('a process that is killed behind the confirms of a tick sends none of it again, nor 5 ms behind some of them what these were of', async (context) => {
  const path = await temporary(context);
  const { queue, clock } = await spool(context, path);
  for (const tick of [0, 1, 2]) {
    await queue.put(samples(tick * 40, tick * 40 + 40));
    const cursor = (): Buffer => readFileSync(join(path, 'v2', 'cursor'));
    for (const [acknowledged, wait] of [[20, 5], [40, 0]] as const) {
      const before = cursor();
      queue.ack(tick * 40 + acknowledged);
      clock.advance(wait);
      await until('the acknowledgement is written', () => !cursor().equals(before));
      const left = join(path, `killed${String(tick)}-${String(acknowledged)}`);
      await cp(join(path, 'v2'), join(left, 'v2'), { recursive: true });
      assert.deepEqual(await numbers((await spool(context, left)).queue), range(tick * 40 + acknowledged, tick * 40 + 40));
      clock.advance(100);
    }
  }
});

test('each second the disk is made to take what is not acknowledged, and how far it is: of samples that all are, only this, in one call', async () => {
  const disk = new MemoryDisk();
  const clock = new TestClock();
  const queue = await openSpool({ path: '/disk/spool', maxBytes: 1e6, maxAge: 1e6, clock, files: disk, report: () => undefined });
  const cursor = (): MemoryFile | undefined => disk.files.get('/disk/spool/v2/cursor');
  const second = async (): Promise<(string | undefined)[]> => {
    const before = disk.operations.length;
    clock.advance(1000);
    await settle();
    return disk.operations.slice(before).flatMap((operation) => (operation.kind === 'sync' ? [operation.file === cursor() ? 'cursor' : 'samples'] : []));
  };
  await queue.put(samples(0, 5));
  assert.deepEqual(await second(), ['samples', 'cursor']);
  queue.ack(5);
  await settle();
  for (const tick of [1, 2, 3]) {
    await second();
    await queue.put(samples(tick * 5, tick * 5 + 5));
    const before = disk.operations.length;
    queue.ack(tick * 5 + 5);
    await settle();
    assert.deepEqual(disk.operations.slice(before).map(({ kind }) => kind), ['write', 'sync']);
    assert.deepEqual(await second(), []);
  }
  await queue.put(samples(20, 25));
  assert.deepEqual(await second(), ['samples', 'cursor']);
  assert.equal(disk.operations.filter(({ kind }) => kind === 'syncFolder').length, 2, 'names, once for each file');
  assert.deepEqual(disk.operations.flatMap(({ kind }) => (kind === 'create' || kind === 'remove' ? [kind] : [])), ['create', 'create'], 'one segment for all, though it was empty each time');
  const closed = queue.close();
  assert.deepEqual(queue.read(0, 9), [], 'a queue that closes hands out nothing more');
  await closed;
});

/** The operations on the cursor among some, of a kind. */
const onCursor = (disk: MemoryDisk, operations: readonly Operation[], kind: 'write' | 'sync'): number =>
  operations.filter((operation) => operation.kind === kind && operation.file === disk.files.get('/disk/spool/v2/cursor')).length;

test('acknowledgements that follow each other closely are written together, though each empties the queue', async () => {
  const disk = new MemoryDisk();
  const { queue, clock } = await open(disk);
  await queue.put([sample(0)]);
  queue.ack(1);
  await settle();
  const before = disk.operations.length;
  for (let number = 1; number <= 20; number += 1) {
    await queue.put([sample(number)]);
    queue.ack(number + 1);
    clock.advance(5);
    await settle();
  }
  const writes = onCursor(disk, disk.operations.slice(before), 'write');
  assert.ok(writes >= 1 && writes <= 4, `${String(writes)} writes in 100 ms`);
  clock.advance(60);
  await settle();
  const killed = await open(afterPowerCut(disk.operations, () => Infinity));
  assert.deepEqual(await numbers(killed.queue), [], 'the last too');
});

test('acknowledgements of a second are written as they come, and the disk is made to take them once', async () => {
  const disk = await backlog(50, {});
  const { queue, clock, seconds } = await open(disk);
  await seconds(2);
  const before = disk.operations.length;
  for (let number = 1; number <= 20; number += 1) {
    queue.ack(number);
    clock.advance(50);
    await settle();
    assert.deepEqual(await numbers((await open(afterPowerCut(disk.operations, () => Infinity))).queue), range(number, 50));
  }
  const operations = disk.operations.slice(before);
  assert.equal(onCursor(disk, operations, 'write'), 20);
  const syncs = onCursor(disk, operations, 'sync');
  assert.ok(syncs >= 1 && syncs <= 2, `${String(syncs)} syncs`);
});
