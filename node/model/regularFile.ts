/** Files in folders that others may write to as well: what they have put in a file's place is neither followed nor waited for. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { close, fstat, lstat, open, write } from './fileCalls.js';

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants;
// Neither through a link nor held up by a pipe; Windows has neither flag nor such pipes.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** A file that is open at its end. */
export class AppendFile {
  #closed: Promise<void> | undefined;

  constructor(private readonly fd: number) {}

  /** Gives how many of the bytes the disk took. */
  async write(data: Buffer): Promise<number> {
    return (await write(this.fd, data)).bytesWritten;
  }

  /** Once, however often it is asked: the number may be another file's by then. */
  close(): Promise<void> {
    this.#closed ??= close(this.fd);
    return this.#closed;
  }
}

/** Opens a file at its end, or makes it, for this account alone; gives its size too. Throws where it is a link, no file, or has a second name. */
export async function openToAppend(path: string): Promise<{ file: AppendFile; size: number }> {
  // Said in words, and on Windows the only look there is.
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink() === true) throw new Error(`${path} is a link: look at what it leads to, then delete it`);
  if (there?.isFile() === false) throw new Error(`${path} is not a file`);
  const fd = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const { size, nlink } = await fstat(fd);
    if (nlink === 1) return { file: new AppendFile(fd), size };
    throw new Error(`${path} has a second name: look at it, then delete it`);
  } catch (error) {
    await close(fd);
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
