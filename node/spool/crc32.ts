const table = new Uint32Array(256).map((_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * A checksum of a text, eight hexadecimal digits: the CRC-32 of IEEE 802.3 over its characters, one byte for each below
 * 256 and two for the others. (Node's own takes bytes only, and came later than the oldest Node we run on.)
 */
export function crc32(text: string): string {
  let value = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    value = (table[(value ^ code) & 0xff] ?? 0) ^ (value >>> 8);
    if (code > 0xff) value = (table[(value ^ (code >>> 8)) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return ((value ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

/** The text with its checksum before it. */
export function seal(text: string): string {
  return crc32(text) + text;
}

/** The text of what `seal` gave; undefined where it is not as it was. */
export function unseal(sealed: string): string | undefined {
  const text = sealed.slice(8);
  return sealed.startsWith(crc32(text)) ? text : undefined;
}
