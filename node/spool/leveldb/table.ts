import { Bytes } from './bytes.js';
import { checksum } from './checksum.js';
import { decompress } from './snappy.js';

/** A key that was written, what was written there, and when in the order of all writes. */
export interface Found {
  readonly key: string;
  readonly value: string;
  readonly sequence: number;
}

// Blocks, each followed by its compression (1 byte) and checksum (4), then a list of extras (the filter), an index of the blocks,
// and a footer that says where these two are. (google/leveldb, doc/table_format.md)
const footerSize = 48;
const trailerSize = 5;
const magic = 0xdb4775248b80fb57n;
const put = 1;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** Whether all of a table is as it was written. LevelDB does not look; damage would end the process in one of its assertions. */
export function isWholeTable(data: Buffer): boolean {
  try {
    const footer = footerOf(data);
    if (footer === undefined) return false;
    // The blocks, and the filter, which is what says that a key is not there.
    for (const list of [footer.index, footer.extras]) {
      if (!isWholeBlock(data, list)) return false;
      for (const handle of handlesOf(data, list)) if (!isWholeBlock(data, handle)) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whatever a table holds under a key, as far as it can be made out. */
export function* foundInTable(data: Buffer): Generator<Found> {
  try {
    const footer = footerOf(data);
    if (footer !== undefined) for (const handle of handlesOf(data, footer.index)) yield* foundInBlock(data, handle);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

function* foundInBlock(data: Buffer, handle: Handle): Generator<Found> {
  try {
    for (const [key, value] of entriesOf(contentsOf(data, handle))) {
      if (key.length < 8) continue;
      // The last eight bytes of a key: what was done to it, and when.
      const tail = key.readBigUInt64LE(key.length - 8);
      if (Number(tail & 0xffn) !== put) continue;
      yield { key: key.toString('utf8', 0, key.length - 8), value: value.toString(), sequence: Number(tail >> 8n) };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

function footerOf(data: Buffer): { extras: Handle; index: Handle } | undefined {
  if (data.length < footerSize || data.readBigUInt64LE(data.length - 8) !== magic) return undefined;
  const footer = new Bytes(data.subarray(data.length - footerSize));
  return { extras: handleOf(footer), index: handleOf(footer) };
}

function handleOf(bytes: Bytes): Handle {
  return { offset: bytes.varint(), size: bytes.varint() };
}

function* handlesOf(data: Buffer, list: Handle): Generator<Handle> {
  for (const [, value] of entriesOf(contentsOf(data, list))) yield handleOf(new Bytes(value));
}

function isWholeBlock(data: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  return end + 4 <= data.length && data.readUInt32LE(end) === checksum(data.subarray(offset, end));
}

function contentsOf(data: Buffer, { offset, size }: Handle): Buffer {
  if (offset + size + trailerSize > data.length) throw new RangeError('past the end');
  const block = data.subarray(offset, offset + size);
  return data.readUInt8(offset + size) === 1 ? decompress(block) : block;
}

/** The entries of a block: each key is given as what differs from the one before. */
function* entriesOf(block: Buffer): Generator<[key: Buffer, value: Buffer]> {
  const restarts = block.readUInt32LE(block.length - 4);
  const bytes = new Bytes(block.subarray(0, Math.max(0, block.length - 4 - 4 * restarts)));
  let key: Buffer = Buffer.alloc(0);
  while (!bytes.done) {
    const shared = bytes.varint();
    const fresh = bytes.varint();
    const length = bytes.varint();
    key = Buffer.concat([key.subarray(0, shared), bytes.take(fresh)]);
    yield [key, bytes.take(length)];
  }
}
