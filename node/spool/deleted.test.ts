import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../test/support/clock.js';
import { MemoryDisk } from './disk.test.support.js';
import { backlog, open } from './opened.test.support.js';
import { numbers, range, sample, samples } from './queue.test.support.js';

/** Deletes the folder of an open spool, and goes on with samples from `next` to 1519, one a second. Gives those that it has then. */
async function withoutFolder(disk: MemoryDisk, { queue, events, seconds }: Awaited<ReturnType<typeof open>>, next: number): Promise<readonly number[]> {
  for (const path of disk.files.keys()) await disk.remove(path);
  for (let number = next; number < 1520; number += 1) {
    await queue.put([sample(number, 300)]);
    await seconds(1);
  }
  assert.deepEqual(events.filter((kind) => kind !== 'dropped'), ['fault', 'recovered']);
  return numbers(queue);
}

test('a folder that is deleted: what is in open files is written again, the rest is counted, and it goes on', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const opened = await open(disk, options);
  const { queue } = opened;
  await queue.put([sample(1500, 300)]);
  const found = await withoutFolder(disk, opened, 1501);
  const { damage } = queue.stats().dropped;
  assert.ok(damage > 0 && damage < 1500, String(damage));
  // The oldest, which had been read, and those in the last segment.
  assert.equal(found.length + damage, 1520);
  assert.deepEqual(found.slice(-100), range(1420, 1520));
  assert.deepEqual([found[0], new Set(found).size, queue.stats().count], [0, found.length, found.length]);
  await queue.close();
  const again = await open(disk, options);
  assert.deepEqual(await numbers(again.queue), found, 'all of it is on disk');
});

test('a deleted folder takes nothing that is in open files, whatever a reader has read of it', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(600, options);
  const { queue, events, seconds } = await open(disk, options);
  // All that was read when it was opened; then a reader who leaves some out.
  queue.ack(512);
  assert.deepEqual((await queue.read(550, 2)).map(({ position }) => position), [551, 552]);
  for (const path of disk.files.keys()) await disk.remove(path);
  for (let number = 600; number < 620; number += 1) {
    await queue.put([sample(number, 300)]);
    await seconds(1);
  }
  assert.deepEqual(events.filter((kind) => kind !== 'dropped'), ['fault', 'recovered']);
  assert.deepEqual([await numbers(queue), queue.stats().dropped.damage], [range(512, 620), 0]);
});

test('acknowledged samples whose file somebody else has deleted are nobody\'s loss', async () => {
  const disk = new MemoryDisk();
  const { queue, events, seconds } = await open(disk, { maxBytes: 1e6 });
  for (let number = 0; number < 1500; number += 50) await queue.put(samples(number, number + 50, 300));
  const [oldest = ''] = disk.segments;
  await disk.remove(oldest);
  queue.ack(1400);
  await seconds(2);
  assert.deepEqual([events, queue.stats().kept, queue.stats().dropped.damage, await numbers(queue)], [[], 'disk', 0, range(1400, 1500)]);
});

test('a record that is in its file twice is one sample, also where the folder is deleted', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const last = disk.files.get(disk.segments.at(-1) ?? '');
  assert.ok(last !== undefined);
  last.write(last.data.subarray(-300), last.data.length);
  const opened = await open(disk, options);
  const { queue } = opened;
  const found = await withoutFolder(disk, opened, 1500);
  assert.deepEqual([new Set(found).size, found.length + queue.stats().dropped.damage], [found.length, 1520]);
  assert.deepEqual(found.slice(-100), range(1420, 1520));
});

test('a segment that is gone costs its own samples, which are counted', async () => {
  const disk = new MemoryDisk();
  const options = { maxBytes: 1e6 };
  const first = await open(disk, options);
  for (let number = 0; number < 1500; number += 50) await first.queue.put(samples(number, number + 50, 300));
  first.queue.ack(10);
  await first.queue.close();
  const [oldest, second] = disk.segments;
  const lost = Number(/(\d+)\.seg$/.exec(second ?? '')?.[1]) - 11;
  assert.ok(lost > 100);
  await disk.remove(oldest ?? '');
  const { queue } = await open(disk, options);
  assert.deepEqual(await numbers(queue), range(10 + lost, 1500));
  assert.equal(queue.stats().dropped.damage, lost);
});

test('a segment that goes while the collector runs costs its own samples, which are counted when a reader comes by', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(3000, options);
  const { queue, seconds } = await open(disk, options);
  const [, , gone = '', behind = ''] = disk.segments;
  const [from, until] = [gone, behind].map((path) => Number(/(\d+)\.seg$/.exec(path)?.[1]) - 1);
  await disk.remove(gone);
  await seconds(2);
  assert.deepEqual(await numbers(queue), [...range(0, from ?? NaN), ...range(until ?? NaN, 3000)]);
  const { count, dropped, kept } = queue.stats();
  assert.deepEqual([count + dropped.damage, dropped.damage, kept], [3000, (until ?? NaN) - (from ?? NaN), 'disk']);
});

test('what is in open files is kept though the disk was full before the folder was deleted to make room', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(600, options);
  const { queue, events, seconds } = await open(disk, options);
  // All that is in memory; the rest is in the newest file alone.
  queue.ack(512);
  disk.room = 0;
  await queue.put([sample(600, 300)]);
  assert.match(queue.stats().fault ?? '', /full/);
  for (const path of disk.files.keys()) await disk.remove(path);
  disk.room = Infinity;
  await seconds(20);
  assert.deepEqual(events, ['fault', 'recovered']);
  assert.deepEqual([await numbers(queue), queue.stats().dropped.damage], [range(512, 601), 0]);
});

test('a reader who waits for the disk while its folder is found to be gone gets what could be had of it', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const { queue, clock } = await open(disk, options);
  await queue.put([sample(1500, 300)]);
  for (const path of disk.files.keys()) await disk.remove(path);
  clock.advance(1000);
  const found = await queue.read(1400, 5);
  assert.deepEqual(found.map(({ position, envelope }) => [position, envelope]), [1401, 1402, 1403, 1404, 1405].map((position) => [position, sample(position - 1, 300)]));
  await settle();
});
