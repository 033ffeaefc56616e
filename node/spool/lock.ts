import { ClassicLevel } from 'classic-level';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCodes, SpoolError, systemCode } from '../model/errors.js';
import { levelError } from './place.js';

/**
 * Takes a spool for this process alone; gives what lets go of it. It is LevelDB's lock, which ends with the process however that
 * ends, on an empty database of its own: the spool's is closed, moved and replaced in the course of repairs.
 * @throws SpoolError PSA_SPOOL_LOCKED where another process has it; other errors as they come.
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const folder = join(path, 'lock');
  try {
    return await hold(folder);
  } catch (error) {
    if (isLocked(error)) throw locked(path, error);
    // There is nothing in it to lose.
    await rm(folder, { recursive: true, force: true });
    return hold(folder);
  }
}

/** Whether LevelDB says that somebody has the folder open. */
export function isLocked(error: unknown): boolean {
  return systemCode(levelError(error)) === 'LEVEL_LOCKED';
}

/** The error of a spool that somebody else has. */
export function locked(path: string, cause: unknown): SpoolError {
  const message = `The spool at ${path} is in use: ${ErrorCodes.PSA_SPOOL_LOCKED}. Stop that one, or give this one a spool.path of its own.`;
  return new SpoolError('PSA_SPOOL_LOCKED', message, { cause });
}

async function hold(folder: string): Promise<() => Promise<void>> {
  const level = new ClassicLevel(folder, { writeBufferSize: 64 * 1024, cacheSize: 0 });
  await level.open();
  return () => level.close();
}
