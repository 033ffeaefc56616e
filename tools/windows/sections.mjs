// Windows programs laid out for Wine, which maps a section into memory where it begins at a page of the file, and reads any other: of
// node.exe all 87 MB at each start, which is most of what a start costs.

const page = 4096;
const whole = (size) => Math.ceil(size / page) * page;

/**
 * A 64-bit program or library with each section at a page of the file, in memory the same as before; anything else as it is. Without its
 * signature, which is of the file: for tests, never for a package.
 */
export function alignSections(bytes) {
  const header = bytes.length < 64 ? 0 : bytes.readUInt32LE(60);
  const optional = header + 24;
  const [portable, plus] = [0x4550, 0x20b];
  if (bytes.readUInt16LE(0) !== 0x5a4d || bytes.readUInt32LE(header) !== portable || bytes.readUInt16LE(optional) !== plus) return bytes;
  const sections = optional + bytes.readUInt16LE(header + 20);
  const size = bytes.readUInt32LE(optional + 60);
  const head = Buffer.alloc(whole(size));
  bytes.copy(head, 0, 0, size);
  const parts = [head];
  let end = head.length;
  for (let count = bytes.readUInt16LE(header + 6), at = sections; count > 0; count -= 1, at += 40) {
    const [length, from] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20)];
    if (length === 0) continue;
    const part = Buffer.alloc(whole(length));
    bytes.copy(part, 0, from, from + length);
    parts.push(part);
    head.writeUInt32LE(part.length, at + 16);
    head.writeUInt32LE(end, at + 20);
    end += part.length;
  }
  head.writeUInt32LE(page, optional + 36);
  head.writeUInt32LE(head.length, optional + 60);
  // Where the signature is.
  head.fill(0, optional + 144, optional + 152);
  return Buffer.concat(parts);
}
