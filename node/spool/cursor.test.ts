import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cursor, type CursorState } from './cursor.js';
import { MemoryDisk } from './disk.test.support.js';

const path = '/disk/v2/cursor';
const second = 4096;

async function opened(disk: MemoryDisk): Promise<{ cursor: Cursor; head?: number; next?: number; sure: boolean }> {
  const cursor = new Cursor(disk, '/disk/v2');
  const { state, sure } = await cursor.open();
  return { cursor, ...(state === undefined ? {} : { head: state.head, next: state.next }), sure };
}

/** A disk whose cursor was synchronized with each state. */
async function written(...states: readonly CursorState[]): Promise<{ disk: MemoryDisk; data: Buffer }> {
  const disk = new MemoryDisk();
  const { cursor } = await opened(disk);
  for (const state of states) await cursor.sync(state);
  await cursor.close();
  return { disk, data: disk.files.get(path)?.data ?? Buffer.alloc(0) };
}

async function found(disk: MemoryDisk): Promise<unknown> {
  const { head, next, sure } = await opened(disk);
  return { head, next, sure };
}

test('none: nothing is known, and nothing was lost', async () => {
  assert.deepEqual(await found(new MemoryDisk()), { head: undefined, next: undefined, sure: true });
});

test('the newest state is read, after one, two and three writes', async () => {
  const states = [{ head: 1, next: 1 }, { head: 5, next: 9 }, { head: Number.MAX_SAFE_INTEGER - 1, next: Number.MAX_SAFE_INTEGER }];
  for (let count = 1; count <= 3; count += 1) {
    const { disk } = await written(...states.slice(0, count));
    assert.deepEqual(await found(disk), { ...states[count - 1], sure: true });
  }
});

test('a state that did not change is not written again', async () => {
  const { disk } = await written({ head: 1, next: 2 }, { head: 1, next: 2 });
  assert.equal(disk.operations.filter(({ kind }) => kind === 'write').length, 2, 'the file, and one slot');
});

test('what is new is written and on the disk in one call; what was written before is made to be there', async () => {
  const disk = new MemoryDisk();
  const { cursor } = await opened(disk);
  await cursor.sync({ head: 1, next: 1 });
  let through = 0;
  disk.before = (call) => { if (call === 'open') through += 1; };
  await cursor.save({ head: 2, next: 2 });
  await cursor.sync({ head: 2, next: 2 });
  assert.equal(through, 0);
  for (const head of [3, 4]) await cursor.sync({ head, next: 4 });
  assert.equal(through, 1, 'and opened for it once');
  await cursor.close();
  assert.deepEqual(disk.opened, []);
});

test('what the disk has is not written over until it has the next: many saves go to the other slot', async () => {
  const { disk, data } = await written({ head: 3, next: 7 });
  const before = Buffer.from(data.subarray(0, 36));
  const { cursor } = await opened(disk);
  for (const head of [4, 5, 6]) await cursor.save({ head, next: 7 });
  assert.deepEqual(data.subarray(0, 36), before);
  assert.deepEqual(await found(disk), { head: 6, next: 7, sure: true });
});

test('nor after a start: what is written first goes to the slot of the older state', async () => {
  for (const newest of [0, second]) {
    const { disk, data } = await written(...[{ head: 3, next: 7 }, { head: 4, next: 8 }].slice(0, newest === 0 ? 1 : 2));
    const before = Buffer.from(data.subarray(newest, newest + 36));
    const { cursor } = await opened(disk);
    await cursor.save({ head: 5, next: 9 });
    assert.deepEqual(data.subarray(newest, newest + 36), before);
    assert.deepEqual(await found(disk), { head: 5, next: 9, sure: true });
  }
});

test('every flipped bit of the newest slot: the older state, and it is told that there may have been a newer', async () => {
  const { disk, data } = await written({ head: 3, next: 7 }, { head: 4, next: 8 });
  for (let bit = 0; bit < 36 * 8; bit += 1) {
    const at = second + (bit >> 3);
    data.writeUInt8(data.readUInt8(at) ^ (1 << (bit & 7)), at);
    assert.deepEqual(await found(disk), { head: 3, next: 7, sure: false }, `bit ${String(bit)}`);
    data.writeUInt8(data.readUInt8(at) ^ (1 << (bit & 7)), at);
  }
});

test('a file cut short anywhere in its second slot: the first one', async () => {
  for (let length = second + 1; length < second + 36; length += 1) {
    const { disk } = await written({ head: 3, next: 7 }, { head: 4, next: 8 });
    disk.files.get(path)?.truncate(length);
    assert.deepEqual(await found(disk), { head: 3, next: 7, sure: false }, `${String(length)} bytes`);
  }
});

test('foreign bytes are damage, zeros a slot that was never written; the next save is read again', async () => {
  for (const [bytes, sure] of [[0x41, false], [0, true]] as const) {
    const { disk, data } = await written({ head: 3, next: 7 });
    data.fill(bytes);
    assert.deepEqual(await found(disk), { head: undefined, next: undefined, sure });
    const { cursor } = await opened(disk);
    await cursor.save({ head: 5, next: 9 });
    const again = await opened(disk);
    assert.deepEqual([again.head, again.next], [5, 9]);
  }
});

test('where there is no room for both slots nothing is left behind', async () => {
  const disk = new MemoryDisk();
  disk.room = second;
  const { cursor } = await opened(disk);
  await assert.rejects(cursor.save({ head: 1, next: 1 }), { code: 'ENOSPC' });
  assert.equal(disk.files.size, 0);
  disk.room = second + 36;
  await cursor.save({ head: 2, next: 2 });
  assert.deepEqual(await found(disk), { head: 2, next: 2, sure: true });
});
