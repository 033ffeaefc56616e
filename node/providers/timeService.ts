/** What keeps this system's clock right: the time servers that its own settings name, and what the kernel says of it. */
import { readFile } from 'node:fs/promises';
import { systemCode } from '../model/errors.js';
import { openKoffi } from './koffi.js';

/** The system's settings of its clock. */
export interface TimeService {
  /** What it asks for the time, the first of several; undefined where its settings name none. */
  readonly server?: string;
  /** Where that stands. */
  readonly source: string;
  /** It is told not to. */
  readonly off?: boolean;
  /** Linux: whether the kernel takes the clock for synchronised, and the greatest error that it expects, seconds. */
  readonly kernel?: { readonly synchronised: boolean; readonly error: number };
}

/** Asks this system. Throws what the system says where it refuses. */
export async function systemTimeService(): Promise<TimeService> {
  if (process.platform !== 'win32') return await linuxTime();
  const [{ windowsTime }, { loadWin32 }] = await Promise.all([import('./windows/timeService.js'), import('./windows/bindings.js')]);
  return await windowsTime(await loadWin32());
}

/** Files of the usual time services, and how they name their servers. */
const files: readonly (readonly [path: string, pattern: RegExp])[] = [
  ['/etc/chrony/chrony.conf', /^\s*(?:server|pool|peer)\s+(\S+)/m],
  ['/etc/chrony.conf', /^\s*(?:server|pool|peer)\s+(\S+)/m],
  ['/etc/ntpsec/ntp.conf', /^\s*(?:server|pool|peer)\s+(\S+)/m],
  ['/etc/ntp.conf', /^\s*(?:server|pool|peer)\s+(\S+)/m],
  ['/etc/systemd/timesyncd.conf', /^\s*(?:Fallback)?NTP\s*=\s*(\S+)/m],
];

async function linuxTime(): Promise<TimeService> {
  const kernel = await kernelClock().catch(() => undefined);
  const known = kernel === undefined ? {} : { kernel };
  for (const [path, pattern] of files) {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (systemCode(error) === undefined) throw error;
      return '';
    });
    const server = pattern.exec(text)?.[1];
    if (server !== undefined) return { source: path, server, ...known };
  }
  return { source: 'the kernel', ...known };
}

/** adjtimex(2)'s answer where the clock is not synchronised. */
const TIME_ERROR = 5;
/** struct timex on 64-bit systems: its size, and the place of maxerror, microseconds. */
const timex = { size: 256, maxerror: 24 } as const;

async function kernelClock(): Promise<TimeService['kernel']> {
  const koffi = await openKoffi();
  const adjtimex = koffi.load(null).func('int adjtimex(void *)') as (buffer: Buffer) => number;
  const buffer = Buffer.alloc(timex.size);
  const state = adjtimex(buffer);
  return state < 0 ? undefined : { synchronised: state !== TIME_ERROR, error: Number(buffer.readBigInt64LE(timex.maxerror)) / 1e6 };
}
