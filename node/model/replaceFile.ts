import { closeSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { systemCode } from './errors.js';

/**
 * Replaces a file at once, or makes it, for this account alone: a reader sees the old or the new one, whole. Nothing is written through a link,
 * at its name or at its draft's: who made one may mean another file. The text comes in pieces, of which no more than one is held. Throws what the
 * system says.
 */
export function replaceFile(path: string, pieces: Iterable<string>): void {
  const draft = `${path}.${String(process.pid)}`;
  // A process with the same id may have been killed while it wrote.
  removeFile(draft);
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      for (const piece of pieces) writeFileSync(file, piece);
    } finally {
      closeSync(file);
    }
    rename(draft, path);
  } catch (error) {
    removeFile(draft);
    throw error;
  }
}

/** Takes a file away, where there is one. Not rmSync: the modules that it loads to remove folders touch a quarter of a megabyte. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Windows refuses to replace a file that somebody reads at that moment: a reader is done within milliseconds. */
function rename(draft: string, path: string): void {
  for (let left = 5; ; left--) {
    try {
      renameSync(draft, path);
      return;
    } catch (error) {
      if (left === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
