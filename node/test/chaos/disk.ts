import { execFile } from 'node:child_process';
import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemCode } from '../../model/errors.js';

const run = promisify(execFile);

/** A disk of the test's own, small enough to be filled. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Mounts a tmpfs, which takes root: as it is, or by sudo. Throws where neither can be had. */
  static async mount(path: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    try {
      await privileged('mount', '-t', 'tmpfs', '-o', `size=${String(megabytes)}m,mode=777`, 'psutil-agent-chaos', path);
    } catch (error) {
      throw new Error('a disk that can be filled takes root, or sudo without a password, to mount a tmpfs', { cause: error });
    }
    return new SmallDisk(path);
  }

  /** Writes until nothing more goes. */
  async fill(): Promise<void> {
    const file = await open(join(this.path, 'filling'), 'a');
    try {
      for (let bytes = 1024 * 1024; bytes >= 1; bytes >>= 1) {
        const data = Buffer.alloc(bytes, 1);
        while (await writes(file.write(data))) continue;
      }
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.path, 'filling'), { force: true });
  }

  async unmount(): Promise<void> {
    await privileged('umount', '-l', this.path);
    await rmdir(this.path);
  }
}

async function writes(writing: Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOSPC') return false;
    throw error;
  }
}

async function privileged(...words: readonly string[]): Promise<void> {
  const [program = '', ...args] = process.getuid?.() === 0 ? words : ['sudo', '-n', ...words];
  await run(program, args);
}
