import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { systemCode } from '../../model/errors.js';

/** A file system of the test's own (fuse.ko's protocol 7.31), whose answers can be kept back: a network volume whose server went away. */
export interface FuseVolume {
  readonly path: string;
  /** While true every question to it hangs; set to false, those that wait are answered. */
  dead: boolean;
  /** Ends what hangs in it with an error; the mount itself goes with its namespace. */
  close(): void;
}

const operation = { forget: 2, getattr: 3, statfs: 17, init: 26, interrupt: 36, batchForget: 42 } as const;
const answerHeaderSize = 16;
const ENOSYS = -38;

/** Mounts one over an empty folder, which takes root and belongs into a mount namespace of its own. It knows its own size, and has no files. */
export function mountFuse(path: string): FuseVolume {
  const fd = openSync('/dev/fuse', constants.O_RDWR | constants.O_NONBLOCK);
  const options = 'fd=3,rootmode=40755,user_id=0,group_id=0,allow_other';
  const { status, stderr } = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'psutil-agent-test', path], { stdio: ['ignore', 'ignore', 'pipe', fd], encoding: 'utf8' });
  if (status !== 0) throw new Error(`a FUSE file system cannot be mounted on ${path}, which takes root and /dev/fuse: ${stderr}`);
  const question = Buffer.alloc(1 << 20);
  const volume = {
    path, dead: false,
    close() {
      clearInterval(timer);
      closeSync(fd);
    },
  };
  const serve = (): void => {
    while (!volume.dead && reads(fd, question)) answer(fd, question);
  };
  // The kernel asks for nothing before it was greeted, so that a volume is alive at first.
  const timer = setInterval(serve, 10);
  serve();
  return volume;
}

function reads(fd: number, question: Buffer): boolean {
  try {
    return readSync(fd, question) > 0;
  } catch (error) {
    // EAGAIN: nothing is asked. ENOENT: who asked has gone. ENODEV: it is unmounted.
    if (['EAGAIN', 'ENOENT', 'ENODEV'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

function answer(fd: number, question: Buffer): void {
  const asked = question.readUInt32LE(4);
  if (asked === operation.forget || asked === operation.interrupt || asked === operation.batchForget) return;
  const body = bodies.get(asked)?.() ?? Buffer.alloc(0);
  const head = Buffer.alloc(answerHeaderSize);
  head.writeUInt32LE(answerHeaderSize + body.length, 0);
  head.writeInt32LE(bodies.has(asked) ? 0 : ENOSYS, 4);
  question.copy(head, 8, 8, 16);
  try {
    writeSync(fd, Buffer.concat([head, body]));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

const bodies = new Map<number, () => Buffer>([
  [operation.init, () => {
    const body = Buffer.alloc(64);
    body.writeUInt32LE(7, 0);
    body.writeUInt32LE(31, 4);
    body.writeUInt32LE(128 * 1024, 20);
    return body;
  }],
  [operation.getattr, () => {
    const body = Buffer.alloc(104);
    body.writeBigUInt64LE(1n, 16);
    body.writeUInt32LE(0o040755, 76);
    body.writeUInt32LE(2, 80);
    return body;
  }],
  [operation.statfs, () => {
    const body = Buffer.alloc(80);
    // A million blocks of 4 KiB, a half of them free.
    [1_000_000n, 500_000n, 500_000n, 1000n, 900n].forEach((value, index) => body.writeBigUInt64LE(value, index * 8));
    [4096, 255, 4096].forEach((value, index) => body.writeUInt32LE(value, 40 + index * 4));
    return body;
  }],
]);

