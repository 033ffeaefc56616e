import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../model/errors.js';
import { formatVersion, Ledger } from './ledger.js';
import { inspect } from './leveldb/inspect.js';
import { isLocked, locked } from './lock.js';
import { folderOf, isCorruption, levelError } from './place.js';
import { recount } from './recount.js';
import { finishSalvage, salvage, setAside } from './salvage.js';
import { sift } from './sift.js';
import { Store } from './store.js';

/** A spool just opened. */
export interface Opened {
  readonly store: Store;
  readonly ledger: Ledger;
  /** The process that wrote to it last. */
  readonly writer: string;
  /** Samples that damage took. */
  readonly lost: number;
  /** What was found to be wrong and what was done about it, one sentence. */
  readonly damage?: { readonly message: string; readonly aside: string; readonly saved: number };
}

const chunk = 1000;

/** What cannot be a spool of this version: it is set aside as it is. */
class ForeignError extends Error {}

/**
 * Opens the spool at `path`, which this process has locked, making, salvaging or replacing it where it must. `damaged`: it was found
 * to be, whatever it looks like now. `wall`: milliseconds since 1970, for names. Rejects with nothing open.
 */
export async function openFolder(path: string, wall: number, damaged = false): Promise<Opened> {
  await finishSalvage(path);
  const folder = folderOf(path);
  const look = await inspect(folder);
  if (look.as === 'foreign') return replaceForeign(path, wall, 'it is no spool');
  if (look.as === 'damaged') return replaceDamaged(path, wall, look.reason);
  if (damaged) return replaceDamaged(path, wall, 'records could not be read');
  try {
    return await load(await Store.open(folder, look.as === 'new'));
  } catch (error) {
    if (isLocked(error)) throw locked(path, error);
    if (isCorruption(error)) return replaceDamaged(path, wall, messageOf(levelError(error)));
    if (error instanceof ForeignError) return replaceForeign(path, wall, error.message);
    throw error;
  }
}

/** The names of spools of other versions below the same path: they are left alone. */
export async function otherVersions(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch(() => []);
  return names.filter((name) => /^v\d+$/.test(name) && name !== basename(folderOf(path))).map((name) => join(path, name));
}

/** Reads the state and believes it as far as the records bear it out. The store is closed when this rejects. */
async function load(store: Store): Promise<Opened> {
  try {
    const state = await store.state();
    if (state !== undefined && state.version !== formatVersion) {
      throw new ForeignError(`its format is version ${String(state.version)} and not ${String(formatVersion)}`);
    }
    if (state === undefined) return await loadWithoutState(store);
    // A state from before its last records: the later ones were damaged.
    const beyond = (await store.scan(state.next, Infinity, 1)).length > 0;
    if (beyond) return { store, writer: state.writer, ...(await recount(store, state)) };
    const ledger = new Ledger(state);
    const lost = await findGaps(store, ledger, state.next - state.head - state.count);
    // Left by a crash between the state that names it gone and its deletion.
    await store.clear(ledger.swept, ledger.head);
    ledger.swept = ledger.head;
    return { store, ledger, writer: state.writer, lost };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function loadWithoutState(store: Store): Promise<Opened> {
  if (await store.empty()) {
    return { store, ledger: new Ledger({ head: 1, next: 1, swept: 1, bytes: 0 }), writer: '', lost: 0 };
  }
  const { ledger, lost } = await recount(store, undefined);
  if (ledger.count === 0) throw new ForeignError('it holds nothing that a spool would');
  return { store, ledger, writer: '', lost };
}

/** Finds the positions that were taken out of the middle, as many as there are; gives how many samples are lost among them. */
async function findGaps(store: Store, ledger: Ledger, missing: number): Promise<number> {
  let lost = 0;
  const end = ledger.next;
  for (let start = ledger.head; ledger.gone.total < missing && start < end; ) {
    const records = await store.scan(start, end, chunk);
    const last = records.at(-1);
    const until = records.length < chunk || last === undefined ? end : last[0] + 1;
    for (const range of sift(records, start, until, ledger.gone).lost) {
      ledger.gone.add(range.from, range.until);
      lost += range.until - range.from;
    }
    start = until;
  }
  const { bytes } = ledger;
  ledger.take(ledger.head, ledger.head, 0);
  ledger.bytes = ledger.count === 0 ? 0 : bytes;
  return lost;
}

async function replaceDamaged(path: string, wall: number, reason: string): Promise<Opened> {
  const { aside, saved, lost } = await salvage(path, wall);
  const opened = await load(await Store.open(folderOf(path), false));
  const message = `The spool at ${path} was damaged (${reason}): it was set aside as ${aside}, and ${String(saved)} samples were saved from it.`;
  return { ...opened, lost: opened.lost + lost, damage: { message, aside, saved } };
}

async function replaceForeign(path: string, wall: number, reason: string): Promise<Opened> {
  const folder = folderOf(path);
  const aside = await setAside(folder, wall);
  const opened = await load(await Store.open(folder, true));
  const message = `${folder} could not be used as a spool (${reason}): it was set aside as ${aside}, and a new one was begun.`;
  return { ...opened, damage: { message, aside, saved: 0 } };
}
