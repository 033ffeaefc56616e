/** Functions that are put together of several raw readings. */
import { allVolumes } from '../catalog/disk.js';
import { connectionStates } from '../catalog/network.js';
import type { Arguments, Fields, Platform, Result } from '../catalog/value.js';
import { messageOf, UnavailableError } from '../model/errors.js';
import type { ProcessTable } from '../providers/processTable.js';
import { soon, type Soon } from '../providers/soon.js';
import { certificateExpiry, certificateMap, type Certificates } from './certificates.js';
import { need, withPercent } from './derivation.js';
import { matches } from '../model/pattern.js';

/** Where raw readings come from: those of one tick are shared. */
export interface Source {
  readonly platform: Platform;
  /** The time, seconds since 1970. */
  readonly now: number;
  read(method: string, args: Arguments): Promise<Result>;
  /** The same, but what the system answers at once is given at once, or thrown. */
  readNow(method: string, args: Arguments): Soon<Result>;
  processes(): Promise<ProcessTable>;
}

/** A result, and why places of it are absent. */
export interface Composition {
  readonly result: Result;
  readonly reasons?: Readonly<Record<string, string>>;
}

type Compose = (source: Source, args: Arguments) => Soon<Composition>;

/** By function. */
export const composed: Readonly<Partial<Record<string, Compose>>> = {
  disk_usage: (source, args) => (args['path'] === allVolumes ? volumes(source) : usage(source, String(args['path'])).then((result) => ({ result }))),
  swap_memory: swap,
  net_connections: connections,
  win_service_iter: services,
  certificate_expiry: async (source, args) => certificateExpiry(await readCertificates(source, args), args, source.now),
  certificates: async (source, args) => ({ result: certificateMap(await readCertificates(source, args), args, source.now) }),
  reboot_pending: reboot,
};

/** The raw certificates: those of one store or file are read once, whatever is asked of them. */
async function readCertificates(source: Source, { store = null, location = null, path = null }: Arguments): Promise<Certificates> {
  return (await source.read('certificates', { store, location, path })) as unknown as Certificates;
}

/** What waits for a reboot, and why some of it is not told. */
async function reboot(source: Source): Promise<Composition> {
  const { untold = {}, ...result } = (await source.read('reboot_pending', {})) as Readonly<Record<string, Result>> & { untold?: Readonly<Record<string, string>> };
  return { result, reasons: untold };
}

/** The swap space; on Windows the counter of its use may be missing, which then costs what is computed of it and no more. */
function swap(source: Source): Soon<Composition> {
  return soon(source.readNow('swap_memory', noArguments), (told) => {
    const { untold, ...raw } = told as Fields & { untold?: string };
    if (untold !== undefined) return { result: { ...raw, used: null, free: null, percent: null }, reasons: { used: untold, free: untold, percent: untold } };
    return { result: withPercent(raw, (fields) => [need(fields, 'used'), need(fields, 'total')]) };
  });
}

const noArguments: Arguments = {};

async function usage(source: Source, path: string): Promise<Result> {
  const raw = (await source.read('disk_usage', { path })) as Fields;
  return withPercent(raw, (disk) => [need(disk, 'used'), need(disk, 'used') + need(disk, 'free')]);
}

/** The space on every volume, by its mount point; of one that does not answer, why. */
async function volumes(source: Source): Promise<Composition> {
  const rows = (await source.read('disk_partitions', { all: false })) as readonly { device: string; mountpoint: string; fstype: string }[];
  const result: Record<string, Result> = {};
  const reasons: Record<string, string> = {};
  const devices = new Set<string>();
  // An empty drive has no file system. A device that Linux has mounted in several places has the same space in all of them.
  const mounted = rows.filter(({ fstype, device }) => {
    const again = source.platform === 'linux' && devices.has(device);
    devices.add(device);
    return fstype !== '' && !again;
  });
  await Promise.all(mounted.map(async ({ mountpoint }) => {
    result[mountpoint] = null;
    try {
      result[mountpoint] = await usage(source, mountpoint);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      reasons[mountpoint] = messageOf(error);
    }
  }));
  return { result, reasons };
}

/** A row of psutil's net_connections. */
interface Connection {
  readonly [key: string]: Result;
  readonly laddr: Result;
  readonly raddr: Result;
  readonly status: string;
  readonly pid: number | null;
}

/** Connections that pass the filters, in a list or counted. */
async function connections(source: Source, args: Arguments): Promise<Composition> {
  const { kind, by } = args;
  const named = args['process'] !== null && args['process'] !== undefined;
  const served = args['service'] !== null && args['service'] !== undefined;
  const owned = named || served || !isNone(args['pid']) || by === null || by === undefined || ['pid', 'process', 'service'].includes(String(by));
  const rows = (await source.read('net_connections', { kind: kind ?? 'inet', owners: owned })) as readonly Connection[];
  const table = named || by === 'process' ? await source.processes() : undefined;
  if ((served || by === 'service') && source.platform !== 'win32') throw new UnavailableError('there are no Windows services on Linux that connections could belong to');
  const pids = served || by === 'service' ? ((await source.read('win_service_pids', {})) as Readonly<Record<string, number>>) : {};
  const nameOf = (pid: number | null): string => (pid === null ? undefined : table?.find(pid)?.name) ?? 'unknown';
  const servicesOf = (pid: number | null): string[] => Object.entries(pids).flatMap(([name, other]) => (other === pid ? [name] : []));
  const like = (pattern: unknown, text: string): boolean => matches(fold(source, String(pattern)), fold(source, text));
  const found = rows.filter((row) =>
    (isNone(args['status']) || row.status === args['status'])
    && (isNone(args['port']) || portOf(row.laddr) === args['port'])
    && (isNone(args['remote_port']) || portOf(row.raddr) === args['remote_port'])
    && (isNone(args['pid']) || row.pid === args['pid'])
    && (!named || like(args['process'], nameOf(row.pid)) || (source.platform === 'win32' && like(`${String(args['process'])}.exe`, nameOf(row.pid))))
    && (!served || servicesOf(row.pid).some((name) => like(args['service'], name))));
  if (isNone(by)) return { result: found };
  const keysOf = {
    status: (row: Connection) => [row.status],
    port: (row: Connection) => [String(portOf(row.laddr) ?? 'none')],
    pid: (row: Connection) => [String(row.pid ?? 'unknown')],
    process: (row: Connection) => [nameOf(row.pid)],
    service: (row: Connection) => servicesOf(row.pid),
  };
  // A state that no connection is in has none, and that is known.
  const counts: Record<string, number> = by === 'status' ? Object.fromEntries(connectionStates.map((state) => [state, 0])) : {};
  for (const key of found.flatMap<string>(keysOf[by as keyof typeof keysOf])) counts[key] = (counts[key] ?? 0) + 1;
  return { result: counts, reasons: {} };
}

function isNone(value: unknown): boolean {
  return value === null || value === undefined;
}

function fold(source: Source, text: string): string {
  return source.platform === 'win32' ? text.toLowerCase() : text;
}

function portOf(address: Result): number | undefined {
  const port = typeof address === 'object' && address !== null && 'port' in address ? address['port'] : undefined;
  return typeof port === 'number' ? port : undefined;
}

/** Services of a name, all or those in a state. */
async function services(source: Source, args: Arguments): Promise<Composition> {
  const all = (await source.read('win_service_iter', { name: args['name'] ?? null })) as Readonly<Record<string, { running: boolean; failed: boolean }>>;
  const only = args['only'];
  const wanted = ({ running, failed }: { running: boolean; failed: boolean }): boolean =>
    isNone(only) || (only === 'failed' ? failed : running === (only === 'running'));
  return { result: Object.fromEntries(Object.entries(all).filter(([, service]) => wanted(service))) };
}
