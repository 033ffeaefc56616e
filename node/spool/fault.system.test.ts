import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Envelope } from '../model/message.js';
import { numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';
import type { TestClock } from '../test/support/clock.js';
import type { SampleQueue } from './queue.js';
import { until } from '../test/support/wait.js';

const run = promisify(execFile);

/** A file system of its own, of so many MiB. */
async function volume(context: TestContext, size: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'psutil-agent-volume-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${String(size)}m`, 'none', path]).catch((error: unknown) => {
    throw new Error('a small tmpfs cannot be mounted: run this test as root, where mounts are allowed', { cause: error });
  });
  context.after(async () => {
    await run('umount', ['-l', path]);
    await rmdir(path);
  });
  return path;
}

const large = (from: number, until: number): Envelope[] => samples(from, until, 660);

/** Lets time pass until the spool is back on its disk. */
async function back(queue: SampleQueue, clock: TestClock): Promise<void> {
  await until('back on disk', () => {
    clock.advance(500);
    return queue.stats().kept === 'disk';
  });
}

async function fillUp(path: string, room: number): Promise<string> {
  const file = join(path, 'ballast');
  await writeFile(file, Buffer.alloc(room));
  return file;
}

test('a disk that fills up: on in memory, said once, and back on disk in order when there is room', { timeout: 120_000 }, async (context) => {
  const path = await volume(context, 48);
  const ballast = await fillUp(path, 40e6);
  const { queue, clock, events } = await spool(context, join(path, 'spool'));
  let put = 0;
  for (; put < 16_000; put += 50) await queue.put(large(put, put + 50));
  assert.equal(queue.stats().kept, 'memory');
  assert.match(queue.stats().fault ?? '', /full|No space/);
  assert.equal(queue.stats().count, put);
  assert.deepEqual(await numbers(queue), range(0, put), 'what is on disk can still be read, before what is in memory');
  queue.ack(100);
  for (let retry = 0; retry < 4; retry += 1) {
    clock.advance(30_000);
    await numbers(queue);
  }
  assert.deepEqual(events.map((event) => event.kind), ['fault'], 'said once');
  await rm(ballast);
  await back(queue, clock);
  assert.deepEqual(events.map((event) => event.kind), ['fault', 'recovered']);
  await queue.put(large(put, put + 1));
  const expected = range(100, put + 1);
  assert.deepEqual(await numbers(queue), expected);
  await queue.close();
  const again = await spool(context, join(path, 'spool'));
  assert.deepEqual(again.events, []);
  assert.deepEqual(await numbers(again.queue), expected);
});

test('a disk that the spool itself filled is free again once the broker has taken everything', { timeout: 120_000 }, async (context) => {
  const path = await volume(context, 8);
  const { queue, clock } = await spool(context, join(path, 'spool'));
  let put = 0;
  for (; queue.stats().kept === 'disk'; put += 50) await queue.put(large(put, put + 50));
  assert.deepEqual(await numbers(queue), range(0, put));
  queue.ack(put);
  await queue.put(large(put, put + 3));
  await back(queue, clock);
  assert.deepEqual(await numbers(queue), range(put, put + 3));
  await queue.close();
  const again = await spool(context, join(path, 'spool'));
  assert.deepEqual((await again.queue.read(0, 9)).map(({ position }) => position), range(put + 1, put + 4));
});

test('a spool on a full disk is read after a restart, and what is put then is safe as soon as there is room', { timeout: 120_000 }, async (context) => {
  const path = await volume(context, 32);
  const first = await spool(context, join(path, 'spool'));
  let put = 0;
  for (; put < 10_000; put += 50) await first.queue.put(large(put, put + 50));
  await first.queue.close();
  const ballast = join(path, 'ballast');
  // Until nothing fits any more.
  await writeFile(ballast, Buffer.alloc(32 * 1024 * 1024)).catch(() => undefined);
  const second = await spool(context, join(path, 'spool'));
  await second.queue.put(large(put, put + 5000));
  assert.deepEqual(await numbers(second.queue), range(0, put + 5000));
  await rm(ballast);
  await back(second.queue, second.clock);
  assert.deepEqual(await numbers(second.queue), range(0, put + 5000));
  assert.equal(second.queue.stats().dropped.damage, 0);
});

test('memory that stands in for the disk is bounded, and what it loses is counted', async (context) => {
  const path = await volume(context, 4);
  await fillUp(path, 4 * 1024 * 1024 - 8192);
  const { queue, events } = await spool(context, join(path, 'spool'), { memoryBytes: 60_000 });
  for (let put = 0; put < 200; put += 50) await queue.put(large(put, put + 50));
  const { count, bytes, dropped } = queue.stats();
  assert.ok(bytes <= 60_000 && bytes > 55_000);
  assert.equal(count + dropped.size, 200);
  assert.deepEqual(await numbers(queue), range(200 - count, 200));
  await queue.close();
  assert.equal(queue.stats().dropped.closed, count);
  assert.deepEqual(events.map((event) => event.kind), ['fault', 'dropped', 'dropped']);
});

test('a read-only file system, until it is not', async (context) => {
  const path = await volume(context, 16);
  await run('mount', ['-o', 'remount,ro', path]);
  const { queue, clock, events } = await spool(context, join(path, 'spool'));
  await queue.put([sample(0)]);
  assert.match(queue.stats().fault ?? '', /read-only/);
  await run('mount', ['-o', 'remount,rw', path]);
  await back(queue, clock);
  assert.deepEqual(await numbers(queue), [0]);
  assert.deepEqual(events.map((event) => event.kind), ['fault', 'recovered']);
});

test('a directory without permission, until there is', async (context) => {
  assert.ok(process.seteuid !== undefined && process.geteuid?.() === 0, 'run this test as root: it lays down its rights for a moment');
  const path = await temporary(context);
  await chmod(path, 0o555);
  process.seteuid(65534);
  try {
    const { queue, clock } = await spool(context, join(path, 'spool'));
    await queue.put([sample(0)]);
    assert.match(queue.stats().fault ?? '', /permission/);
    assert.equal(queue.stats().kept, 'memory');
    process.seteuid(0);
    await back(queue, clock);
    assert.deepEqual(await numbers(queue), [0]);
  } finally {
    process.seteuid(0);
  }
});

test('a drive that is missing, until it is there', async (context) => {
  const { queue, events } = await spool(context, '/proc/no-such-drive/spool');
  await queue.put([sample(0)]);
  assert.match(queue.stats().fault ?? '', /missing/);
  assert.deepEqual(await numbers(queue), [0]);
  assert.deepEqual(events.map((event) => event.kind), ['fault']);
});

test('a spool whose directory is deleted under it goes on', async (context) => {
  const path = join(await temporary(context), 'spool');
  const { queue, clock } = await spool(context, path);
  await queue.put(large(0, 10));
  await rm(path, { recursive: true });
  await mkdir(path);
  let put = 10;
  for (; put < 9000; put += 50) await queue.put(large(put, put + 50));
  await until('noticed', () => {
    clock.advance(1000);
    put += 1;
    void queue.put(large(put - 1, put));
    return queue.stats().kept === 'memory';
  });
  await back(queue, clock);
  const found = await numbers(queue);
  const { count, dropped } = queue.stats();
  assert.equal(found.length, count);
  assert.deepEqual(found, [...found].sort((one, other) => one - other));
  assert.equal(found.at(-1), put - 1);
  assert.equal(count + dropped.damage, put);
  assert.equal(dropped.damage, 0, 'all of it could be read from the files that are open');
  await queue.close();
  assert.equal((await numbers((await spool(context, path)).queue)).length, count);
  context.diagnostic(`${String(count)} there, ${String(dropped.damage)} counted as damaged, kept ${queue.stats().kept}`);
});
