import { INVALID_HANDLE_VALUE, type Win32 } from './bindings.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import { onThread } from './thread.js';
import { wideText, wideTexts } from './encoding.js';
import { UnavailableError } from '../../model/errors.js';
import { failure } from './failure.js';

/** GetDriveTypeW's answers by their number, in psutil's words. */
const driveTypes = ['unknown', 'unmounted', 'removable', 'fixed', 'remote', 'cdrom', 'ramdisk'];
const ordinary = ['removable', 'fixed', 'cdrom'];

const FILE_VOLUME_IS_COMPRESSED = 0x8000;
const FILE_READ_ONLY_VOLUME = 0x80000;
const FILE_SUPPORTS_REPARSE_POINTS = 0x80;
/** MAX_PATH and its terminating zero, in UTF-16 characters. */
const pathCharacters = 261;

/** A row of psutil.disk_partitions. */
export interface Partition {
  readonly [key: string]: string;
  readonly device: string;
  readonly mountpoint: string;
  readonly fstype: string;
  readonly opts: string;
}

/** What GetVolumeInformationW tells of a volume; absent in an empty drive. */
export interface Volume {
  readonly flags: number;
  readonly fstype: string;
}

/**
 * Mounted volumes: drives, and the directories where further volumes are mounted.
 *
 * @param all also remote drives, RAM disks and drives of unknown type.
 */
export async function diskPartitions(win32: Win32, isolation: Isolation, all: boolean): Promise<Partition[]> {
  const roots = await isolation.run('The list of drives', answerTimeout, () => driveRoots(win32));
  const rows = await Promise.all(
    roots.map(async (root) => {
      const type = await unlessUnknown(driveType(win32, isolation, root), 'unknown');
      const wanted = all || (ordinary.includes(type) && !(type === 'removable' && root === 'A:\\'));
      // A drive that hangs is listed as an empty one is.
      return wanted ? unlessUnknown(partitionsOf(win32, isolation, root, type), partitionRows(root, type, undefined, [])) : [];
    }),
  );
  return rows.flat();
}

/** The rows of a drive: those of directories before its own. */
export function partitionRows(root: string, type: string, volume: Volume | undefined, directories: readonly string[]): Partition[] {
  const row = { device: root, fstype: volume?.fstype ?? '', opts: options(type, volume) };
  return [...directories.map((directory) => ({ ...row, mountpoint: root + directory })), { ...row, mountpoint: root }];
}

function options(type: string, volume: Volume | undefined): string {
  if (volume === undefined) return type;
  const readOnly = (volume.flags & FILE_READ_ONLY_VOLUME) !== 0;
  return [
    readOnly ? 'ro' : 'rw',
    ...((volume.flags & FILE_VOLUME_IS_COMPRESSED) !== 0 ? ['compressed'] : []),
    ...(readOnly ? ['readonly'] : []),
    type,
  ].join(',');
}

async function driveRoots(win32: Win32): Promise<string[]> {
  // 26 roots of four characters, and the zero that ends the list.
  const roots = Buffer.alloc(2 * (26 * 4 + 1));
  const { value, code } = await onThread(win32, win32.GetLogicalDriveStringsW, roots.length / 2 - 1, roots);
  if (value === 0) throw failure('GetLogicalDriveStringsW', code, win32);
  return wideTexts(roots);
}

function driveType(win32: Win32, isolation: Isolation, root: string): Promise<string> {
  return isolation.run(`The drive ${root}`, answerTimeout, async () => {
    const { value } = await onThread(win32, win32.GetDriveTypeW, root);
    return driveTypes[value] ?? 'unknown';
  }, 'type');
}

function partitionsOf(win32: Win32, isolation: Isolation, root: string, type: string): Promise<Partition[]> {
  return isolation.run(`The drive ${root}`, answerTimeout, async () => {
    const volume = await volumeOf(win32, root);
    const mounts = volume !== undefined && (volume.flags & FILE_SUPPORTS_REPARSE_POINTS) !== 0;
    return partitionRows(root, type, volume, mounts ? await mountDirectories(win32, root) : []);
  }, 'volume');
}

async function unlessUnknown<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnavailableError) return otherwise;
    throw error;
  }
}

async function volumeOf(win32: Win32, root: string): Promise<Volume | undefined> {
  const [flags, name] = [Buffer.alloc(4), Buffer.alloc(2 * pathCharacters)];
  const { value } = await onThread(win32, win32.GetVolumeInformationW, root, null, 0, null, null, flags, name, pathCharacters);
  return value === 0 ? undefined : { flags: flags.readUInt32LE(), fstype: wideText(name) };
}

/** Directories of a volume where others are mounted; Windows tells them to administrators only. */
async function mountDirectories(win32: Win32, root: string): Promise<string[]> {
  const name = Buffer.alloc(2 * pathCharacters);
  const { value: search } = await onThread(win32, win32.FindFirstVolumeMountPointW, root, name, pathCharacters);
  if (search === INVALID_HANDLE_VALUE) return [];
  try {
    const directories = [wideText(name)];
    while ((await onThread(win32, win32.FindNextVolumeMountPointW, search, name, pathCharacters)).value !== 0) {
      directories.push(wideText(name));
    }
    return directories;
  } finally {
    win32.FindVolumeMountPointClose(search);
  }
}
