import { existsSync, statfs, statSync, type StatsFs } from 'node:fs';
import type { Fields } from '../../catalog/value.js';
import { systemClock } from '../../model/clock.js';
import { UnavailableError } from '../../model/errors.js';
import { answerTimeout, isolation } from '../isolation.js';
import { libc, refusal, type Volume } from './libc.js';
import { known, optionalTextOf, textOf, type Roots } from './source.js';

/** How long the mounts once read tell which volume a path is on, milliseconds. */
const mountsAge = 5000;

/** A mounted volume, psutil 8's fields. */
export type Partition = Readonly<Record<'device' | 'mountpoint' | 'fstype' | 'opts', string>>;

const sector = 512;

// Columns of /proc/diskstats after the device's name, and what one of them is worth.
const diskColumns: readonly (readonly [field: string, column: number, unit: number])[] = [
  ['read_count', 0, 1],
  ['write_count', 4, 1],
  ['read_bytes', 2, sector],
  ['write_bytes', 6, sector],
  ['read_time', 3, 1],
  ['write_time', 7, 1],
  ['read_merged_count', 1, 1],
  ['write_merged_count', 5, 1],
  ['busy_time', 9, 1],
];

/** psutil's `disk_io_counters` by device out of the text of /proc/diskstats: counts, bytes and ms since boot. */
export function parseDiskStats(diskstats: string): Map<string, Fields> {
  const devices = new Map<string, Fields>();
  for (const line of diskstats.split('\n')) {
    const [, , name, ...columns] = line.trim().split(/ +/);
    // Rows of four columns were partitions before Linux 2.6.25; no Node runs there.
    if (name === undefined || columns.length < 11) continue;
    const value = (column: number, unit: number): number => Number(columns[column]) * unit;
    devices.set(name, known(Object.fromEntries(diskColumns.map(([field, column, unit]) => [field, value(column, unit)]))));
  }
  return devices;
}

/** The volumes in the text of /proc/self/mounts, its escapes undone. */
export function parseMounts(mounts: string): Partition[] {
  const plain = (word: string): string => word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  const rows = mounts.split('\n').map((line) => line.split(' ').map(plain));
  return rows.flatMap(([device = '', mountpoint = '', fstype = '', opts]) =>
    (opts === undefined ? [] : [{ device: device === 'none' ? '' : device, mountpoint, fstype, opts }]));
}

/** The kinds of volume in the text of /proc/filesystems that are kept on a device; zfs is, though it is marked otherwise. */
export function parseDeviceFileSystems(filesystems: string): Set<string> {
  const rows = filesystems.split('\n').map((line) => line.split('\t'));
  return new Set(rows.flatMap(([mark, name]) => (name !== undefined && (mark !== 'nodev' || name === 'zfs') ? [name] : [])));
}

/** Sizes in bytes: `free` is what unprivileged users may still take, so `used` and `free` do not add up to `total`. */
export function usageOf(volume: Volume): Fields {
  const bytes = (blocks: number): number => blocks * volume.blockSize;
  return { total: bytes(volume.blocks), used: bytes(volume.blocks - volume.free), free: bytes(volume.available) };
}

/**
 * Kinds of volume (`f_type`) whose blocks are counted in the one size that Node tells (`f_bsize`): ext, xfs, btrfs, tmpfs, f2fs and vfat.
 * Network and FUSE volumes choose another (`f_frsize`), as those may that lie below an overlay.
 */
const plainKinds = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x4d44]);

/** The volume's blocks by Node where it can tell, as koffi would cost whoever watches a disk 2.5 MB; else by statvfs(3) itself. */
async function volumeOf(path: string): Promise<Volume> {
  const told = await new Promise<StatsFs>((resolve, reject) => {
    statfs(path, (error, stats) => {
      if (error === null) resolve(stats);
      else reject(refusal(`statvfs("${path}")`, error.errno ?? 0));
    });
  });
  if (plainKinds.has(told.type)) return { blockSize: told.bsize, blocks: told.blocks, free: told.bfree, available: told.bavail };
  const { statvfs } = await libc();
  return statvfs(path);
}

/** psutil's `disk_usage` without `percent`. */
export async function diskUsage(roots: Roots, path: string): Promise<Fields> {
  return usageOf(await isolation.run(`The volume of "${mountOf(roots, path)}"`, answerTimeout, () => volumeOf(path), path));
}

let mounts: { readonly proc: string; readonly points: readonly string[]; readonly read: number } | undefined;

/** Where the volume of an absolute path is mounted, by the path alone: to look at the volume itself may hang. */
export function mountOf(roots: Roots, path: string): string {
  const now = systemClock.now();
  if (mounts?.proc !== roots.proc || now - mounts.read > mountsAge) {
    const points = parseMounts(optionalTextOf(`${roots.proc}/self/mounts`) ?? '').map(({ mountpoint }) => mountpoint);
    mounts = { proc: roots.proc, points, read: now };
  }
  const holds = (point: string): boolean => path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
  return mounts.points.filter(holds).reduce((longest, point) => (point.length > longest.length ? point : longest), '') || path;
}

/** psutil's `disk_partitions`: volumes on devices, or with `all` every mount. */
export function diskPartitions(roots: Roots, all: boolean): Partition[] {
  const partitions = parseMounts(textOf(`${roots.proc}/self/mounts`)).map((partition) =>
    ['/dev/root', 'rootfs'].includes(partition.device) ? { ...partition, device: rootDevice(roots) ?? partition.device } : partition);
  if (all) return partitions;
  const onDevices = parseDeviceFileSystems(textOf(`${roots.proc}/filesystems`));
  return partitions.filter(({ device, fstype }) => device !== '' && onDevices.has(fstype));
}

// The kernel names the volume it booted from "/dev/root"; its numbers tell which device that is.
function rootDevice(roots: Roots): string | undefined {
  const numbers = statSync('/', { bigint: true }).dev;
  const major = ((numbers >> 8n) & 0xfffn) | ((numbers >> 32n) & ~0xfffn);
  const minor = (numbers & 0xffn) | ((numbers >> 12n) & ~0xffn);
  const uevent = optionalTextOf(`${roots.sys}/dev/block/${String(major)}:${String(minor)}/uevent`) ?? '';
  const name = /^DEVNAME=(.+)$/m.exec(uevent)?.[1];
  return name === undefined ? undefined : `/dev/${name}`;
}

/** psutil's `disk_io_counters` by device; without `perDisk` only whole devices, whose numbers contain their partitions'. */
export function diskIoCounters(roots: Roots, perDisk: boolean): Record<string, Fields> {
  const devices = [...parseDiskStats(textOf(`${roots.proc}/diskstats`))];
  if (perDisk) return Object.fromEntries(devices);
  const blocks = `${roots.sys}/block`;
  if (!existsSync(blocks)) throw new UnavailableError(`${blocks} was expected, to tell disks from their partitions, and is missing: ask perdisk.`);
  return Object.fromEntries(devices.filter(([name]) => existsSync(`${blocks}/${name.replaceAll('/', '!')}`)));
}
