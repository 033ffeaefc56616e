import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { systemClock } from '../../model/clock.js';
import { systemCode, UnavailableError } from '../../model/errors.js';
import type { Fields } from '../../catalog/value.js';

/** Where the kernel's and the login system's files are; other places are for tests. */
export interface Roots {
  readonly proc: string;
  readonly sys: string;
  /** The terminals. */
  readonly dev: string;
  /** The login records that psutil's `users` reads. */
  readonly utmp: string;
  /** One file a session, kept by systemd-logind, on systems that have no utmp any more. */
  readonly sessions: string;
  /** What packages of Debian and its kin leave when they wait for a reboot, and the file that they are known by. */
  readonly rebootRequired: string;
  readonly debianVersion: string;
}

/** The places of a running Linux. */
export const systemRoots: Roots = {
  proc: '/proc',
  sys: '/sys',
  dev: '/dev',
  utmp: '/var/run/utmp',
  sessions: '/run/systemd/sessions',
  rebootRequired: '/run/reboot-required',
  debianVersion: '/etc/debian_version',
};

// Read at once, not through the thread pool: these files are the kernel's memory, answered in microseconds, and a pool
// whose threads hang on a dead network volume must not hold up every other metric.

/** Files that several functions are in: those due together share what was read, and so agree with each other. */
const shareable: Readonly<Record<string, { text: string; until: number } | undefined>> = { '/proc/stat': { text: '', until: 0 }, '/proc/meminfo': { text: '', until: 0 } };
/** For so many milliseconds: less than the kernel's count of CPU time takes to change. A turn of the event loop may last longer than a window that is measured. */
const sharedFor = 5;

/** The text of a kernel file. Throws UnavailableError where it cannot be read. */
export function textOf(path: string): string {
  const shared = shareable[path];
  const now = shared === undefined ? 0 : systemClock.now();
  if (shared !== undefined && now < shared.until) return shared.text;
  try {
    const text = readFileSync(path, 'utf8');
    if (shared !== undefined) {
      shared.text = text;
      shared.until = now + sharedFor;
    }
    return text;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The text of a kernel file that not every system has, without its line end; undefined where it cannot be read. */
export function optionalTextOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** The names in a kernel directory. Throws UnavailableError where it cannot be read. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The names in a directory that not every system has; none where it cannot be read. */
export function optionalNamesIn(path: string): string[] {
  try {
    // An exception costs more than a look.
    return existsSync(path) ? readdirSync(path) : [];
  } catch {
    return [];
  }
}

/** More than a label's blanks and the digits of a number of 64 bits. */
const longestNumber = 48;

/** The number that follows a label at the start of a line; undefined where there is none. These files are searched for many, every second: no pattern is as cheap. */
export function numberAfter(text: string, label: string): number | undefined {
  let at = 0;
  if (!text.startsWith(label)) {
    at = text.indexOf(`\n${label}`) + 1;
    if (at === 0) return undefined;
  }
  at += label.length;
  const number = parseInt(text.slice(at, at + longestNumber), 10);
  return Number.isNaN(number) ? undefined : number;
}

/** The fields whose value is known: what the system does not tell is left out, never 0. */
export function known(fields: Readonly<Record<string, number | undefined>>): Fields {
  const told: Record<string, number> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && Number.isFinite(value)) told[name] = value;
  }
  return told;
}

function unreadable(path: string, error: unknown): UnavailableError {
  const code = systemCode(error) ?? 'unknown error';
  return new UnavailableError(`${path} was expected and cannot be read (${code}): see that it is there and that this user may read it.`, {
    cause: error,
  });
}
