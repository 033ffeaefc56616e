import { ClassicLevel } from 'classic-level';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { folderOf, look, roomFor } from './place.js';
import { encodeGap, encodeSample } from './record.js';
import { recount } from './recount.js';
import { Store } from './store.js';

const keptAside = 3;
const repairing = 'v1.repair';
const replacing = 'v1.new';

/** Renames the folder to `<folder>.damaged-<time>`, keeps the newest three of those, and gives the new name. */
export async function setAside(folder: string, wall: number): Promise<string> {
  const aside = `${folder}.damaged-${new Date(wall).toISOString().replace(/[-:.]/g, '')}`;
  await rename(folder, aside);
  const parent = dirname(folder);
  const older = (await readdir(parent)).filter((name) => name.startsWith(`${basename(folder)}.damaged-`)).sort();
  for (const name of older.slice(0, -keptAside)) await rm(join(parent, name), { recursive: true, force: true });
  return aside;
}

/** Finishes or forgets a salvage that the process did not live to see the end of. */
export async function finishSalvage(path: string): Promise<void> {
  await rm(join(path, repairing), { recursive: true, force: true });
  const replacement = join(path, replacing);
  const names = await readdir(path);
  // The damaged folder is moved away only when its replacement is whole.
  if (names.includes(replacing) && !names.includes(basename(folderOf(path)))) await rename(replacement, folderOf(path));
  else await rm(replacement, { recursive: true, force: true });
}

/**
 * Replaces a damaged folder, which nobody has open, by a new one with every sample that is still whole, and sets it
 * aside untouched. Gives where, and how many samples it saved; rejects with nothing changed, for instance where there is no room.
 */
export async function salvage(path: string, wall: number): Promise<{ aside: string; saved: number; lost: number }> {
  const folder = folderOf(path);
  const work = join(path, repairing);
  const replacement = join(path, replacing);
  await roomFor(path, folder, 2);
  await finishSalvage(path);
  await cp(folder, work, { recursive: true, filter: (source) => basename(source) !== 'LOCK' });
  // LevelDB gathers what it can out of its files, whether or not its own checksums hold; ours tell what is whole.
  await ClassicLevel.repair(work).catch(() => undefined);
  const counts = (await look(work)) === 'whole' ? await copy(work, replacement) : { saved: 0, lost: 0 };
  await rm(work, { recursive: true, force: true });
  const aside = await setAside(folder, wall);
  if (counts.saved > 0) await rename(replacement, folder);
  else await rm(replacement, { recursive: true, force: true });
  return { aside, ...counts };
}

/** Writes every whole sample of one folder into a new one. `lost`: what its state or its gaps say was there, and is not. */
async function copy(from: string, to: string): Promise<{ saved: number; lost: number }> {
  const source = await Store.open(from, false).catch(() => undefined);
  if (source === undefined) return { saved: 0, lost: 0 };
  const target = await Store.open(to, true);
  try {
    const state = await source.state().catch(() => undefined);
    const writer = state?.writer ?? '';
    const { ledger, lost } = await recount(source, state, async (ledger, samples, gaps) => {
      await target.write(ledger.state(writer), [
        ...gaps.map((run) => ({ position: run.from, value: encodeGap(run.from, run.until) })),
        ...samples.map(({ position, entry }) => ({ position, value: encodeSample(position, entry) })),
      ]);
    });
    await target.write(ledger.state(writer), [], true);
    return { saved: ledger.count, lost };
  } finally {
    await source.close();
    await target.close();
  }
}
