import { readFileSync, statSync } from 'node:fs';
import type { Result } from '../../catalog/value.js';
import { messageOf, systemCode, UnavailableError } from '../../model/errors.js';
import { answerTimeout, isolation } from '../isolation.js';
import { optionalNamesIn, type Roots } from './source.js';

/** Where struct utmp has its members: 32-bit times on x64 for compatibility's sake, 64-bit ones on arm64. */
interface UtmpLayout {
  readonly size: number;
  readonly started: (record: Buffer) => number;
}

const layouts: Readonly<Record<string, UtmpLayout>> = {
  x64: { size: 384, started: (record) => record.readUInt32LE(340) },
  arm64: { size: 400, started: (record) => Number(record.readBigInt64LE(344)) },
};
const USER_PROCESS = 7;

/** psutil's `users` out of the bytes of utmp(5) as this architecture writes it; `started` is seconds since 1970. */
export function parseUtmp(utmp: Buffer, architecture: string = process.arch): Result[] {
  const layout = layouts[architecture];
  if (layout === undefined) throw new UnavailableError(`The layout of the login records on ${architecture} is not known.`);
  const sessions: Result[] = [];
  for (let at = 0; at + layout.size <= utmp.length; at += layout.size) {
    const record = utmp.subarray(at, at + layout.size);
    if (record.readInt16LE(0) !== USER_PROCESS) continue;
    const text = (offset: number, length: number): string => record.toString('utf8', offset, offset + length).split('\0', 1)[0] ?? '';
    sessions.push(session(text(44, 32), text(8, 32), text(76, 256), layout.started(record), record.readInt32LE(4)));
  }
  return sessions;
}

function session(name: string, terminal: string, host: string, started: number | undefined, pid: number | null): Result {
  return {
    name,
    terminal: terminal === '' ? null : terminal,
    host: host === ':0' || host === ':0.0' ? 'localhost' : host,
    ...(started === undefined ? {} : { started }),
    pid,
  };
}

/** What systeminformation tells of a session; its date and time are local, to the minute. */
export interface ListedUser {
  readonly user: string;
  readonly tty: string;
  readonly ip: string;
  readonly date: string;
  readonly time: string;
}

async function systemInformationUsers(): Promise<readonly ListedUser[]> {
  const { users } = await import('systeminformation');
  return users();
}

/**
 * psutil's `users`: by utmp, as psutil; where a system has none, by systemd-logind's sessions through systeminformation
 * (whose list is the one with `pid` null); where it has neither, nobody, as psutil says.
 */
export async function users(roots: Roots, list: () => Promise<readonly ListedUser[]> = systemInformationUsers): Promise<Result[]> {
  const utmp = utmpOf(roots.utmp);
  if (utmp !== undefined) return parseUtmp(utmp);
  const sessions = optionalNamesIn(roots.sessions);
  if (sessions.length === 0) return [];
  const listed = await isolation.run('The list of users', answerTimeout, list);
  // An empty list is also what systeminformation gives when it could not ask.
  if (listed.length === 0) {
    throw new UnavailableError(`systemd-logind keeps ${String(sessions.length)} files of sessions, but the commands "who" and "w" list nobody.`);
  }
  return listed.map(({ user, tty, ip, date, time }) => {
    const started = Date.parse(`${date}T${time}`) / 1000;
    return session(user, tty, ip, Number.isNaN(started) ? undefined : started, null);
  });
}

function utmpOf(path: string): Buffer | undefined {
  try {
    // An exception costs more than a look, and many systems have none.
    return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new UnavailableError(`The login records in ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
