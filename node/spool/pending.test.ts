import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Envelope } from '../model/message.js';
import { SpoolError } from '../model/errors.js';
import { settle, TestClock } from '../test/support/clock.js';
import { diskError } from './diskError.js';
import { DropCounter, type DropCounts } from './dropCounter.js';
import { Entries } from './entries.js';
import { droppedMessage } from './event.js';
import { diskFiles } from './files.js';
import { Pending } from './pending.js';
import { recordBytes, type Placed } from './record.js';

const envelope = (id: string, body = '{}'): Envelope => ({ id, time: 1, routingKey: 'k', body });
const size = recordBytes(envelope('a'));
const placed = (position: number, bytes = 10): Placed => ({ position, envelope: envelope(String(position)), arrived: 0, bytes });
const ids = (found: readonly Placed[]): string[] => found.map((one) => one.envelope.id);

describe('Entries', () => {
  it('gives what stands from a position on, with gaps and without', () => {
    const entries = new Entries();
    for (const position of [5, 6, 9, 10, 20]) entries.push(placed(position));
    for (const [from, limit, found] of [[0, 2, [5, 6]], [5, 1, [5]], [6, 9, [6, 9, 10, 20]], [7, 9, [9, 10, 20]], [9, 1, [9]], [11, 9, [20]], [20, 9, [20]], [21, 9, []], [5, 0, []], [5, -1, []]] as const) {
      assert.deepEqual(entries.read(from, limit).map(({ position }) => position), found, `from ${String(from)}`);
    }
    assert.deepEqual([entries.count, entries.bytes, entries.first?.position, entries.last?.position], [5, 50, 5, 20]);
    assert.deepEqual(entries.drop(9), { count: 3, bytes: 30 });
    assert.deepEqual(entries.drop(9), { count: 0, bytes: 0 });
    assert.deepEqual([entries.count, entries.bytes, entries.first?.position, entries.read(0, 9).map(({ position }) => position)], [2, 20, 10, [10, 20]]);
    assert.deepEqual([entries.shift()?.position, entries.shift()?.position, entries.shift(), entries.first, entries.last, entries.bytes], [10, 20, undefined, undefined, undefined, 0]);
    entries.push(placed(30));
    assert.deepEqual(entries.read(0, 9).map(({ position }) => position), [30]);
  });

  it('stays right through thousands that come and go', () => {
    const entries = new Entries();
    let [next, first] = [1, 1];
    for (let round = 0; round < 3000; round += 1) {
      for (let n = 0; n < 2; n += 1) entries.push(placed(next++));
      if (round > 600) for (let n = 0; n < 3 && first < next; n += 1) assert.equal(entries.shift()?.position, first++);
      assert.equal(entries.first?.position ?? next, first);
      assert.equal(entries.count, next - first);
      assert.equal(entries.bytes, (next - first) * 10);
    }
  });
});

describe('Pending', () => {
  function open(most: number, longest = 1e6): { pending: Pending; drops: number[] } {
    const drops: number[] = [];
    return { pending: new Pending(() => most, longest, (count) => { if (count > 0) drops.push(count); }), drops };
  }

  it('keeps the newest that fit, and counts the rest', () => {
    const { pending, drops } = open(3 * size);
    pending.put(['a', 'b', 'c'].map((id) => envelope(id)), 7);
    assert.deepEqual([ids(pending.read(0, 9)), drops, pending.bytes, pending.first, pending.next, pending.oldest?.arrived], [['a', 'b', 'c'], [], 3 * size, 1, 4, 7]);
    pending.put([envelope('d'), envelope('e')], 8);
    assert.deepEqual([ids(pending.read(0, 9)), drops, pending.count, pending.first], [['c', 'd', 'e'], [2], 3, 3]);
  });

  it('refuses what no spool takes: longer than the longest, or with a name that no record has room for', () => {
    const { pending, drops } = open(1e6, size);
    pending.put([envelope('a'), envelope('a', '{ }'), { ...envelope('x'), id: 'x'.repeat(70_000) }, { ...envelope('x'), routingKey: 'x'.repeat(70_000) }], 0);
    assert.deepEqual([ids(pending.read(0, 9)), drops, pending.next], [['a'], [3], 2]);
  });

  it('hands out some bytes to be written, at least one sample, and keeps them until they are', () => {
    const { pending } = open(1e6);
    pending.put(['a', 'b', 'c', 'd'].map((id) => envelope(id)), 0);
    assert.deepEqual([ids(pending.take(2 * size)), ids(pending.take(2 * size - 1)), ids(pending.take(0)), ids(pending.take(1e6))], [['a', 'b'], ['a'], ['a'], ['a', 'b', 'c', 'd']]);
    pending.take(2 * size);
    assert.equal(pending.count, 4);
    assert.deepEqual([ids(pending.done().kept), ids(pending.read(0, 9))], [['a', 'b'], ['c', 'd']]);
    pending.take(2 * size);
    pending.failed();
    assert.deepEqual(ids(pending.read(0, 9)), ['c', 'd']);
    pending.take(2 * size);
    pending.ack(3);
    const { kept, complete } = pending.done();
    assert.deepEqual([ids(kept), complete], [['d'], true], 'without what was acknowledged meanwhile');
  });

  it('counts what is dropped while it is being written only if that fails', () => {
    for (const works of [true, false]) {
      const { pending, drops } = open(2 * size);
      pending.put([envelope('a'), envelope('b')], 0);
      pending.take(1e6);
      pending.put([envelope('c')], 0);
      assert.deepEqual([drops, ids(pending.read(0, 9))], [[], ['b', 'c']]);
      // All that was taken, and one that was not.
      pending.put([envelope('d'), envelope('e')], 0);
      assert.deepEqual([drops, ids(pending.read(0, 9))], [[1], ['d', 'e']]);
      if (works) assert.deepEqual([pending.done(), drops], [{ kept: [], complete: false }, [1]]);
      else {
        pending.failed();
        assert.deepEqual(drops, [1, 2]);
      }
      assert.equal(pending.take(1e6).length, 2);
      assert.equal(pending.done().complete, true);
    }
  });

  it('tells those who wait what is written', async () => {
    const { pending } = open(1e6);
    const done: string[] = [];
    pending.put([envelope('a')], 0);
    void pending.written().then(() => done.push('a'));
    pending.put([envelope('b')], 0);
    void pending.written().then(() => done.push('b'));
    pending.settle(1);
    await settle();
    assert.deepEqual(done, []);
    pending.settle(2);
    await settle();
    assert.deepEqual(done, ['a']);
    pending.clear();
    await settle();
    assert.deepEqual([done, pending.count, pending.bytes], [['a', 'b'], 0, 0]);
  });

  it('goes on behind a log, with new positions where that has samples of its own', () => {
    const { pending } = open(1e6);
    pending.put([envelope('a'), envelope('b')], 0);
    pending.follow(2, false);
    assert.deepEqual([pending.first, pending.next], [1, 3]);
    pending.follow(9, false);
    assert.deepEqual([pending.first, pending.next], [1, 9]);
    pending.follow(20, true);
    assert.deepEqual([pending.read(0, 9).map(({ position }) => position), pending.next], [[20, 21], 22]);
    pending.prepend([placed(5), placed(6)]);
    assert.deepEqual(pending.read(0, 9).map(({ position }) => position), [5, 6, 20, 21]);
    const small = open(2 * size);
    small.pending.put([envelope('c'), envelope('d')], 0);
    small.pending.follow(10, true);
    small.pending.prepend([{ ...placed(5), bytes: size }]);
    assert.deepEqual([ids(small.pending.read(0, 9)), small.drops], [['c', 'd'], [1]]);
  });
});

describe('DropCounter', () => {
  it('tells the first at once and what follows a minute later, by cause, and all when it is closed', async () => {
    const clock = new TestClock();
    const told: DropCounts[] = [];
    const drops = new DropCounter(clock, (since) => told.push({ ...since }));
    const none = { size: 0, age: 0, damage: 0, closed: 0 };
    drops.add('size', 0);
    assert.deepEqual(told, []);
    drops.add('size', 2);
    drops.add('age', 3);
    drops.add('age', 4);
    assert.deepEqual([told, drops.counts], [[{ ...none, size: 2 }], { ...none, size: 2, age: 7 }]);
    await clock.pass(60_000);
    assert.deepEqual(told.slice(1), [{ ...none, age: 7 }]);
    await clock.pass(60_000);
    assert.equal(told.length, 2, 'nothing to tell');
    drops.add('damage', 1);
    drops.add('closed', 1);
    drops.close();
    assert.deepEqual(told.slice(2), [{ ...none, damage: 1 }, { ...none, closed: 1 }]);
    drops.close();
    assert.deepEqual([told.length, clock.waiting], [4, 0]);
  });
});

describe('the words of a spool', () => {
  it('for what was let go, by each cause that there is', () => {
    const bounds = { path: '/s', maxBytes: 10, maxAge: 20 };
    const none = { size: 0, age: 0, damage: 0, closed: 0 };
    const causes = [
      '1 for spool.max_bytes (10) or the memory that stands in for the disk', '2 older than spool.max_age (20 s)', '3 that were damaged on disk', '4 that could not be written any more when the collector ended',
    ];
    const counts = [{ size: 1 }, { age: 2 }, { damage: 3 }, { closed: 4 }];
    for (const [at, count] of counts.entries()) assert.equal(droppedMessage({ ...none, ...count }, bounds), `The spool at /s let samples go: ${causes[at] ?? ''}.`);
    assert.equal(droppedMessage(Object.assign({}, none, ...counts) as DropCounts, bounds), `The spool at /s let samples go: ${causes.join(', ')}.`);
  });

  it('for what is wrong with the disk, and what to do', () => {
    const sentences: Record<string, string> = {
      ENOSPC: 'the disk is full: free some space there, or lower spool.max_bytes', EDQUOT: 'the disk quota is used up: free some space there, or lower spool.max_bytes',
      EROFS: 'the file system is read-only: set spool.path to a directory that can be written', EACCES: 'this account has no permission to write there: grant it, or set spool.path to another directory',
      EPERM: 'this account has no permission to write there: grant it, or set spool.path to another directory', ENOENT: 'the drive or a directory above it is missing: attach it, or set spool.path to another directory',
      ENOTDIR: 'a part of the path is a file: set spool.path to a directory', EEXIST: 'there is a file of that name: set spool.path to a directory',
      ELOOP: 'a file in it is a symbolic link, through which nothing is written: remove it', EMFILE: 'this process has too many files open', EIO: 'the device reports input/output errors: check the disk',
      ETIMEDOUT: 'the disk does not answer: check the drive, or set spool.path to a local directory', EOTHER: 'what it said',
    };
    for (const [code, sentence] of Object.entries(sentences)) {
      const cause = Object.assign(new Error('what it said'), { code });
      const error = diskError('/s', cause);
      assert.deepEqual([error.code, error.message, error.cause], ['PSA_SPOOL_UNUSABLE', `The spool at /s cannot be written: ${sentence}.`, cause]);
    }
    const own = new SpoolError('PSA_SPOOL_LOCKED', 'x');
    assert.equal(diskError('/s', own), own);
  });
});

describe('diskFiles', { skip: process.platform === 'win32' }, () => {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-files-'));
  after(() => { rmSync(home, { recursive: true, force: true }); });

  it('lists files alone, with their sizes, and follows no link', async () => {
    writeFileSync(join(home, 'a'), 'four');
    mkdirSync(join(home, 'folder'));
    symlinkSync(join(home, 'a'), join(home, 'link'));
    assert.deepEqual(await diskFiles.list(home), [{ name: 'a', size: 4 }]);
    for (const access of ['read', 'write'] as const) await assert.rejects(diskFiles.open(join(home, 'link'), access), { code: 'ELOOP' });
    symlinkSync(join(home, 'folder'), join(home, 'linked'));
    await assert.rejects(diskFiles.makeFolder(join(home, 'linked')), new SpoolError('PSA_SPOOL_UNUSABLE', `The spool at ${join(home, 'linked')} cannot be used: it is a symbolic link, through which nothing is written. Set spool.path to the directory itself.`));
    await assert.rejects(diskFiles.create(join(home, 'a')), { code: 'EEXIST' });
    assert.equal(readFileSync(join(home, 'a'), 'utf8'), 'four');
  });
});
