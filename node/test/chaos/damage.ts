import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.js';

/** What was done to a spool's files. */
export interface Damage {
  /** For people. */
  readonly what: string;
  /** Message ids that may be gone without anybody being able to tell: they stood at the end of the log. */
  readonly excused: ReadonlySet<string>;
}

const blockSize = 32 * 1024;
const headerSize = 7;

const folderOf = (spool: string): string => join(spool, 'v1');

function filesOf(spool: string, pattern: RegExp): string[] {
  const folder = folderOf(spool);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).sort() : [];
  return names.map((name) => join(folder, name)).filter((file) => statSync(file).size > 0);
}

/** The log that LevelDB writes to now: the newest. */
export function newestLog(spool: string): string | undefined {
  return filesOf(spool, /^\d+\.log$/).at(-1);
}

/** Flips one bit of one file. */
export function flipBit(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool, /\.(?:log|ldb)$|^MANIFEST|^CURRENT$/));
  const data = readFileSync(file);
  const at = random.below(data.length);
  // Where it is the last record that is hit there is nothing after it to tell how many samples it held.
  const last = file === newestLog(spool) ? lastRecord(data, data.length) : Infinity;
  const excused = at >= last ? idsFrom(data, last) : new Set<string>();
  data.writeUInt8(data.readUInt8(at) ^ (1 << random.below(8)), at);
  writeFileSync(file, data);
  return { what: `bit flipped at ${String(at)} of ${file.slice(spool.length + 1)} (${String(data.length)} bytes)`, excused };
}

/** Cuts a file short: a table, or the newest log. */
export function tear(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool, /\.(?:log|ldb)$/));
  const size = statSync(file).size;
  return cut(spool, file, random.below(size));
}

/** Cuts the log to the size it had: what the disk had not been made to take yet, a power cut takes. */
export function cutPower(spool: string, log: string | undefined, size: number): Damage {
  const newest = newestLog(spool);
  if (newest === undefined) return { what: 'power cut, nothing unwritten', excused: new Set() };
  return cut(spool, newest, newest === log ? size : 0);
}

function cut(spool: string, file: string, size: number): Damage {
  const data = readFileSync(file);
  const excused = file.endsWith('.log') ? idsFrom(data, lastRecord(data, size)) : new Set<string>();
  truncateSync(file, size);
  return { what: `${file.slice(spool.length + 1)} cut from ${String(data.length)} to ${String(size)} bytes`, excused };
}

/** Where the last record begins that begins at or before `end`. A log is blocks of 32 KiB of pieces: checksum (4), length (2), type (1: whole, 2: first, ...), data. */
function lastRecord(data: Buffer, end: number): number {
  let record = 0;
  for (let at = 0; at + headerSize <= data.length && at <= end; ) {
    const left = blockSize - (at % blockSize);
    if (left < headerSize) {
      at += left;
      continue;
    }
    const type = data.readUInt8(at + 6);
    if ((type === 1 || type === 2) && at < end) record = at;
    at += headerSize + data.readUInt16LE(at + 4);
  }
  return record;
}

/** The message ids in a stretch of a log; it is not compressed. One that spans two blocks is found too. */
function idsFrom(data: Buffer, start: number): Set<string> {
  const parts: Buffer[] = [];
  for (let at = start; at < data.length; ) {
    const left = blockSize - (at % blockSize);
    if (left < headerSize) {
      at += left;
      continue;
    }
    const end = at + headerSize + data.readUInt16LE(at + 4);
    parts.push(data.subarray(at + headerSize, end));
    at = Math.max(end, at + headerSize);
  }
  // In a sample's record the routing key follows the id at once, so the id's end is found by the lengths before it.
  const text = Buffer.concat(parts).toString('latin1');
  const records = text.matchAll(/s (\d+) (\d+) (\d+) (\d+) (\d+) ([0-9a-f]{16}-\d+)/g);
  return new Set([...records].map((match) => (match[6] ?? '').slice(0, Number(match[4]))));
}
