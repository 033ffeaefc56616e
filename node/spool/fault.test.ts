import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../test/support/clock.js';
import { diskError, systemError } from './diskError.js';
import { afterPowerCut, MemoryDisk } from './disk.test.support.js';
import { backlog, open, openLate } from './opened.test.support.js';
import { all, numbers, range, sample, samples } from './queue.test.support.js';

test('a write that only partly fits is taken back, and written again when there is room', async () => {
  const disk = new MemoryDisk();
  const { queue, events, seconds } = await open(disk);
  await queue.put(samples(0, 5, 200));
  const segment = [...disk.files.values()].find(({ data }) => data.length === 32 + 5 * 200);
  assert.ok(segment !== undefined);
  disk.room = 500;
  await queue.put(samples(5, 10, 200));
  assert.equal(segment.data.length, 32 + 5 * 200, 'nothing half written stays');
  assert.equal(queue.stats().kept, 'memory');
  assert.match(queue.stats().fault ?? '', /full/);
  assert.deepEqual(await numbers(queue), range(0, 10));
  disk.room = 1e6;
  await seconds(2);
  assert.equal(queue.stats().kept, 'disk');
  assert.deepEqual(events, ['fault', 'recovered']);
  await queue.close();
  const again = await open(disk);
  assert.deepEqual(await numbers(again.queue), range(0, 10));
  assert.equal(again.queue.stats().dropped.damage, 0);
});

test('a disk that does not answer: samples go on from memory, bounded, and one call waits', async () => {
  const disk = new MemoryDisk();
  const { queue, events, seconds } = await open(disk, { memoryBytes: 20_000 });
  await queue.put(samples(0, 5, 200));
  let waiting = 0;
  let release: () => void = () => undefined;
  const answer = new Promise<void>((resolve) => (release = resolve));
  disk.before = () => {
    waiting += 1;
    return answer;
  };
  let resolved = 0;
  for (let number = 5; number < 10; number += 1) void queue.put([sample(number, 200)]).then(() => (resolved += 1));
  await seconds(8);
  assert.equal(resolved, 0);
  await seconds(5);
  assert.equal(resolved, 5, 'nobody waits for ever');
  assert.match(queue.stats().fault ?? '', /does not answer/);
  assert.deepEqual(await numbers(queue), range(0, 10));
  await queue.put(samples(10, 200, 200));
  assert.equal(waiting, 1, 'no second call while one is stuck');
  const { bytes, count, dropped } = queue.stats();
  assert.ok(bytes <= 20_000 + 5 * 200 && dropped.size > 0);
  const held = await all(queue);
  assert.equal(held.length, count);
  queue.ack(held.at(-2)?.position ?? 0);
  disk.before = () => undefined;
  release();
  await seconds(40);
  assert.deepEqual(events.filter((kind) => kind !== 'dropped'), ['fault', 'recovered']);
  assert.deepEqual(await numbers(queue), [199], 'what was acknowledged meanwhile does not come back');
  await queue.close();
  const again = await open(disk);
  assert.deepEqual(await numbers(again.queue), [199]);
  assert.equal(again.queue.stats().dropped.damage, 0);
});

test('a disk that answers when this process has a turn again is none that does not answer, however long that took', async () => {
  const disk = new MemoryDisk();
  const { queue, events, clock, seconds } = await open(disk);
  let release: () => void = () => undefined;
  const answer = new Promise<void>((resolve) => (release = resolve));
  disk.before = (call) => (call === 'write' ? answer : undefined);
  const put = queue.put(samples(0, 5));
  await settle();
  clock.advance(600_000);
  await settle();
  clock.advance(600_000);
  await seconds(5);
  disk.before = () => undefined;
  release();
  await put;
  assert.deepEqual([events, queue.stats().kept, await numbers(queue)], [[], 'disk', range(0, 5)]);
});

test('the first of what a hanging disk was writing, acknowledged meanwhile, does not come back', async () => {
  const disk = new MemoryDisk();
  const { queue, events, seconds } = await open(disk);
  let release: () => void = () => undefined;
  const answer = new Promise<void>((resolve) => (release = resolve));
  disk.before = (call) => (call === 'write' ? answer : undefined);
  const put = queue.put(samples(0, 5));
  await seconds(13);
  await put;
  queue.ack((await queue.read(0, 1))[0]?.position ?? 0);
  disk.before = () => undefined;
  release();
  await seconds(40);
  assert.deepEqual([events, await numbers(queue)], [['fault', 'recovered'], range(1, 5)]);
});

test('a disk that never answers does not keep the process from closing', async () => {
  const disk = new MemoryDisk();
  const { queue, seconds } = await open(disk);
  disk.before = () => new Promise(() => undefined);
  void queue.put(samples(0, 5));
  await settle();
  const closed = queue.close();
  await seconds(4);
  await closed;
  assert.equal(queue.stats().dropped.closed, 5);
});

test('memory that stands in for the disk holds no more than the disk might', async () => {
  const disk = new MemoryDisk();
  disk.before = () => { throw systemError('EROFS'); };
  const { queue } = await open(disk, { maxBytes: 10_000, memoryBytes: 1e6 });
  await queue.put(samples(0, 100, 200));
  const { bytes, count, dropped, kept } = queue.stats();
  assert.deepEqual([bytes, count, dropped.size, kept], [10_000, 50, 50, 'memory']);
  assert.deepEqual(await numbers(queue), range(50, 100));
});

test('a backlog is read from the disk in few and large pieces, however few are asked for at a time', async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  for (let number = 0; number < 4000; number += 500) await first.queue.put(samples(number, number + 500, 250));
  await first.queue.close();
  const { queue } = await open(disk);
  let reads = 0;
  disk.before = (call) => { if (call === 'read') reads += 1; };
  const found: number[] = [];
  for (let taken = await queue.read(0, 10); taken.length > 0; taken = await queue.read(0, 10)) {
    found.push(...taken.map(({ envelope }) => Number(envelope.id.slice(7))));
    queue.ack(taken.at(-1)?.position ?? 0);
  }
  assert.deepEqual(found, range(0, 4000));
  assert.ok(reads < 100, `${String(reads)} reads for a megabyte`);
});

test('what was read of a backlog stays in memory until it is acknowledged, and every older file is closed', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(3000, options);
  const { queue } = await open(disk, options);
  let reads = 0;
  disk.before = (call) => { if (call === 'read') reads += 1; };
  assert.deepEqual(await numbers(queue), range(0, 3000));
  assert.ok(reads > 5, `${String(reads)} reads`);
  assert.ok(disk.opened.filter((path) => path.endsWith('.seg')).length <= 2, disk.opened.join());
  reads = 0;
  assert.deepEqual(await numbers(queue), range(0, 3000));
  assert.equal(reads, 0);
});

test('bytes are about right at once where samples were acknowledged unread, and exact a second later; so where some were damaged', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(3000, options);
  const [oldest] = disk.segments;
  // The first two records, behind the header.
  disk.files.get(oldest ?? '')?.data.fill(0, 32, 632);
  const { queue, seconds } = await open(disk, options);
  await seconds(2);
  assert.deepEqual([queue.stats().count, queue.stats().bytes, queue.stats().dropped.damage], [2998, 2998 * 300, 2]);
  queue.ack(2000);
  const { bytes } = queue.stats();
  assert.ok(bytes > 250_000 && bytes < 350_000, String(bytes));
  await seconds(2);
  assert.deepEqual([queue.stats().count, queue.stats().bytes], [1000, 300_000]);
});

test('a log that comes late and is empty goes on behind what was given meanwhile', async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  await first.queue.put(samples(0, 5));
  first.queue.ack(5);
  await first.queue.close();
  const { queue, recover } = await openLate(disk, samples(5, 8));
  const seen = await all(queue);
  queue.ack(seen[0]?.position ?? 0);
  await recover();
  assert.deepEqual(await all(queue), seen.slice(1), 'under the positions that they were seen at');
  queue.ack(seen[1]?.position ?? 0);
  assert.deepEqual(await numbers(queue), [7]);
  await queue.close();
  const again = await open(disk);
  assert.deepEqual([await numbers(again.queue), again.queue.stats().dropped.damage], [[7], 0]);
});

test('bytes are exact a second later where samples of a log that came late were acknowledged unread', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const { queue, seconds, recover } = await openLate(disk, samples(1500, 1600, 300), options);
  await recover();
  queue.ack(((await queue.read(0, 1))[0]?.position ?? NaN) + 999);
  await seconds(2);
  assert.deepEqual([queue.stats().count, queue.stats().bytes], [600, 600 * 300]);
});

test('a log of several segments that comes late is read whole, before what came meanwhile', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const { queue, events, recover } = await openLate(disk, samples(1500, 1600, 300), options);
  const seen = await all(queue);
  queue.ack(seen[9]?.position ?? 0);
  await recover();
  assert.deepEqual(events, ['fault', 'recovered']);
  // Who goes on behind what he saw comes by all of them.
  const found = await all(queue, seen.at(-1)?.position);
  assert.deepEqual(found.map(({ envelope }) => Number(envelope.id.slice(7))), [...range(0, 1500), ...range(1510, 1600)]);
  assert.equal(queue.stats().dropped.damage, 0);
  // Segments that are made from then on are found again too, the last with what it has.
  const before = disk.segments.length;
  for (let number = 1600; disk.segments.length < before + 2; number += 50) await queue.put(samples(number, number + 50, 300));
  const whole = await numbers(queue);
  await queue.close();
  const again = await open(disk, options);
  assert.deepEqual([await numbers(again.queue), again.queue.stats().dropped.damage], [whole, 0]);
});

test('a disk that fails is tried again after 1 s, then ever later, up to 30 s, and after 1 s again once it has worked', async () => {
  const disk = new MemoryDisk();
  let second = 0;
  const tries: number[] = [];
  const fails = (call: string): never => {
    if (call === 'makeFolder' || call === 'create') tries.push(second);
    throw systemError('EROFS');
  };
  disk.before = fails;
  const { queue, events, seconds } = await open(disk);
  const untilSecond = async (end: number): Promise<void> => {
    while (second < end) {
      second += 1;
      await seconds(1);
    }
  };
  await untilSecond(100);
  assert.deepEqual(tries.splice(0), [0, 1, 3, 7, 15, 31, 61, 91]);
  disk.before = () => undefined;
  await untilSecond(130);
  assert.deepEqual(events, ['fault', 'recovered']);
  disk.before = fails;
  await queue.put([sample(0)]);
  await untilSecond(134);
  assert.deepEqual(tries, [130, 131, 133]);
});

test('who waits for a slow disk with samples that are too old by then waits no longer', async () => {
  const disk = new MemoryDisk();
  const { queue, seconds } = await open(disk, { maxAge: 2 });
  await queue.put([sample(0)]);
  let release: () => void = () => undefined;
  const answer = new Promise<void>((resolve) => (release = resolve));
  disk.before = (call) => (call === 'sync' ? answer : undefined);
  await seconds(2);
  const put = queue.put([sample(1)]);
  await seconds(5);
  release();
  await put;
  await seconds(1);
  assert.deepEqual([await numbers(queue), queue.stats().dropped.age, queue.stats().kept], [[], 2, 'disk']);
});

test('a sample is handed out once it is on disk, and not before', async () => {
  const disk = new MemoryDisk();
  const { queue } = await open(disk);
  let release: () => void = () => undefined;
  const answer = new Promise<void>((resolve) => (release = resolve));
  disk.before = (call) => (call === 'write' ? answer : undefined);
  const put = queue.put(samples(0, 3));
  await settle();
  assert.deepEqual([await queue.read(0, 9), queue.stats().count], [[], 3]);
  release();
  await put;
  assert.deepEqual(await numbers(queue), range(0, 3));
});

test('a cursor that cannot be read is no cursor that is not there', async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  await first.queue.put(samples(0, 5));
  first.queue.ack(3);
  await first.queue.close();
  disk.before = (call, path) => { if (call === 'open' && path.endsWith('cursor')) throw systemError('EIO'); };
  const { queue } = await open(disk);
  assert.match(queue.stats().fault ?? '', /input\/output errors/);
});

test('a reader who is overtaken by an acknowledgement while the disk is read gets what is behind that, and leaves nothing out', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(3000, options);
  const { queue } = await open(disk, options);
  await queue.put([sample(3000)]);
  disk.before = (call) => { if (call === 'read') queue.ack(2000); };
  const found = await queue.read(600, 10);
  assert.deepEqual(found.map(({ position }) => position), range(2001, 2011));
});

test('a sample that is longer than what is read at once is read by itself', async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  await first.queue.put([sample(0, 5e6), sample(1), sample(2, 5e6)]);
  await first.queue.close();
  const { queue } = await open(disk);
  assert.deepEqual((await queue.read(0, 9)).map(({ position }) => position), [1]);
  assert.deepEqual(await numbers(queue), [0, 1, 2]);
});

test('a small spool is no folder of many files', async () => {
  const disk = new MemoryDisk();
  const { queue } = await open(disk, { maxBytes: 10_000 });
  for (let number = 0; number < 200; number += 1) await queue.put([sample(number, 200)]);
  assert.deepEqual(disk.segments.length, 1);
});

test('more is evicted at once than was read of what waits', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(3000, options);
  const { queue } = await open(disk, options);
  await queue.put(samples(3000, 4000, 300));
  const { bytes, count, dropped } = queue.stats();
  assert.deepEqual([bytes, count, dropped.size], [3333 * 300, 3333, 667]);
  assert.deepEqual(await numbers(queue), range(667, 4000));
});

test('a process that is killed behind a batch larger than its queue finds what was kept, and knows how many that are', async () => {
  const options = { maxBytes: 400_000 };
  const disk = await backlog(1000, options);
  const { queue } = await open(disk, options);
  await queue.put(samples(1000, 3000, 300));
  const again = await open(afterPowerCut(disk.operations, () => Infinity), options);
  assert.deepEqual([again.queue.stats().count, await numbers(again.queue)], [1333, range(1667, 3000)]);
});

test('a backlog that nobody reads keeps no more than its newest files open', async () => {
  const disk = new MemoryDisk();
  const { queue } = await open(disk, { maxBytes: 1e6 });
  for (let number = 0; number < 3000; number += 50) await queue.put(samples(number, number + 50, 300));
  assert.deepEqual(disk.opened.filter((path) => path.endsWith('.seg')), disk.segments.slice(-2));
});

test('an acknowledgement costs the disk one write and one sync of the cursor', async () => {
  const disk = await backlog(50, {});
  const { queue, seconds } = await open(disk);
  await seconds(2);
  const before = disk.operations.length;
  queue.ack(10);
  await seconds(2);
  assert.deepEqual(disk.operations.slice(before).map(({ kind }) => kind), ['write', 'sync']);
});

test('nothing is written, and the disk is asked for nothing, while nothing happens', async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  await first.queue.put(samples(0, 10));
  first.queue.ack(4);
  await first.queue.close();
  const { queue, seconds } = await open(disk);
  await queue.put(samples(10, 20));
  queue.ack(6);
  await seconds(2);
  const done = disk.operations.length;
  let calls = 0;
  disk.before = () => { calls += 1; };
  await seconds(10);
  assert.deepEqual([disk.operations.length, calls], [done, 0]);
});

test('a record of a later segment that an older file ends with is taken from its own', async () => {
  const options = { maxBytes: 1e6 };
  const disk = await backlog(1500, options);
  const [older, later] = disk.segments.map((path) => disk.files.get(path));
  assert.ok(older !== undefined && later !== undefined);
  const record = later.data.subarray(32 + 5 * 300, 32 + 6 * 300);
  older.write(record, older.data.length);
  const { queue } = await open(disk, options);
  assert.deepEqual([await numbers(queue), queue.stats().dropped.damage], [range(0, 1500), 0]);
});

test('what a disk reports is told in words, with what to do', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP', 'EMFILE', 'EIO', 'ETIMEDOUT']) {
    const { message, code: ours } = diskError('/x', systemError(code));
    assert.match(message, /^The spool at \/x cannot be written: [a-z][a-z /]{10,}.*\.$/);
    assert.deepEqual([ours, message.includes(code)], ['PSA_SPOOL_UNUSABLE', false]);
  }
  assert.equal(diskError('/x', new Error('something else')).message, 'The spool at /x cannot be written: something else.');
  assert.equal(diskError('/x', systemError('ENOMEM')).message, 'The spool at /x cannot be written: ENOMEM.');
});
