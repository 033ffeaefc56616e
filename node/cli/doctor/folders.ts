/** The folders that a collector with these settings writes to, and the room in the spool's. */
import { constants } from 'node:fs';
import { access, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '../../model/errors.js';
import { formatValue } from '../../model/quantity.js';
import type { Settings } from '../../model/settings.js';
import { isolation } from '../../providers/isolation.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Milliseconds that a folder may take to answer. */
const folderTime = 5000;
/** Written and deleted again: a block, which a full disk has no room for. */
const probe = Buffer.alloc(4096);
/** Bytes below which a disk is as good as full. */
const leastRoom = 64 * 1024 * 1024;

const keys = { 'status.path': 'status', 'log.path': 'log', 'spool.path': 'spool' } as const;

/** Writes a small file to each folder and deletes it; one that is not there yet is looked for above. */
export async function checkFolders({ settings, account }: Subject, note: Note): Promise<void> {
  if (settings === undefined) return;
  const paths = new Map<string, string>();
  for (const [key, section] of Object.entries(keys)) {
    // Without a broker nothing is spooled.
    if (section === 'spool' && settings.broker === undefined) continue;
    const { path } = settings[section];
    if (!paths.has(path)) paths.set(path, key);
  }
  // Another account, such as a service's, may be refused what this one is granted.
  const who = account.name ?? 'this account';
  const found = await Promise.all([...paths].map(async ([path, key]): Promise<Parameters<Note>> => {
    try {
      const made = await answerOf(path, 'write', () => tryFolder(path));
      return ['ok', `${path} ${made ? 'can be written' : 'is not there yet and can be made'} by ${who}`];
    } catch (error) {
      return ['fault', `${path} cannot be used (${messageOf(error)}): ${adviceFor(error, who)}, or set ${key} to another folder`];
    }
  }));
  // All at the same time, told in one order: two looks at one host can be compared.
  for (const finding of found) note(...finding);
}

function answerOf<T>(path: string, question: string, ask: () => Promise<T>): Promise<T> {
  return isolation.run(`The folder ${path}`, folderTime, ask, question);
}

function adviceFor(error: unknown, account: string): string {
  switch (systemCode(error)) {
    case 'ENOSPC': case 'EDQUOT': return 'free some space there';
    case 'EACCES': case 'EPERM': return `let ${account} write there`;
    case 'ENOENT': case 'ENOTDIR': case 'EEXIST': return 'make the folder above it';
    case 'EROFS': return 'mount it for writing';
    default: return 'see that its drive answers';
  }
}

/** Whether it is there; throws the system's error where it cannot be written, or be made. */
async function tryFolder(path: string): Promise<boolean> {
  const there = await nearest(path);
  if (there !== path) {
    await access(there, constants.W_OK);
    return false;
  }
  const file = join(path, `.doctor-${String(process.pid)}`);
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.write(probe);
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
  return true;
}

/** The path itself, or the nearest folder above it that is there. Throws where something on the way is no folder. */
async function nearest(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(`${path} is a file`), { code: 'EEXIST' });
    return path;
  } catch (error) {
    const above = dirname(path);
    if (systemCode(error) !== 'ENOENT' || above === path) throw error;
    return await nearest(above);
  }
}

/** Whether the spool's disk has room for all that the settings let it keep. */
export async function checkDisk({ settings, collector }: Subject, note: Note): Promise<void> {
  if (settings?.broker === undefined) return;
  const { path } = settings.spool;
  let free: number;
  try {
    const { bavail, bsize } = await answerOf(path, 'room', async () => statfs(await nearest(path)));
    free = bavail * bsize;
  } catch (error) {
    note('fault', `the room for the spool at ${path} cannot be told (${messageOf(error)}): see that its drive answers`);
    return;
  }
  judgeRoom(free, collector?.report.spooled_bytes ?? 0, settings.spool, note);
}

/** `free` and `kept` are bytes. */
export function judgeRoom(free: number, kept: number, { path, maxBytes }: Settings['spool'], note: Note): void {
  const [room, growth] = [formatValue(free, 'B'), formatValue(Math.max(0, maxBytes - kept), 'B')];
  if (free < Math.min(leastRoom, maxBytes)) note('fault', `${room} are free where the spool stands (${path}): while the broker is away samples soon fit into memory only. Free some space, or set spool.path to another disk`);
  else if (free < maxBytes - kept) note('warning', `${room} are free where the spool stands (${path}), which may grow by ${growth}: free some space, or lower spool.max_bytes`);
  else note('ok', `${room} are free where the spool stands (${path}), which may grow by ${growth}`);
}
