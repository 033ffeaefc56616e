import assert from 'node:assert/strict';
import fs, { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpoolError } from '../model/errors.js';
import { until } from '../test/support/wait.js';
import * as files from './files.js';
import { all, numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { longestName } from './record.js';

const windows = process.platform === 'win32';

test('what was put is there again, in order, under the same positions', async (context) => {
  const path = join(await temporary(context), 'made', 'on', 'the', 'way');
  const first = await spool(context, path);
  await first.queue.put(samples(0, 100));
  first.queue.ack(30);
  const before = first.queue.stats();
  await first.queue.close();
  const second = await spool(context, path);
  assert.deepEqual(second.queue.stats(), before);
  assert.deepEqual(await numbers(second.queue), range(30, 100));
  assert.equal((await second.queue.read(0, 1))[0]?.position, 31);
  assert.deepEqual([...first.events, ...second.events], []);
});

test('a position is not given twice, though the queue was empty in between', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put(samples(0, 5));
  first.queue.ack(5);
  await first.queue.close();
  const second = await spool(context, path);
  await second.queue.put([sample(5)]);
  assert.deepEqual((await second.queue.read(0, 9)).map(({ position }) => position), [6]);
});

test('live samples are read at once, only a backlog from the disk', async (context) => {
  const { queue, events } = await spool(context, await temporary(context));
  await queue.put(samples(0, 10));
  assert.ok(Array.isArray(queue.read(0, 100)));
  // More than is kept in memory, in several segments.
  for (let number = 10; number < 30_010; number += 500) await queue.put(samples(number, number + 500, 400));
  const older = queue.read(5000, 100);
  assert.ok(!Array.isArray(older), 'the older are on disk only');
  assert.deepEqual((await older).map(({ position }) => position), range(5001, 5101), 'as many as were asked for');
  assert.ok(Array.isArray(queue.read(30_000, 100)), 'the newest are in memory');
  assert.deepEqual(await numbers(queue), range(0, 30_010));
  assert.deepEqual(await numbers(queue), range(0, 30_010), 'and once more from the start');
  queue.ack(12_345);
  assert.deepEqual((await queue.read(0, 3)).map(({ position }) => position), [12_346, 12_347, 12_348]);
  assert.equal(queue.stats().oldest, sample(12_345).time);
  assert.deepEqual(events, []);
});

test('any sequence of puts, reads, acknowledgements, bounds and restarts is that of a plain list', { timeout: 120_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${String(seed)} (PSUTIL_SEED replays it)`);
  const next = random(seed);
  const path = await temporary(context);
  const maxBytes = 600_000;
  let { queue } = await spool(context, path, { maxBytes });
  let list: number[] = [];
  let number = 0;
  const size = (one: number): number => 150 + ((one * 37) % 300);
  const seen = new Map<number, number>();
  for (let step = 0; step < 1500; step += 1) {
    const dice = next();
    if (dice < 0.5) {
      const until = number + Math.floor(next() ** 4 * 400);
      await queue.put(range(number, until).map((one) => sample(one, size(one))));
      list.push(...range(number, until));
      number = until;
      let bytes = list.reduce((sum, one) => sum + size(one), 0);
      let start = 0;
      for (; bytes > maxBytes; start += 1) bytes -= size(list[start] ?? NaN);
      list = list.slice(start);
    } else if (dice < 0.9) {
      const found = await queue.read(0, Math.floor(next() * 300));
      for (const { position, envelope } of found) seen.set(Number(envelope.id.slice(7)), position);
      const last = found[Math.floor(next() * found.length)];
      if (last !== undefined) {
        queue.ack(last.position);
        list = list.slice(list.indexOf(Number(last.envelope.id.slice(7))) + 1);
      }
    } else if (dice < 0.95) {
      await queue.close();
      ({ queue } = await spool(context, path, { maxBytes }));
    } else {
      const found = await all(queue);
      assert.deepEqual(found.map(({ envelope }) => Number(envelope.id.slice(7))), list);
      for (const { position, envelope } of found) assert.equal(position, seen.get(Number(envelope.id.slice(7))) ?? position, 'positions are kept');
      const { count, bytes, dropped } = queue.stats();
      assert.deepEqual([count, bytes, dropped.damage], [list.length, list.reduce((sum, one) => sum + size(one), 0), 0]);
    }
  }
});

test('age goes on over a restart, and size holds from the first put', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put(samples(0, 10, 200));
  await first.queue.close();
  const second = await spool(context, path, { maxBytes: 1000 });
  await second.queue.put([sample(10, 200)]);
  assert.deepEqual(await numbers(second.queue), range(6, 11));
  assert.equal(second.queue.stats().dropped.size, 6);
  await second.queue.close();
  const third = await spool(context, path, { maxAge: 60 });
  third.clock.advance(62_000);
  await until('all of them too old', () => third.queue.stats().count === 0);
  assert.equal(third.queue.stats().dropped.age, 5);
});

test('size evicts no more than it must, though samples of other sizes were acknowledged unread', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  for (let number = 0; number < 100; number += 10) await first.queue.put(samples(number, number + 10, 100_000));
  await first.queue.put(samples(100, 5100, 200));
  await first.queue.close();
  const { queue } = await spool(context, path, { maxBytes: 1_000_200 });
  queue.ack(100);
  await queue.put(samples(5100, 5103, 200));
  assert.equal(queue.stats().dropped.size, 2);
  assert.deepEqual(await numbers(queue), range(102, 5103));
});

test('the second collector on a spool is refused, by name, and let in when the first is gone', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put([sample(0)]);
  await assert.rejects(spool(context, path), (error) => {
    assert.ok(error instanceof SpoolError);
    assert.equal(error.code, 'PSA_SPOOL_LOCKED');
    assert.ok(error.message.includes(path));
    return true;
  });
  assert.deepEqual(await numbers(first.queue), [0]);
  await first.queue.close();
  assert.deepEqual(await numbers((await spool(context, path)).queue), [0]);
});

for (const [kind, fault, make, undo] of [
  ['a file', /there is a file of that name: set spool\.path to a directory/, async (path: string) => { await writeFile(path, 'mine'); }, async (path: string) => { await rm(path); }],
  ['below a file', /a part of the path is a file: set spool\.path to a directory/, async (path: string) => { await writeFile(join(path, '..'), 'mine'); }, async (path: string) => { await rm(join(path, '..')); }],
] as const) {
  test(`a path that is ${kind}: in memory, said once, and moved to disk when it is out of the way`, async (context) => {
    const path = join(await temporary(context), 'a', 'b');
    if (kind === 'a file') await mkdir(join(path, '..'));
    await make(path);
    const { queue, clock, events } = await spool(context, path);
    assert.equal(queue.stats().kept, 'memory');
    assert.match(queue.stats().fault ?? '', fault);
    await queue.put(samples(0, 10));
    assert.deepEqual(await numbers(queue), range(0, 10));
    queue.ack(2);
    for (let retry = 0; retry < 8; retry += 1) {
      clock.advance(10_000);
      await queue.put([]);
    }
    assert.deepEqual(events.map((event) => event.kind), ['fault']);
    await undo(path);
    await until('on disk', () => { clock.advance(30_000); return queue.stats().kept === 'disk'; });
    assert.deepEqual(events.map((event) => event.kind), ['fault', 'recovered']);
    assert.equal(queue.stats().fault, undefined);
    await queue.put([sample(10)]);
    assert.deepEqual(await numbers(queue), range(2, 11));
    await queue.close();
    const again = await spool(context, path);
    assert.deepEqual(await numbers(again.queue), range(2, 11));
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
  queue.ack(seen[0]?.position ?? NaN);
  await rm(path);
  await rename(away, path);
  await until('recovered', () => { clock.advance(1000); return events.at(-1)?.kind === 'recovered'; });
  // A reader who is past what it saw comes by all of them.
  const found = await all(queue, seen.at(-1)?.position);
  assert.deepEqual(found.map(({ envelope }) => envelope.id), [0, 1, 2, 3, 4, 6, 7].map((number) => `sample-${String(number)}`));
  queue.ack(found.at(-1)?.position ?? NaN);
  assert.equal(queue.stats().count, 0);
});

test('a spool of another version beside it is left alone and mentioned', async (context) => {
  const path = await temporary(context);
  await mkdir(join(path, 'v1'));
  await writeFile(join(path, 'v1', 'CURRENT'), 'something older');
  const { queue, events } = await spool(context, path);
  await queue.put([sample(0)]);
  assert.deepEqual(events.map((event) => event.kind), ['notice']);
  assert.match(events[0]?.message ?? '', /v1 is the spool of another version; it is left alone/);
  assert.equal(await readFile(join(path, 'v1', 'CURRENT'), 'utf8'), 'something older');
});

test('segments of a version to come are left alone', async (context) => {
  const path = await temporary(context);
  const first = await spool(context, path);
  await first.queue.put([sample(0)]);
  await first.queue.close();
  const file = join(path, 'v2', `${'1'.padStart(16, '0')}.seg`);
  const data = await readFile(file);
  data.writeUInt32LE(3, 8);
  const { crc32 } = await import('./crc32.js');
  data.writeUInt32LE(crc32(data.subarray(0, 28)), 28);
  await writeFile(file, data);
  const { queue } = await spool(context, path);
  await queue.put([sample(1)]);
  assert.match(queue.stats().fault ?? '', /version 3/);
  await queue.close();
  assert.deepEqual(await readFile(file), data);
});

test('other files in the directory are left alone', async (context) => {
  const path = await temporary(context);
  await writeFile(join(path, 'letter.txt'), 'dear reader');
  await writeFile(join(path, 'v9'), 'a version of the letter');
  for (const name of ['v1.bak', 'old-v1']) await mkdir(join(path, name));
  const { queue, events } = await spool(context, path);
  await queue.put([sample(0)]);
  await queue.close();
  assert.deepEqual(events, []);
  assert.deepEqual((await readdir(path)).sort(), ['letter.txt', 'old-v1', 'v1.bak', 'v2', 'v9']);
});

test('nobody else may read it, whatever the umask, and nothing is written through a link', { skip: windows && 'Windows has access lists' }, async (context) => {
  const path = await temporary(context);
  const umask = process.umask(0o777);
  try {
    const { queue } = await spool(context, join(path, 'spool'));
    await queue.put([sample(0)]);
    await queue.close();
  } finally {
    process.umask(umask);
  }
  for (const [name, mode] of [['', 0o700], ['v2', 0o700], ['v2/cursor', 0o600], [`v2/${'1'.padStart(16, '0')}.seg`, 0o600]] as const) {
    assert.equal((await stat(join(path, 'spool', name))).mode & 0o777, mode, name);
  }
  await mkdir(join(path, 'elsewhere'));
  await symlink(join(path, 'elsewhere'), join(path, 'linked'));
  const linked = await spool(context, join(path, 'linked'));
  await linked.queue.put([sample(0)]);
  assert.match(linked.queue.stats().fault ?? '', /symbolic link/);
  await mkdir(join(path, 'inner'));
  await symlink(join(path, 'elsewhere'), join(path, 'inner', 'v2'));
  const inner = await spool(context, join(path, 'inner'));
  assert.match(inner.queue.stats().fault ?? '', /symbolic link/);
  await writeFile(join(path, 'victim'), 'mine');
  await mkdir(join(path, 'third', 'v2'), { recursive: true });
  await symlink(join(path, 'victim'), join(path, 'third', 'v2', 'cursor'));
  const third = await spool(context, join(path, 'third'));
  assert.match(third.queue.stats().fault ?? '', /symbolic link/);
  assert.deepEqual(await readdir(join(path, 'elsewhere')), []);
  assert.equal(await readFile(join(path, 'victim'), 'utf8'), 'mine');
});

test('a name that is too long for a record is let go and counted, and nothing else with it', async (context) => {
  const { queue } = await spool(context, await temporary(context));
  const [fits, beyond] = ['x'.repeat(longestName / 3), 'x'.repeat(longestName / 3 + 1)];
  await queue.put([sample(0), { ...sample(1), id: beyond }, { ...sample(2), routingKey: beyond }, { ...sample(3), id: fits, routingKey: fits }, sample(4)]);
  assert.deepEqual((await all(queue)).map(({ envelope: { id } }) => id), ['sample-0', fits, 'sample-4']);
  assert.deepEqual(queue.stats().dropped, { size: 2, age: 0, damage: 0, closed: 0 });
});

test('a file that somebody deleted is known by it, while it is open', { skip: windows && 'Windows deletes none that is open' }, async (context) => {
  const path = join(await temporary(context), 'f');
  const file = await files.diskFiles.create(path);
  context.after(() => file.close());
  assert.equal(await file.unlinked(), false);
  await rm(path);
  assert.equal(await file.unlinked(), true);
});

test('on Windows, which keeps names by itself, no folder is opened to keep its names', async () => {
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'win32' });
  const kept = files.diskFiles.syncFolder('/no/such/folder');
  // At once: other test files may be loaded meanwhile, and ask where they are.
  Object.defineProperty(process, 'platform', { value: platform });
  await kept;
});

/** The module of files as it is with another `node:fs`. */
async function filesWith(name: string): Promise<typeof files> {
  syncBuiltinESMExports();
  const place = `./files.js?${name}`;
  return (await import(place)) as typeof files;
}

test('what a disk takes in pieces is written whole', async (context) => {
  const { write } = fs;
  context.mock.method(fs, 'write', (fd: number, data: Buffer, from: number, length: number, at: number, done: (error: Error | null, written: number) => void) => {
    write(fd, data, from, Math.min(7, length), at, done);
  });
  const { diskFiles } = await filesWith('pieces');
  context.mock.restoreAll();
  syncBuiltinESMExports();
  const path = join(await temporary(context), 'f');
  const file = await diskFiles.create(path);
  context.after(() => file.close());
  await file.write(Buffer.from('.......'), 7, 0);
  await file.write(Buffer.from('all of this, and not this'), 11, 5);
  assert.equal(await readFile(path, 'utf8'), '.....all of this');
});

test('the disk is asked to keep a file, and the names of a folder and of those that were made above it', { skip: process.platform !== 'linux' }, async (context) => {
  const asked: string[] = [];
  const { fdatasync } = fs;
  context.mock.method(fs, 'fdatasync', (fd: number, done: fs.NoParamCallback) => {
    asked.push(readlinkSync(`/proc/self/fd/${String(fd)}`));
    fdatasync(fd, done);
  });
  const { diskFiles } = await filesWith('synced');
  context.mock.restoreAll();
  syncBuiltinESMExports();
  const home = await temporary(context);
  const folder = join(home, 'a', 'b');
  await diskFiles.makeFolder(folder);
  assert.deepEqual(asked.splice(0), [home, join(home, 'a')]);
  const file = await diskFiles.create(join(folder, 'f'));
  await file.sync();
  await file.close();
  await diskFiles.syncFolder(folder);
  assert.deepEqual(asked, [join(folder, 'f'), folder]);
});

test('only what is to be on the disk with the call that writes it waits for the disk', { skip: process.platform !== 'linux' }, async (context) => {
  const path = join(await temporary(context), 'f');
  await (await files.diskFiles.create(path)).close();
  for (const access of ['read', 'write', 'through'] as const) {
    const file = await files.diskFiles.open(path, access);
    const fd = readdirSync('/proc/self/fd').find((name) => { try { return readlinkSync(`/proc/self/fd/${name}`) === path; } catch { return false; } });
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd ?? ''}`, 'utf8'))?.[1] ?? '', 8);
    await file.close();
    assert.deepEqual([(flags & fs.constants.O_DSYNC) !== 0, flags & 3], [access === 'through', access === 'read' ? fs.constants.O_RDONLY : fs.constants.O_RDWR], access);
  }
});
