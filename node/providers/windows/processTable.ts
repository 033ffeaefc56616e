import type { ProcessTable } from '../processTable.js';
import type { Isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { u64, unicodeText, wideText } from './encoding.js';
import { failure } from './failure.js';
import { SYSTEM_PROCESS_INFORMATION as Information } from './layouts.js';
import { WindowsProcess } from './process.js';
import { bootTime } from './system.js';

const SystemProcessInformation = 5;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
const firstSize = 256 * 1024;
/** More than that no list of processes is. */
const largestSize = 256 * 1024 * 1024;

/** What was enough last. */
let lastSize = firstSize;

/** All processes and their threads, as one call tells of them (NtQuerySystemInformation). Throws UnavailableError. */
export function processSnapshot(win32: Win32): Buffer {
  const returned = Buffer.alloc(4);
  for (let size = lastSize; ; ) {
    const snapshot = Buffer.allocUnsafe(size);
    const status = win32.NtQuerySystemInformation(SystemProcessInformation, snapshot, snapshot.length, returned);
    if (status === 0) {
      lastSize = size;
      return snapshot.subarray(0, returned.readUInt32LE() || snapshot.length);
    }
    if (status !== STATUS_INFO_LENGTH_MISMATCH || size >= largestSize) {
      throw failure('NtQuerySystemInformation(SystemProcessInformation)', status);
    }
    // Room for what starts before the next call.
    size = Math.min(largestSize, Math.max(2 * size, returned.readUInt32LE() + 64 * 1024));
  }
}

/** The processes of one moment, in a snapshot; what it does not hold is asked of each process when it is asked for. */
export class WindowsProcessTable implements ProcessTable {
  readonly #byPid = new Map<number, WindowsProcess>();
  readonly #all: readonly WindowsProcess[];
  #children: Map<number, WindowsProcess[]> | undefined;
  #boot: number | undefined;
  #devices: readonly (readonly [device: string, drive: string])[] | undefined;

  /** @param base the address of the snapshot, which its texts' pointers point into. */
  constructor(
    readonly win32: Win32,
    readonly isolation: Isolation,
    snapshot: Buffer,
    base: bigint,
  ) {
    for (let at = 0; ; ) {
      const entry = snapshot.subarray(at);
      const pid = u64(entry, Information.UniqueProcessId);
      this.#byPid.set(pid, new WindowsProcess(this, pid, nameOf(snapshot, base, at, pid), entry));
      const next = entry.readUInt32LE(Information.NextEntryOffset);
      if (next === 0 || at + next + Information.size > snapshot.length) break;
      at += next;
    }
    this.#all = [...this.#byPid.values()].sort((one, other) => one.pid - other.pid);
  }

  all(): readonly WindowsProcess[] {
    return this.#all;
  }

  find(pid: number): WindowsProcess | undefined {
    return this.#byPid.get(pid);
  }

  /** The children of a process. A parent is never younger: else its pid is another's that has been used again. */
  childrenOf(parent: WindowsProcess): readonly WindowsProcess[] {
    if (this.#children === undefined) {
      this.#children = new Map();
      for (const one of this.#all) {
        const siblings = this.#children.get(one.ppid);
        if (siblings === undefined) this.#children.set(one.ppid, [one]);
        else siblings.push(one);
      }
    }
    return (this.#children.get(parent.pid) ?? []).filter((child) => child !== parent && child.created >= parent.created);
  }

  get bootTime(): number {
    this.#boot ??= bootTime(this.win32);
    return this.#boot;
  }

  /** A path by the kernel's name of its device as a path on a drive, where it is on one. */
  drivePath(path: string): string {
    const share = path.replace(/^(?:\\\?\?\\UNC|\\Device\\Mup)\\/i, '\\\\');
    if (share !== path) return share;
    if (path.startsWith('\\??\\')) return path.slice(4);
    this.#devices ??= drivesByDevice(this.win32);
    const found = this.#devices.find(([device]) => path.toLowerCase().startsWith(`${device.toLowerCase()}\\`));
    return found === undefined ? path : found[1] + path.slice(found[0].length);
  }
}

/** The names that processes without one are known by. */
const nameless: Readonly<Record<number, string>> = { 0: 'System Idle Process', 4: 'System' };

function nameOf(snapshot: Buffer, base: bigint, at: number, pid: number): string {
  return unicodeText(snapshot, base, at + Information.ImageName) || (nameless[pid] ?? '');
}

function drivesByDevice(win32: Win32): [device: string, drive: string][] {
  const target = Buffer.alloc(2 * 1024);
  const drives: [string, string][] = [];
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    const drive = `${letter}:`;
    if (win32.QueryDosDeviceW(drive, target, target.length / 2) !== 0) drives.push([wideText(target), drive]);
  }
  return drives;
}
