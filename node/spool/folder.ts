import { join } from 'node:path';
import type { Files } from './files.js';
import { formatVersion } from './segment.js';

/** The name of this format's version's folder below a spool's path. */
export const folderName = `v${String(formatVersion)}`;

/**
 * Makes, locks and checks the folder of this format's version below a spool's path; gives it. `onLock` gets what lets go of the lock. `notice` is told
 * of folders of other versions: they are left alone.
 */
export async function openFolder(files: Files, path: string, onLock: (unlock: () => Promise<void>) => void, notice: (message: string) => void): Promise<string> {
  await files.makeFolder(path);
  onLock(await files.lock(path));
  const folder = join(path, folderName);
  await files.makeFolder(folder);
  const others = (await files.folders(path).catch(() => [])).filter((other) => /^v\d+$/.test(other) && other !== folderName);
  for (const other of others) {
    notice(`${join(path, other)} is the spool of another version; it is left alone, and the samples in it are not sent by this one.`);
  }
  return folder;
}
