import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDisk } from './disk.test.support.js';
import { sample } from './queue.test.support.js';
import { encode, positionAt, recordBytes } from './record.js';
import { formatVersion, Segment, segmentHeader } from './segment.js';

const folder = '/disk/v2';

function records(from: number, until: number, bytes = 0): Buffer {
  return Buffer.concat(Array.from({ length: until - from }, (_, index) => {
    const envelope = sample(from + index, bytes);
    const data = Buffer.alloc(recordBytes(envelope));
    encode(data, 0, { envelope, arrived: 0, position: from + index, bytes: data.length }, from + index, 0);
    return data;
  }));
}

async function made(data: Buffer, disk = new MemoryDisk()): Promise<{ disk: MemoryDisk; segment: Segment }> {
  const segment = await Segment.create(disk, folder, 1);
  await segment.append(data, data.length);
  return { disk, segment };
}

/** The positions of what a walk visits with a buffer of some size. */
async function visited(segment: Segment, chunk = 4096, offset = segmentHeader): Promise<{ positions: number[]; offset: number; ended: boolean }> {
  const positions: number[] = [];
  const walked = await segment.walk(offset, Buffer.alloc(chunk), (buffer, at) => {
    positions.push(positionAt(buffer, at));
    return true;
  });
  return { positions, ...walked };
}

test('its name and header tell its first position and version; several are listed in their order', async () => {
  const disk = new MemoryDisk();
  for (const first of [1_000_000, 1, 20]) await (await Segment.create(disk, folder, first)).close();
  await (await disk.create(`${folder}/letter.txt`)).close();
  const found = await Segment.list(disk, folder);
  assert.deepEqual(found.map(({ first, size, bytes }) => [first, size, bytes]), [[1, 32, 0], [20, 32, 0], [1_000_000, 32, 0]]);
  assert.equal(await found[1]?.version(), formatVersion);
  assert.equal(found[0]?.path, `${folder}/0000000000000001.seg`);
});

test('a header that is damaged or cut short tells no version', async () => {
  const { disk, segment } = await made(records(1, 2));
  const file = disk.files.get(segment.path);
  file?.data.writeUInt8(9, 8);
  assert.equal(await segment.version(), undefined);
  file?.truncate(segmentHeader - 1);
  assert.equal(await segment.version(), undefined);
});

test('a walk visits every record whatever the size of the buffer, and goes on where it was ended', async () => {
  const { segment } = await made(Buffer.concat([records(1, 3), records(3, 4, 1000), records(4, 30)]));
  for (const chunk of [50, 131, 256, 999, 1000, 1001, 100_000]) {
    assert.deepEqual((await visited(segment, chunk)).positions, Array.from({ length: 29 }, (_, index) => index + 1), `${String(chunk)} bytes`);
  }
  const first = await segment.walk(segmentHeader, Buffer.alloc(300), (buffer, at) => positionAt(buffer, at) < 3);
  assert.equal(first.ended, false);
  assert.equal((await visited(segment, 300, first.offset)).positions[0], 3);
  assert.deepEqual(await visited(segment, 300, segment.size), { positions: [], offset: segment.size, ended: true });
});

test('foreign bytes between records, before and behind them cost nothing else; markers among them do not deceive', async () => {
  const foreign = Buffer.concat([Buffer.from('text'), Buffer.from([0xf5, 0xff, 0xfe, 0xf8]), Buffer.alloc(70, 0xf5), Buffer.from([0xf5, 0xff, 0xfe])]);
  const { segment } = await made(Buffer.concat([foreign, records(1, 4), foreign, records(4, 6), foreign]));
  for (const chunk of [60, 128, 4096]) {
    const { positions, offset } = await visited(segment, chunk);
    assert.deepEqual(positions, [1, 2, 3, 4, 5], `${String(chunk)} bytes`);
    assert.equal(offset, segment.size - foreign.length);
  }
});

test('what an interrupted write left is cut off, and told apart from damage', async () => {
  const whole = records(1, 4);
  const last = records(4, 5);
  for (let length = 1; length < last.length; length += 1) {
    const { disk, segment } = await made(Buffer.concat([whole, last.subarray(0, length)]));
    const { positions, offset } = await visited(segment);
    assert.deepEqual([positions, offset], [[1, 2, 3], segmentHeader + whole.length]);
    assert.equal(await segment.cut(offset), false, `${String(length)} bytes are no damage`);
    assert.equal(disk.files.get(segment.path)?.data.length, offset);
    assert.equal(await segment.cut(offset), false, 'there is nothing more');
  }
  const { segment: long } = await made(Buffer.concat([whole, records(4, 5, 300_000).subarray(0, 299_999)]));
  assert.equal(await long.cut((await visited(long)).offset), false, 'however long it was to be');
  const { segment } = await made(Buffer.concat([whole, Buffer.alloc(20, 7)]));
  assert.equal(await segment.cut((await visited(segment)).offset), true);
});

test('an append that fails leaves it as it was; a file left by a failed attempt is no obstacle', async () => {
  const { disk, segment } = await made(records(1, 3));
  const { size } = segment;
  disk.room = 10;
  await assert.rejects(segment.append(records(3, 5), records(3, 5).length), { code: 'ENOSPC' });
  assert.deepEqual([segment.size, disk.files.get(segment.path)?.data.length], [size, size]);
  disk.room = 1000;
  const again = await Segment.create(disk, folder, 1);
  assert.deepEqual(await visited(again), { positions: [], offset: segmentHeader, ended: true });
  disk.room = 10;
  await assert.rejects(Segment.create(disk, folder, 50), { code: 'ENOSPC' });
  assert.deepEqual([...disk.files.keys()], [segment.path], 'half a header does not stay');
});

test('what is open is read to its end, though somebody deletes the file meanwhile; so is what was only read before', async () => {
  const { disk, segment } = await made(records(1, 10));
  await segment.close();
  await visited(segment);
  await disk.remove(segment.path);
  assert.deepEqual((await visited(segment)).positions, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a file that is shorter than it was ends the walk', async () => {
  const { disk, segment } = await made(records(1, 10));
  disk.files.get(segment.path)?.truncate(segmentHeader + records(1, 4).length + 5);
  assert.deepEqual((await visited(segment)).positions, [1, 2, 3]);
});
