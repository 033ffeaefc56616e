import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeState, type State } from './ledger.js';
import { findAll } from './leveldb/inspect.js';
import { folderOf, roomFor } from './place.js';
import { Ranges } from './ranges.js';
import { decode, encodeGap, positionOf } from './record.js';
import { recount } from './recount.js';
import { stateKey, Store, type Write } from './store.js';

const keptAside = 3;
const chunk = 500;
const replacing = 'v1.new';

/** Renames the folder to `<folder>.damaged-<time>`, keeps the newest three of those, and gives the new name. */
export async function setAside(folder: string, wall: number): Promise<string> {
  const aside = `${folder}.damaged-${new Date(wall).toISOString().replace(/[-:.]/g, '')}`;
  // Two in one millisecond, or a clock that was set back to the same: the name only has to be free.
  await rm(aside, { recursive: true, force: true });
  await rename(folder, aside);
  const parent = dirname(folder);
  const older = (await readdir(parent)).filter((name) => name.startsWith(`${basename(folder)}.damaged-`)).sort();
  for (const name of older.slice(0, -keptAside)) await rm(join(parent, name), { recursive: true, force: true });
  return aside;
}

/** Finishes or forgets a salvage that the process did not live to see the end of. */
export async function finishSalvage(path: string): Promise<void> {
  const names = await readdir(path);
  if (!names.includes(replacing)) return;
  // The damaged folder is moved away only when its replacement is whole.
  if (!names.includes(basename(folderOf(path)))) await rename(join(path, replacing), folderOf(path));
  else await rm(join(path, replacing), { recursive: true, force: true });
}

/** What a salvage came to. */
export interface Salvaged {
  /** Where the damaged folder is now, untouched. */
  readonly aside: string;
  readonly saved: number;
  /** Samples that its state or its gaps say were there, and are not. */
  readonly lost: number;
}

/**
 * Puts a new folder with every sample that is still whole in the place of a damaged one, which nobody may have open. Rejects with
 * nothing changed, for instance where there is no room. LevelDB's own repair is of no use: it ends the process in an assertion.
 */
export async function salvage(path: string, wall: number): Promise<Salvaged> {
  const folder = folderOf(path);
  const replacement = join(path, replacing);
  await finishSalvage(path);
  await roomFor(path, folder);
  const { state, gone } = await survey(folder);
  const store = await Store.open(replacement, true);
  let counts: { saved: number; lost: number };
  try {
    await copy(folder, store, state, gone);
    const { ledger, lost } = await recount(store, state);
    const gaps = ledger.gone.runs.map(({ from, until }) => ({ position: from, value: encodeGap(from, until) }));
    await store.write(ledger.state(state?.writer ?? ''), gaps, true);
    counts = { saved: ledger.count, lost };
  } finally {
    await store.close();
  }
  const aside = await setAside(folder, wall);
  await rename(replacement, folder);
  return { aside, ...counts };
}

/** The last state that is whole, and every position that was taken out. */
async function survey(folder: string): Promise<{ state: State | undefined; gone: Ranges }> {
  const gone = new Ranges();
  let state: State | undefined;
  let latest = -1;
  for await (const { key, value, sequence } of findAll(folder)) {
    const position = positionOf(key);
    const stored = position === undefined ? undefined : decode(position, value);
    if (position !== undefined && stored?.kind === 'gap') gone.add(position, stored.until);
    const found = key === stateKey && sequence > latest ? decodeState(value) : undefined;
    if (found === undefined) continue;
    state = found;
    latest = sequence;
  }
  if (state !== undefined) gone.add(0, state.head);
  return { state, gone };
}

async function copy(folder: string, store: Store, state: State | undefined, gone: Ranges): Promise<void> {
  let writes: Write[] = gone.runs.map(({ from, until }) => ({ position: from, value: encodeGap(from, until) }));
  for await (const { key, value } of findAll(folder)) {
    const position = positionOf(key);
    if (position === undefined || gone.has(position) || decode(position, value) === undefined) continue;
    writes.push({ position, value });
    if (writes.length < chunk) continue;
    await store.put(writes);
    writes = [];
  }
  await store.put(writes);
}
