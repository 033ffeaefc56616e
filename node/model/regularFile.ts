/** Files in folders that others may write to as well: what they have put in a file's place is neither followed nor waited for. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants;
// Neither through a link nor held up by a pipe; Windows has neither flag nor such pipes.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Opens a file at its end, or makes it, for this account alone; gives its size too. Throws where it is a link, no file, or has a second name. */
export async function openToAppend(path: string): Promise<{ file: FileHandle; size: number }> {
  // Said in words, and on Windows the only look there is.
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink() === true) throw new Error(`${path} is a link: look at what it leads to, then delete it`);
  if (there?.isFile() === false) throw new Error(`${path} is not a file`);
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const { size, nlink } = await file.stat();
    if (nlink === 1) return { file, size };
    throw new Error(`${path} has a second name: look at it, then delete it`);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of a file. Throws where it is a pipe, a folder or a device, which a reader would wait for. */
export function readRegular(path: string): string {
  const file = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw Object.assign(new Error('a folder, a pipe or a device'), { code: 'EFTYPE' });
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
