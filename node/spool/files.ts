import { constants, fdatasync as fdatasyncTo, read, write } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SpoolError, systemCode } from '../model/errors.js';
import { chmod, close, fchmod, fstat, ftruncate, lstat, mkdir, open, readdir, stat, unlink } from '../model/fileCalls.js';
import { lock } from './lock.js';

/** An open file. Every call rejects with the system's error. */
export interface OpenFile {
  /** Writes all of the first `length` bytes at a place. */
  write(data: Buffer, length: number, at: number): Promise<void>;
  /** Reads up to `length` bytes from a place; gives how many there were. */
  read(into: Buffer, length: number, at: number): Promise<number>;
  truncate(size: number): Promise<void>;
  /** Resolves when the disk has it. */
  sync(): Promise<void>;
  /** Whether no folder names it any more. */
  unlinked(): Promise<boolean>;
  close(): Promise<void>;
}

/** What a spool asks of the file system; tests put their own in its place. Nothing of it follows a symbolic link. */
export interface Files {
  /** Makes a new file, for this account alone. */
  create(path: string): Promise<OpenFile>;
  /** `through`: a write resolves when the disk has it. */
  open(path: string, access: 'read' | 'write' | 'through'): Promise<OpenFile>;
  /** The files of a folder and their sizes. */
  list(folder: string): Promise<{ readonly name: string; readonly size: number }[]>;
  /** The names of a folder's folders. */
  folders(folder: string): Promise<string[]>;
  remove(path: string): Promise<void>;
  /** Makes a folder and those above it where they are missing, for this account alone. */
  makeFolder(path: string): Promise<void>;
  /** Resolves when the disk has the folder's names. */
  syncFolder(path: string): Promise<void>;
  /** Takes a folder for this process alone; gives what lets go of it. Throws SpoolError PSA_SPOOL_LOCKED. */
  lock(folder: string): Promise<() => Promise<void>>;
}

/** Bound anew with this module, so that a test sees which files a disk is asked to keep. */
const fdatasync = promisify(fdatasyncTo);

// Windows has no such flag, and no links that an ordinary account can make.
const noFollow = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;
/** Nor this: one call to write and to have the disk take it. */
const writeThrough = (constants as Partial<typeof constants>).O_DSYNC ?? 0;

class DiskFile implements OpenFile {
  constructor(private readonly fd: number) {}

  write(data: Buffer, length: number, at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const from = (done: number): void => {
        write(this.fd, data, done, length - done, at + done, (error, written) => {
          if (error !== null) reject(error);
          else if (done + written < length) from(done + written);
          else resolve();
        });
      };
      from(0);
    });
  }

  read(into: Buffer, length: number, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.fd, into, 0, length, at, (error, found) => {
        if (error === null) resolve(found);
        else reject(error);
      });
    });
  }

  truncate(size: number): Promise<void> {
    return ftruncate(this.fd, size);
  }

  sync(): Promise<void> {
    return fdatasync(this.fd);
  }

  async unlinked(): Promise<boolean> {
    return (await fstat(this.fd)).nlink === 0;
  }

  close(): Promise<void> {
    return close(this.fd);
  }
}

/** Where the system has no flag for it. */
class ThroughFile extends DiskFile {
  override async write(data: Buffer, length: number, at: number): Promise<void> {
    await super.write(data, length, at);
    await this.sync();
  }
}

/** The file system of this machine. */
export const diskFiles: Files = {
  async create(path) {
    const fd = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600);
    // An umask may have taken the owner's rights too.
    await fchmod(fd, 0o600).catch(() => undefined);
    return new DiskFile(fd);
  },
  async open(path, access) {
    const flags = access === 'read' ? constants.O_RDONLY : access === 'write' ? constants.O_RDWR : constants.O_RDWR | writeThrough;
    const fd = await open(path, flags | noFollow);
    return access === 'through' && writeThrough === 0 ? new ThroughFile(fd) : new DiskFile(fd);
  },
  async list(folder) {
    const files = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) files.push({ name: entry.name, size: (await lstat(join(folder, entry.name))).size });
    }
    return files;
  },
  async folders(folder) {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  },
  remove: unlink,
  async makeFolder(path) {
    await makeMissing(path);
    if ((await lstat(path)).isSymbolicLink()) {
      throw new SpoolError('PSA_SPOOL_UNUSABLE', `The spool at ${path} cannot be used: it is a symbolic link, through which nothing is written. Set spool.path to the directory itself.`);
    }
  },
  syncFolder,
  lock,
};

// Not mkdir's own `recursive`: it never ends where a directory can be entered and nothing be made in it (/proc), and
// gives ENOENT for a file system that is read-only.
async function makeMissing(path: string): Promise<void> {
  try {
    await makePrivate(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && dirname(path) !== path) {
      await makeMissing(dirname(path));
      await makePrivate(path);
    } else if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

async function makePrivate(path: string): Promise<void> {
  await mkdir(path, 0o700);
  // An umask may have taken the owner's rights too.
  await chmod(path, 0o700);
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a directory so, and keeps names safe by itself.
  if (process.platform === 'win32') return;
  const fd = await open(path, constants.O_RDONLY);
  try {
    await fdatasync(fd);
  } finally {
    await close(fd);
  }
}
