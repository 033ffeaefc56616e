import * as zlib from 'node:zlib';

const table = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** What `crc32` is where Node has none of its own (before 20.15). */
export function crc32ByTable(data: Uint8Array, seed = 0): number {
  let value = ~seed;
  for (const byte of data) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/** The CRC-32 of IEEE 802.3 over some bytes, going on from the one over those before them. */
export const crc32: (data: Uint8Array, seed?: number) => number = (zlib as { crc32?: typeof crc32ByTable }).crc32 ?? crc32ByTable;
