import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../model/errors.js';
import { foundInLog, isWholeLog } from './log.js';
import { readManifest } from './manifest.js';
import { foundInTable, isWholeTable, type Found } from './table.js';

/** What a look at a folder says, before LevelDB is let near it. */
export type Look =
  /** Nothing there yet, or a creation that was never finished. */
  | { readonly as: 'new' }
  | { readonly as: 'whole' }
  /** LevelDB's files, of which it would delete, leave out or stumble over some. */
  | { readonly as: 'damaged'; readonly reason: string }
  /** Something else altogether. */
  | { readonly as: 'foreign' };

const logName = /^(\d+)\.log$/;
const tableName = /^(\d+)\.(ldb|sst)$/;

/**
 * Looks at every checksum in a LevelDB folder that nobody has open: LevelDB checks its logs only, keeps quiet about what it leaves out of
 * them, takes a missing CURRENT for a new folder, and ends the process in an assertion over a table that is not as it was written.
 */
export async function inspect(folder: string): Promise<Look> {
  let names: readonly string[] = [];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return { as: 'foreign' };
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  if (!names.includes('CURRENT')) {
    if (names.some((name) => logName.test(name) || tableName.test(name))) return { as: 'damaged', reason: 'CURRENT is missing' };
    const ours = names.every((name) => /^(MANIFEST-\d+|LOG(\.old)?|LOCK|\d+\.dbtmp)$/.test(name));
    return { as: ours ? 'new' : 'foreign' };
  }
  const reason = await faultOf(folder, names);
  return reason === undefined ? { as: 'whole' } : { as: 'damaged', reason };
}

async function faultOf(folder: string, names: readonly string[]): Promise<string | undefined> {
  const current = await readFile(join(folder, 'CURRENT'), 'latin1');
  const name = current.trimEnd();
  if (!/^MANIFEST-\d+\n$/.test(current) || !names.includes(name)) return 'CURRENT names no MANIFEST';
  const data = await readFile(join(folder, name));
  if (!isWholeLog(data)) return `${name} is not as it was written`;
  let manifest;
  try {
    manifest = readManifest(data);
  } catch (error) {
    if (error instanceof RangeError) return `${name} cannot be read`;
    throw error;
  }
  for (const [number, size] of manifest.tables) {
    const file = names.find((other) => Number(tableName.exec(other)?.[1]) === number);
    if (file === undefined) return `table ${String(number)} is missing`;
    const table = await readFile(join(folder, file));
    if (table.length !== size || !isWholeTable(table)) return `${file} is not as it was written`;
  }
  for (const file of names) {
    const number = Number(logName.exec(file)?.[1]);
    if (number >= manifest.log && !isWholeLog(await readFile(join(folder, file)))) return `${file} is not as it was written`;
  }
  return undefined;
}

/** Everything that can be made out in all the tables and logs of a folder, superseded and half damaged values too, in no order. */
export async function* findAll(folder: string): AsyncGenerator<Found> {
  for (const name of await readdir(folder)) {
    if (tableName.test(name)) yield* foundInTable(await readFile(join(folder, name)));
    if (logName.test(name)) yield* foundInLog(await readFile(join(folder, name)));
  }
}
