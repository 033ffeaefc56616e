// A zip with nothing in it that differs from one machine to the next: sorted names, one date, fixed modes, and a
// deflate in JavaScript, since what zlib makes depends on its build and the processor.
import { zipSync } from 'fflate';

// Zip has no time zone: local noon is the same fields everywhere.
const date = new Date(2026, 0, 1, 12);

/** Packs files (path to Buffer), those whose path fits `stored` as they are; gives the zip's bytes, and for each file its name and packed size in bytes. */
export function zip(files, stored = /$^/) {
  const entries = {};
  for (const path of [...files.keys()].sort()) {
    const mode = path.endsWith('.exe') ? 0o100755 : 0o100644;
    entries[path] = [files.get(path), { level: stored.test(path) ? 0 : 6, mtime: date, os: 3, attrs: (mode << 16) >>> 0 }];
  }
  const bytes = Buffer.from(zipSync(entries).buffer);
  return { bytes, packed: directory(bytes) };
}

/** Names and packed sizes from a zip's central directory (APPNOTE 4.3.12, 4.3.16). */
function directory(bytes) {
  const end = bytes.length - 22;
  const count = bytes.readUInt16LE(end + 10);
  const packed = [];
  for (let at = bytes.readUInt32LE(end + 16), index = 0; index < count; index += 1) {
    const length = bytes.readUInt16LE(at + 28);
    packed.push({ name: bytes.toString('utf8', at + 46, at + 46 + length), packed: bytes.readUInt32LE(at + 20) });
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return packed;
}
