import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, SpoolError, systemCode } from '../model/errors.js';

/** The folder of this format's version below the spool's path. */
export function folderOf(path: string): string {
  return join(path, 'v1');
}

const probeBytes = 256 * 1024;

/** Makes the directory and writes, flushes and deletes a file in it. Rejects with a SpoolError whose message is the reason and what to do. */
export async function probe(path: string): Promise<void> {
  const file = join(path, 'probe.tmp');
  try {
    await makeDirectory(resolve(path));
    try {
      const handle = await open(file, 'w');
      try {
        await handle.writeFile(Buffer.alloc(probeBytes, 1));
        await handle.sync();
      } finally {
        await handle.close();
      }
    } finally {
      await rm(file, { force: true });
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

// Not mkdir's own `recursive`: it never ends where a directory can be entered and nothing be made in it (/proc), and
// gives ENOENT for a file system that is read-only.
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeDirectory(dirname(path));
      await mkdir(path);
    } else if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space there, or lower spool.max_bytes',
  EDQUOT: 'the disk quota is used up: free some space there, or lower spool.max_bytes',
  EROFS: 'the file system is read-only: set spool.path to a directory that can be written',
  EACCES: 'this account has no permission to write there: grant it, or set spool.path to another directory',
  EPERM: 'this account has no permission to write there: grant it, or set spool.path to another directory',
  ENOENT: 'the drive or a directory above it is missing: attach it, or set spool.path to another directory',
  ENOTDIR: 'a part of the path is a file: set spool.path to a directory',
  EEXIST: 'there is a file of that name: set spool.path to a directory',
  EMFILE: 'this process has too many files open',
  EIO: 'the device reports input/output errors: check the disk',
};

/** The error of a spool that cannot be written, with the system's reason in words. */
export function unusable(path: string, error: unknown): SpoolError {
  if (error instanceof SpoolError) return error;
  const reason = reasons[systemCode(error) ?? ''] ?? messageOf(levelError(error));
  return new SpoolError('PSA_SPOOL_UNUSABLE', `The spool at ${path} cannot be written: ${reason}.`, { cause: error });
}

/** The error inside the one that classic-level wraps around a failed open. */
export function levelError(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined && systemCode(error) === 'LEVEL_DATABASE_NOT_OPEN' ? error.cause : error;
}

/** Whether LevelDB found that its files are not what it wrote. */
export function isCorruption(error: unknown): boolean {
  return systemCode(levelError(error)) === 'LEVEL_CORRUPTION';
}

/** Rejects where there is not room for a copy of a folder, and some more. */
export async function roomFor(path: string, folder: string): Promise<void> {
  let needed = 8 * 1024 * 1024;
  for (const name of await readdir(folder)) needed += (await stat(join(folder, name))).size;
  const free = await statfs(path).then((volume) => volume.bavail * volume.bsize);
  if (free >= needed) return;
  throw new SpoolError(
    'PSA_SPOOL_UNUSABLE',
    `The spool at ${path} is damaged and its repair needs ${String(needed)} bytes of free space, of which there are ${String(free)}: free some space there.`,
  );
}
