import type { Fields, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { ProcessEntry } from '../processTable.js';
import { seconds, u64, unixTime } from './encoding.js';
import { SYSTEM_PROCESS_INFORMATION as Information, SYSTEM_THREAD_INFORMATION as Thread } from './layouts.js';
import { accountOf } from './processAccount.js';
import { connectionsOf } from './connections.js';
import { openFiles } from './processFiles.js';
import { affinity, commandLine, currentDirectory, ioPriority, priorityClass, programOf } from './processQuery.js';
import { memoryFootprint, memoryMaps } from './processMemory.js';
import type { WindowsProcessTable } from './processTable.js';

const THREAD_WAITING = 5;
const WAIT_SUSPENDED = 5;
/** The idle process and the system's own, which nothing but the snapshot tells of. */
const systemPids = [0, 4];
const systemUser = 'NT AUTHORITY\\SYSTEM';

type Read = (process: WindowsProcess) => Result | Promise<Result>;

/** psutil 8's reads of a Process: those of the snapshot, then those that need a handle. */
const reads: Readonly<Record<string, Read>> = {
  pid: ({ pid }) => pid,
  ppid: ({ ppid }) => ppid,
  name: ({ name }) => name,
  status: (one) => (one.threads().length > 0 && one.threads().every(isSuspended) ? 'stopped' : 'running'),
  create_time: (one) => (one.created === 0 ? one.table.bootTime : unixTime(one.entry.readBigInt64LE(Information.CreateTime))),
  num_threads: (one) => one.u32(Information.NumberOfThreads),
  num_handles: (one) => one.u32(Information.HandleCount),
  threads: (one) => one.threads().map((thread) => ({
    id: u64(thread, Thread.UniqueThread), user_time: seconds(thread, Thread.UserTime), system_time: seconds(thread, Thread.KernelTime),
  })),
  num_ctx_switches: (one) => contextSwitches(one),
  cpu_times: (one) => ({
    user: seconds(one.entry, Information.UserTime), system: seconds(one.entry, Information.KernelTime), children_user: 0, children_system: 0,
  }),
  memory_info: (one) => ({
    rss: one.u64(Information.WorkingSetSize),
    // Every process has private memory: where it is 0, as on Wine, it is not told.
    ...(one.u64(Information.PrivatePageCount) === 0 ? {} : { vms: one.u64(Information.PrivatePageCount) }),
    peak_rss: one.u64(Information.PeakWorkingSetSize), peak_vms: one.u64(Information.PeakPagefileUsage),
  }),
  memory_info_ex: (one) => ({
    virtual: one.u64(Information.VirtualSize), peak_virtual: one.u64(Information.PeakVirtualSize),
    paged_pool: one.u64(Information.QuotaPagedPoolUsage), peak_paged_pool: one.u64(Information.QuotaPeakPagedPoolUsage),
    nonpaged_pool: one.u64(Information.QuotaNonPagedPoolUsage), peak_nonpaged_pool: one.u64(Information.QuotaPeakNonPagedPoolUsage),
  }),
  page_faults: (one) => pageFaults(one.u32(Information.PageFaultCount), one.u32(Information.HardFaultCount)),
  io_counters: (one) => ({
    read_count: one.u64(Information.ReadOperationCount), write_count: one.u64(Information.WriteOperationCount),
    read_bytes: one.u64(Information.ReadTransferCount), write_bytes: one.u64(Information.WriteTransferCount),
    other_count: one.u64(Information.OtherOperationCount), other_bytes: one.u64(Information.OtherTransferCount),
  }),
  is_running: () => true,
  children: (one) => one.table.childrenOf(one).map(({ pid }) => pid),
  net_connections: (one) => connectionsOf(one.table.win32, one.pid),
  exe: programOf,
  cmdline: commandLine,
  cwd: currentDirectory,
  username: (one) => (systemPids.includes(one.pid) ? systemUser : accountOf(one)),
  nice: priorityClass,
  ionice: ioPriority,
  cpu_affinity: affinity,
  memory_footprint: memoryFootprint,
  memory_maps: memoryMaps,
  open_files: openFiles,
};

/** A process on Windows: its entry in the snapshot, and what is asked of it beyond that. */
export class WindowsProcess implements ProcessEntry {
  readonly created: number;
  readonly #kept = new Map<string, Result | Promise<Result>>();

  constructor(
    readonly table: WindowsProcessTable,
    readonly pid: number,
    readonly name: string,
    /** SYSTEM_PROCESS_INFORMATION, threads behind it. */
    readonly entry: Buffer,
  ) {
    this.created = u64(entry, Information.CreateTime);
  }

  get ppid(): number {
    return this.u64(Information.InheritedFromUniqueProcessId);
  }

  read(attribute: string): Result | Promise<Result> {
    const kept = this.#kept.get(attribute);
    if (kept !== undefined) return kept;
    const read = Object.hasOwn(reads, attribute) ? reads[attribute] : undefined;
    if (read === undefined) throw new UnavailableError(`Windows does not tell ${attribute} of a process`);
    const result = read(this);
    this.#kept.set(attribute, result);
    return result;
  }

  u32(offset: number): number {
    return this.entry.readUInt32LE(offset);
  }

  u64(offset: number): number {
    return u64(this.entry, offset);
  }

  /** SYSTEM_THREAD_INFORMATION of each thread. */
  threads(): Buffer[] {
    const count = this.u32(Information.NumberOfThreads);
    const room = Math.floor((this.entry.length - Information.size) / Thread.size);
    return Array.from({ length: Math.min(count, room) }, (_, at) => {
      const start = Information.size + at * Thread.size;
      return this.entry.subarray(start, start + Thread.size);
    });
  }
}

function isSuspended(thread: Buffer): boolean {
  return thread.readUInt32LE(Thread.ThreadState) === THREAD_WAITING && thread.readUInt32LE(Thread.WaitReason) === WAIT_SUSPENDED;
}

function contextSwitches(one: WindowsProcess): Fields {
  const voluntary = one.threads().reduce((sum, thread) => sum + thread.readUInt32LE(Thread.ContextSwitches), 0);
  // A thread that has run has been switched to.
  if (voluntary === 0) throw new UnavailableError('NtQuerySystemInformation(SystemProcessInformation) leaves context switches empty');
  return { voluntary, involuntary: 0 };
}

function pageFaults(all: number, major: number): Fields {
  return { minor: Math.max(0, all - major), major };
}
