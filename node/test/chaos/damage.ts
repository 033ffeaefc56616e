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

/** A segment: a header, then records, each with marker (4 bytes), length (4), and at 40 the length (2) of the id that stands at 44. */
const segmentHeader = 32;
const marker = Buffer.from([0xf5, 0xff, 0xfe, 0xf8]);

const folderOf = (spool: string): string => join(spool, 'v2');

function filesOf(spool: string, pattern: RegExp): string[] {
  const folder = folderOf(spool);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).sort() : [];
  return names.map((name) => join(folder, name)).filter((file) => statSync(file).size > 0);
}

/** The segment that is written to now: the newest. */
export function newestSegment(spool: string): string | undefined {
  return filesOf(spool, /^\d+\.seg$/).at(-1);
}

/** Flips one bit of one file. */
export function flipBit(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool, /\.seg$|^cursor$/));
  const data = readFileSync(file);
  const at = random.below(data.length);
  // Where it is the last record that is hit there is nothing after it to tell that it was there.
  const last = file === newestSegment(spool) ? (recordsOf(data).at(-1)?.at ?? 0) : Infinity;
  const excused = at >= last ? idsFrom(data, last) : new Set<string>();
  data.writeUInt8(data.readUInt8(at) ^ (1 << random.below(8)), at);
  writeFileSync(file, data);
  return { what: `bit flipped at ${String(at)} of ${file.slice(spool.length + 1)} (${String(data.length)} bytes)`, excused };
}

/** Cuts a segment short. */
export function tear(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool, /\.seg$/));
  const size = statSync(file).size;
  return cut(spool, file, random.below(size));
}

/** Cuts the newest segment to the size it had: what the disk had not been made to take yet, a power cut takes. */
export function cutPower(spool: string, segment: string | undefined, size: number): Damage {
  const newest = newestSegment(spool);
  if (newest === undefined) return { what: 'power cut, nothing unwritten', excused: new Set() };
  return cut(spool, newest, newest === segment ? size : 0);
}

function cut(spool: string, file: string, size: number): Damage {
  const data = readFileSync(file);
  const excused = file === newestSegment(spool) ? idsFrom(data, size) : new Set<string>();
  truncateSync(file, size);
  return { what: `${file.slice(spool.length + 1)} cut from ${String(data.length)} to ${String(size)} bytes`, excused };
}

function recordsOf(data: Buffer): { readonly at: number; readonly end: number; readonly id: string }[] {
  const records = [];
  for (let at = data.indexOf(marker, segmentHeader); at !== -1 && at + 44 <= data.length; at = data.indexOf(marker, at + marker.length)) {
    const id = data.toString('utf8', at + 44, at + 44 + data.readUInt16LE(at + 40));
    records.push({ at, end: at + data.readUInt32LE(at + 4), id });
  }
  return records;
}

/** The message ids of the records that end behind a place. */
function idsFrom(data: Buffer, start: number): Set<string> {
  return new Set(recordsOf(data).filter(({ end }) => end > start).map(({ id }) => id));
}
