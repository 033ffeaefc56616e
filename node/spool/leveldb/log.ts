import { Bytes } from './bytes.js';
import { checksum } from './checksum.js';
import type { Found } from './table.js';

// Blocks of 32 KiB of pieces of checksum (4 bytes), length (2), type (1) and data; a piece never spans two blocks, and
// fewer than 7 bytes at the end of one are filled with zeros. (google/leveldb, doc/log_format.md)
const blockSize = 32 * 1024;
const headerSize = 7;
const full = 1;
const first = 2;
const last = 4;

/** The pieces of a log, and whether each is as it was written; ends at the first whose length cannot be. */
function* piecesOf(data: Buffer): Generator<{ type: number; data: Buffer; whole: boolean }> {
  for (let at = 0; data.length - at >= headerSize; ) {
    const left = blockSize - (at % blockSize);
    if (left < headerSize) {
      at += left;
      continue;
    }
    const end = at + headerSize + data.readUInt16LE(at + 4);
    if (end > at + left) {
      yield { type: 0, data: data.subarray(at, at), whole: false };
      at += left;
      continue;
    }
    // Not finished when the process ended.
    if (end > data.length) return;
    const whole = data.readUInt32LE(at) === checksum(data.subarray(at + 6, end));
    yield { type: data.readUInt8(at + 6), data: data.subarray(at + headerSize, end), whole };
    at = end;
  }
}

/**
 * Whether all of a log is as it was written; a last record that was not finished is no damage. LevelDB leaves out what
 * is not, and all that follows in the same block or batch, and tells nobody.
 */
export function isWholeLog(data: Buffer): boolean {
  for (const piece of piecesOf(data)) if (!piece.whole) return false;
  return true;
}

/** The records of a log, whole or not. */
export function* recordsOf(data: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (const piece of piecesOf(data)) {
    if (piece.type === full || piece.type === first) parts = [];
    parts.push(piece.data);
    if (piece.type === full || piece.type === last) {
      yield Buffer.concat(parts);
      parts = [];
    }
  }
}

/** Whatever a log holds under a key, as far as it can be made out. */
export function* foundInLog(data: Buffer): Generator<Found> {
  for (const record of recordsOf(data)) {
    if (record.length < 12) continue;
    const sequence = Number(record.readBigUInt64LE(0));
    const bytes = new Bytes(record.subarray(12));
    try {
      for (let index = 0; !bytes.done; index += 1) {
        const put = bytes.take(1).readUInt8() === 1;
        const key = bytes.prefixed().toString();
        if (put) yield { key, value: bytes.prefixed().toString(), sequence: sequence + index };
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}
