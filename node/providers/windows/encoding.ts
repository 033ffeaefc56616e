/** How Windows writes numbers, times and text into memory. */
import { UNICODE_STRING } from './layouts.js';

/** Bytes of a pointer, a handle and a 64-bit number. */
export const wordSize = 8;

/** FILETIME of 1970-01-01, in ticks of 100 ns since 1601. */
const unixEpoch = 116_444_736_000_000_000n;

/** An unsigned 64-bit number; exact up to 2^53. */
export function u64(buffer: Buffer, offset = 0): number {
  return Number(buffer.readBigUInt64LE(offset));
}

/** A duration of 100 ns ticks, in seconds. */
export function seconds(buffer: Buffer, offset = 0): number {
  return u64(buffer, offset) / 1e7;
}

/** The time between two durations of 100 ns ticks, in seconds: a difference of seconds would be off by what they are rounded. */
export function secondsBetween(long: Buffer, short: Buffer, longOffset = 0, shortOffset = 0): number {
  return Number(long.readBigUInt64LE(longOffset) - short.readBigUInt64LE(shortOffset)) / 1e7;
}

/** A time in FILETIME ticks, in seconds since 1970. */
export function unixTime(ticks: bigint): number {
  return Number(ticks - unixEpoch) / 1e7;
}

/** UTF-16 text up to its terminating zero, or to the end of the buffer. */
export function wideText(buffer: Buffer, offset = 0): string {
  let end = offset;
  while (end + 1 < buffer.length && buffer.readUInt16LE(end) !== 0) end += 2;
  return buffer.toString('utf16le', offset, end);
}

/** The texts of a list in which each ends with a zero, and the list with an empty one. */
export function wideTexts(buffer: Buffer): string[] {
  const texts: string[] = [];
  for (let offset = 0; ; ) {
    const text = wideText(buffer, offset);
    if (text === '') return texts;
    texts.push(text);
    offset += 2 * (text.length + 1);
  }
}

/** The text that the pointer at an offset points to, in the same buffer; empty where it points elsewhere. `base`: the buffer's address. */
export function textAt(buffer: Buffer, base: bigint, pointer: number): string {
  const offset = Number(buffer.readBigUInt64LE(pointer) - base);
  return offset < 0 ? '' : wideText(buffer, offset);
}

/** The text of the UNICODE_STRING at an offset, which stands in the same buffer; undefined where it is said to stand outside. `base`: the buffer's address. */
export function unicodeText(buffer: Buffer, base: bigint, at = 0): string | undefined {
  const length = buffer.readUInt16LE(at);
  const offset = Number(buffer.readBigUInt64LE(at + UNICODE_STRING.Buffer) - base);
  return offset < 0 || offset + length > buffer.length ? undefined : buffer.toString('utf16le', offset, offset + length);
}
