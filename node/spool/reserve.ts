import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probe } from './place.js';

const size = 4 * 1024 * 1024;

/**
 * Probes the directory; on a full disk gives up the reserve first, where there is one. LevelDB needs some room to open, and only then
 * deletes what it does not need any more: without a reserve, a spool on a full disk could not even be read after a restart.
 * Rejects as `probe` does.
 */
export async function probeWithReserve(path: string): Promise<void> {
  try {
    await probe(path);
  } catch (error) {
    const held = await stat(join(path, 'reserve')).catch(() => undefined);
    if (held === undefined) throw error;
    await rm(join(path, 'reserve'), { force: true });
    await probe(path);
  }
}

/** Sets room aside for the next full disk, where there is plenty. */
export async function keepReserve(path: string): Promise<void> {
  const file = join(path, 'reserve');
  try {
    if ((await stat(file).catch(() => undefined))?.size === size) return;
    const volume = await statfs(path);
    // Not zeros: some file systems do not store those.
    if (volume.bavail * volume.bsize > size * 4) await writeFile(file, Buffer.alloc(size, 0x5a));
  } catch {
    await rm(file, { force: true }).catch(() => undefined);
  }
}
