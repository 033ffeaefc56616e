import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpoolError } from '../model/errors.js';
import { numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';

test('what was put is there again, in order, under the same positions', async (context) => {
  const path = join(await temporary(context), 'made', 'on', 'the', 'way');
  const first = await spool(context, path);
  await first.queue.put(samples(0, 100));
  await first.queue.remove(range(1, 31));
  await first.queue.remove([51, 52, 60]);
  const before = first.queue.stats();
  await first.queue.close();
  const second = await spool(context, path);
  assert.deepEqual({ ...second.queue.stats() }, { ...before });
  assert.deepEqual(await numbers(second.queue), [...range(30, 50), ...range(52, 59), ...range(60, 100)]);
  assert.equal((await second.queue.read(0, 1))[0]?.position, 31);
  assert.deepEqual([...first.events, ...second.events], []);
});

test('a position is not given twice, though the queue was empty in between', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put(samples(0, 5));
  await first.queue.remove(range(1, 6));
  await first.queue.close();
  const second = await spool(context, path);
  await second.queue.put([sample(5)]);
  assert.deepEqual((await second.queue.read(0, 9)).map(({ position }) => position), [6]);
});

test('age goes on over a restart, and size holds from the first put', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put(samples(0, 10, 100));
  await first.queue.close();
  const second = await spool(context, path, { maxBytes: 500 });
  await second.queue.put([sample(10, 100)]);
  assert.deepEqual(await numbers(second.queue), range(6, 11));
  assert.equal(second.queue.stats().dropped.size, 6);
  await second.queue.close();
  const third = await spool(context, path, { maxAge: 60 });
  third.clock.pass(62_000);
  assert.deepEqual(await numbers(third.queue), []);
  assert.equal(third.queue.stats().dropped.age, 5);
});

test('thousands taken out anywhere leave the right ones, over restarts too', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put(samples(0, 6000));
  await first.queue.remove(range(1, 6001).filter((position) => position % 3 === 0));
  await first.queue.remove(range(1, 1001));
  await first.queue.close();
  const expected = range(1000, 6000).filter((number) => (number + 1) % 3 !== 0);
  const second = await spool(context, path);
  assert.equal(second.queue.stats().count, expected.length);
  assert.deepEqual(await numbers(second.queue), expected);
  assert.equal(second.queue.stats().dropped.damage, 0);
});

test('the second collector on a spool is refused, by name', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put([sample(0)]);
  await assert.rejects(spool(context, path), (error) => {
    assert.ok(error instanceof SpoolError);
    assert.equal(error.code, 'PSA_SPOOL_LOCKED');
    assert.match(error.message, new RegExp(path));
    return true;
  });
  assert.deepEqual(await numbers(first.queue), [0]);
});

for (const [kind, make, undo] of [
  ['a file', async (path: string) => { await writeFile(path, 'mine'); }, async (path: string) => { await rm(path); }],
  ['below a file', async (path: string) => { await writeFile(join(path, '..'), 'mine'); }, async (path: string) => { await rm(join(path, '..')); }],
] as const) {
  test(`a path that is ${kind}: in memory, said once, and moved to disk when it is out of the way`, async (context) => {
    const path = join(await temporary(context), 'a', 'b');
    if (kind === 'a file') await mkdir(join(path, '..'));
    await make(path);
    const { queue, clock, events } = await spool(context, path);
    assert.equal(queue.stats().kept, 'memory');
    assert.match(queue.stats().fault ?? '', /set spool\.path to a directory/);
    await queue.put(samples(0, 10));
    assert.deepEqual(await numbers(queue), range(0, 10));
    await queue.remove([1, 2, 5]);
    for (let retry = 0; retry < 8; retry += 1) {
      clock.pass(10_000);
      await queue.read(0, 0);
    }
    assert.deepEqual(events.map((event) => event.kind), ['fault']);
    await undo(path);
    clock.pass(30_000);
    await queue.read(0, 0);
    assert.deepEqual(events.map((event) => event.kind), ['fault', 'recovered']);
    assert.equal(queue.stats().kept, 'disk');
    assert.equal(queue.stats().fault, undefined);
    await queue.put([sample(10)]);
    const expected = [2, 3, 5, 6, 7, 8, 9, 10];
    assert.deepEqual(await numbers(queue), expected);
    await queue.close();
    const again = await spool(context, path);
    assert.deepEqual(await numbers(again.queue), expected);
    assert.deepEqual(again.events, []);
  });
}

test('a disk that comes late brings older samples: they are read first, and none is lost', async (context) => {
  const path = await temporary(context);
  const away = `${path}.away`;
  context.after(() => rm(away, { recursive: true, force: true }));
  const first = await spool(context, path);
  await first.queue.put(samples(0, 5));
  await first.queue.close();
  await rename(path, away);
  await writeFile(path, 'the drive is not there');
  const { queue, clock, events } = await spool(context, path);
  await queue.put(samples(5, 8));
  const seen = await queue.read(0, 10);
  assert.deepEqual(seen.map(({ envelope }) => envelope.id), ['sample-5', 'sample-6', 'sample-7']);
  await queue.remove([seen[0]?.position ?? NaN]);
  await rm(path);
  await rename(away, path);
  clock.pass(1000);
  await queue.read(0, 0);
  assert.equal(events.at(-1)?.kind, 'recovered');
  // A reader who is past what it saw comes by all of them.
  const found = await queue.read(seen.at(-1)?.position ?? NaN, 100);
  assert.deepEqual(found.map(({ envelope }) => envelope.id), [0, 1, 2, 3, 4, 6, 7].map((number) => `sample-${String(number)}`));
  await queue.remove(found.map(({ position }) => position));
  assert.equal(queue.stats().count, 0);
});

test('a spool of another version beside it is left alone and mentioned', async (context) => {
  const path = await temporary(context);
  await mkdir(join(path, 'v2'));
  await writeFile(join(path, 'v2', 'CURRENT'), 'something newer');
  const { queue, events } = await spool(context, path);
  await queue.put([sample(0)]);
  assert.deepEqual(events.map((event) => event.kind), ['notice']);
  assert.equal(await readFile(join(path, 'v2', 'CURRENT'), 'utf8'), 'something newer');
});

test('other files in the directory are left alone', async (context) => {
  const path = await temporary(context);
  await writeFile(join(path, 'letter.txt'), 'dear reader');
  const { queue, events } = await spool(context, path);
  await queue.put([sample(0)]);
  await queue.close();
  assert.deepEqual(events, []);
  assert.deepEqual((await readdir(path)).sort(), ['letter.txt', 'lock', 'reserve', 'v1']);
});

test('what was removed does not stay on disk', async (context) => {
  const path = await temporary(context);
  const { queue, clock } = await spool(context, path);
  for (let round = 0; round < 30; round += 1) {
    const batch = samples(round * 4000, (round + 1) * 4000, 200);
    await queue.put(batch);
    await queue.remove((await queue.read(0, 4000)).map(({ position }) => position));
    clock.pass(1000);
  }
  await queue.close();
  let bytes = 0;
  for (const name of await readdir(join(path, 'v1'))) bytes += (await stat(join(path, 'v1', name))).size;
  assert.ok(bytes < 8e6, `${String(bytes)} bytes on disk for an empty queue`);
});
