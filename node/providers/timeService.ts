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
  return process.platform === 'win32' ? await windowsTime() : await linuxTime();
}

const parameters = 'SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters';

async function windowsTime(): Promise<TimeService> {
  const [{ loadWin32 }, { registryValue }] = await Promise.all([import('./windows/bindings.js'), import('./windows/registry.js')]);
  const win32 = await loadWin32();
  const text = async (path: string, name: string): Promise<string | undefined> =>
    (await registryValue(win32, path, name))?.data.toString('utf16le').split('\0', 1)[0];
  const [kind, servers, domain] = await Promise.all([text(parameters, 'Type'), text(parameters, 'NtpServer'), text('SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters', 'Domain')]);
  return windowsService(kind, servers, domain);
}

/** Windows Time's parameters: Type (NTP, NT5DS, AllSync, NoSync), NtpServer, and the host's domain, whose name its controllers answer to. */
export function windowsService(kind = '', servers = '', domain = ''): TimeService {
  const source = 'Windows Time';
  if (kind.toLowerCase() === 'nosync') return { source, off: true };
  const inDomain = kind.toLowerCase() === 'nt5ds' && domain !== '';
  // `time.windows.com,0x9 other,0x1`: a name and flags.
  const server = inDomain ? domain : servers.trim().split(/[\s,]/, 1)[0];
  return { source, ...(server === undefined || server === '' ? {} : { server }) };
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
