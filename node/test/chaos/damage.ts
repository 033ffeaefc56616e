import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.js';

// All that is known here of a spool's files is that a sample's id, its routing key and its body stand in them as text, one behind the
// other, in the order of the samples.

/** What was done to a spool's files. */
export interface Damage {
  /** For people. */
  readonly what: string;
  /** The messages whose bytes it touched, by id: whether anything is left behind them in the log that tells that they were there. */
  readonly destroyed: ReadonlyMap<string, boolean>;
}

/** A message in a file: from where its id begins. */
interface Stored {
  readonly id: string;
  readonly at: number;
}

/** What stands before a sample's id and belongs to it: bytes of a header at the most. */
const longestHeader = 64;
const idBeforeRoutingKey = /[0-9a-f]{16}-\d+(?=dep\{)/g;

/** Every file of a spool that has something in it. */
function filesOf(spool: string): string[] {
  if (!existsSync(spool)) return [];
  const names = readdirSync(spool, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => join(spool, name)).filter((file) => statSync(file).isFile() && statSync(file).size > 0);
}

/** Whether a file holds the last samples of all. */
function isNewest(spool: string, file: string): boolean {
  const withSamples = filesOf(spool).filter((one) => storedIn(readFileSync(one)).length > 0);
  return withSamples.length === 0 || withSamples.at(-1) === file;
}

function storedIn(data: Buffer): Stored[] {
  return [...data.toString('latin1').matchAll(idBeforeRoutingKey)].map((match) => ({ id: match[0], at: match.index }));
}

/** The sizes of a spool's files, by path. */
export function sizesOf(spool: string): ReadonlyMap<string, number> {
  return new Map(filesOf(spool).map((file) => [file, statSync(file).size]));
}

/** Flips one bit of one file, of those that hold samples or of the few others. */
export function flipBit(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool));
  const data = readFileSync(file);
  const at = random.below(data.length);
  const stored = storedIn(data);
  const newest = isNewest(spool, file);
  const hit = stored.filter((one, index) => one.at - longestHeader <= at && at < (stored[index + 1]?.at ?? Infinity));
  data.writeUInt8(data.readUInt8(at) ^ (1 << random.below(8)), at);
  writeFileSync(file, data);
  return { what: `bit flipped at ${String(at)} of ${file.slice(spool.length + 1)} (${String(data.length)} bytes)`, destroyed: new Map(hit.map((one) => [one.id, !newest || one !== stored.at(-1)])) };
}

/** Cuts a file short. */
export function tear(spool: string, random: Random): Damage {
  const file = random.pick(filesOf(spool));
  return cut(spool, file, random.below(statSync(file).size));
}

/** Cuts files to the sizes they had: what the disk had not been made to take yet, a power cut takes. */
export function cutPower(spool: string, before: ReadonlyMap<string, number>): Damage {
  const grown = filesOf(spool).filter((file) => statSync(file).size > (before.get(file) ?? 0));
  const damages = grown.map((file) => cut(spool, file, before.get(file) ?? 0));
  return { what: `power cut: ${damages.map(({ what }) => what).join(', ')}`, destroyed: new Map(damages.flatMap(({ destroyed }) => [...destroyed])) };
}

function cut(spool: string, file: string, size: number): Damage {
  const data = readFileSync(file);
  const stored = storedIn(data);
  const newest = isNewest(spool, file);
  const gone = stored.filter((_, index) => (stored[index + 1]?.at ?? Infinity) > size);
  truncateSync(file, size);
  return { what: `${file.slice(spool.length + 1)} cut from ${String(data.length)} to ${String(size)} bytes`, destroyed: new Map(gone.map(({ id }) => [id, !newest])) };
}
