/**
 * One sample as a log holds it, little endian: marker, length of all of it, checksum of what follows (begun with the length),
 * position, arrival, time, positions skipped before it, lengths of id and routing key; then id, routing key and body in UTF-8.
 */
import { viewOf, writeText } from '../model/encoding.js';
import type { Envelope } from '../model/message.js';
import { crc32 } from './crc32.js';
import type { Queued } from './queue.js';

/** An envelope in its place, and what bounds need to know of it. */
export interface Placed extends Queued {
  /** Milliseconds since 1970 by the spool's own clock. */
  readonly arrived: number;
  /** Its record's length. */
  readonly bytes: number;
}

/** Four bytes that no UTF-8 text contains: where to look for the next record behind a damaged one. */
export const marker = Buffer.from([0xf5, 0xff, 0xfe, 0xf8]);

/** The bytes of a record before its text. */
export const recordHeader = 44;
const markerValue = marker.readUInt32LE();
const checked = 12;
/** Ids and routing keys are 255 bytes at most in AMQP; this is what the record's fields hold. */
export const longestName = 0xffff;

/** The bytes of an envelope's record. */
export function recordBytes({ id, routingKey, body }: Envelope): number {
  return recordHeader + Buffer.byteLength(id) + Buffer.byteLength(routingKey) + Buffer.byteLength(body);
}

/** The buffer that was written to last. */
let viewed: Buffer | undefined;
let view: DataView;

/** Writes a record, for which there must be room; gives where it ends. `skipped`: positions before its own that nobody has. */
export function encode(into: Buffer, at: number, placed: Placed, position: number, skipped: number): number {
  const { envelope, arrived } = placed;
  const text = at + recordHeader;
  const id = writeText(into, envelope.id, text);
  const routingKey = writeText(into, envelope.routingKey, text + id);
  const end = text + id + routingKey + writeText(into, envelope.body, text + id + routingKey);
  const length = end - at;
  if (into !== viewed) view = viewOf(into);
  viewed = into;
  const head = view;
  head.setUint32(at, markerValue, true);
  head.setUint32(at + 4, length, true);
  head.setFloat64(at + 12, position, true);
  head.setFloat64(at + 20, arrived, true);
  head.setFloat64(at + 28, envelope.time, true);
  head.setUint32(at + 36, Math.min(skipped, 0xffffffff), true);
  head.setUint16(at + 40, id, true);
  head.setUint16(at + 42, routingKey, true);
  head.setUint32(at + 8, crc32(new Uint8Array(into.buffer, into.byteOffset + at + checked, length - checked), length), true);
  return end;
}

/**
 * The length of the record that begins at `at`, checked; 0 where more than `end` is needed to tell, -1 where there is none. `left`: bytes from
 * `at` to the end of the file.
 */
export function recordLength(buffer: Buffer, at: number, end: number, left: number): number {
  if (left < recordHeader) return -1;
  if (end - at < recordHeader) return 0;
  if (buffer.readUInt32LE(at) !== markerValue) return -1;
  const length = buffer.readUInt32LE(at + 4);
  if (length < recordHeader || length > left) return -1;
  if (length > end - at) return 0;
  return crc32(buffer.subarray(at + checked, at + length), length) === buffer.readUInt32LE(at + 8) ? length : -1;
}

/** Whether these bytes begin a record that is cut short by the end of its file, `length` bytes behind its begin, as the end of a process or of the power leaves it. */
export function isTorn(bytes: Buffer, length = bytes.length): boolean {
  const start = bytes.subarray(0, marker.length);
  if (!marker.subarray(0, start.length).equals(start)) return false;
  return length < recordHeader || bytes.readUInt32LE(4) > length;
}

/** The position of a checked record. */
export function positionAt(buffer: Buffer, at: number): number {
  return buffer.readDoubleLE(at + 12);
}

/** How many positions before a checked record's own nobody has. */
export function skippedAt(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at + 36);
}

/** The sample of a checked record, at a position of the reader's. */
export function decode(buffer: Buffer, at: number, bytes: number, position: number): Placed {
  const id = at + recordHeader;
  const routingKey = id + buffer.readUInt16LE(at + 40);
  const body = routingKey + buffer.readUInt16LE(at + 42);
  const envelope: Envelope = {
    id: buffer.toString('utf8', id, routingKey),
    time: buffer.readDoubleLE(at + 28),
    routingKey: buffer.toString('utf8', routingKey, body),
    body: buffer.toString('utf8', body, at + bytes),
  };
  return { position, envelope, arrived: buffer.readDoubleLE(at + 20), bytes };
}
