import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Fields, Result } from '../../catalog/value.js';
import { systemCode, UnavailableError } from '../../model/errors.js';
import { ProcessEnded, type ProcessEntry } from '../processTable.js';
import { parseCpuList } from './cpu.js';
import { libc } from './libc.js';
import { openFiles, processConnections } from './processFiles.js';
import { memoryFootprint, memoryInfo, memoryMaps } from './processMemory.js';
import type { LinuxProcessTable } from './processTable.js';
import { fileNames, fileText, linkText } from './processText.js';
import { known } from './source.js';

// USER_HZ, the unit of times in /proc/PID/stat: 100 on every architecture that Node runs on.
const ticksPerSecond = 100;

/** Where /proc/PID/stat has its members, counted from the state, which follows the name in parentheses. */
const Stat = {
  state: 0, ppid: 1, terminal: 4, minorFaults: 7, majorFaults: 9, user: 11, system: 12, childrenUser: 13, childrenSystem: 14,
  nice: 16, threads: 17, started: 19, cpu: 36, blockWait: 39,
} as const;

/** psutil's words for the letters of states. */
const states: Readonly<Record<string, string>> = {
  R: 'running', S: 'sleeping', D: 'disk-sleep', T: 'stopped', t: 'tracing-stop', Z: 'zombie', X: 'dead', x: 'dead', K: 'wake-kill',
  W: 'waking', I: 'idle', P: 'parked',
};

/** The kernel cuts names after this many bytes. */
const longestName = 15;

type Read = (process: LinuxProcess) => Result | Promise<Result>;

/** psutil's reads of a Process, by what is read for them. */
const reads: Readonly<Record<string, Read>> = {
  pid: ({ pid }) => pid,
  ppid: ({ ppid }) => ppid,
  name: ({ name }) => name,
  status: (one) => states[one.stat(Stat.state)] ?? '?',
  terminal: (one) => one.table.terminal(one.number(Stat.terminal)),
  create_time: (one) => one.table.bootTime + one.created / ticksPerSecond,
  nice: (one) => one.number(Stat.nice),
  num_threads: (one) => one.number(Stat.threads),
  cpu_num: (one) => one.number(Stat.cpu),
  cpu_times: (one) => ({
    user: one.seconds(Stat.user), system: one.seconds(Stat.system),
    children_user: one.seconds(Stat.childrenUser), children_system: one.seconds(Stat.childrenSystem), iowait: one.seconds(Stat.blockWait),
  }),
  page_faults: (one) => ({ minor: one.number(Stat.minorFaults), major: one.number(Stat.majorFaults) }),
  is_running: () => true,
  children: (one) => one.table.childrenOf(one).map(({ pid }) => pid),
  exe: (one) => programOf(one),
  cwd: (one) => linkText(one.pid, one.path('cwd')),
  cmdline: (one) => commandLine(one),
  uids: (one) => ids(one, 'Uid'),
  gids: (one) => ids(one, 'Gid'),
  username: (one) => userName(one),
  num_ctx_switches: (one) => known({
    voluntary: one.statusNumber('voluntary_ctxt_switches'), involuntary: one.statusNumber('nonvoluntary_ctxt_switches'),
  }),
  cpu_affinity: (one) => affinity(one),
  ionice: (one) => ioPriority(one),
  num_fds: (one) => fileNames(one.pid, one.path('fd')).length,
  io_counters: (one) => ioCounters(one),
  threads: (one) => threads(one),
  memory_info: (one) => memoryInfo(one.file('statm')),
  memory_footprint: (one) => memoryFootprint(one),
  memory_maps: (one) => memoryMaps(one.file('smaps')),
  open_files: (one) => openFiles(one.pid, one.path('')),
  net_connections: (one) => processConnections(one.pid, one.path('')),
};

/** A process on Linux, as /proc tells of it. */
export class LinuxProcess implements ProcessEntry {
  readonly name: string;
  readonly created: number;
  readonly #stat: readonly string[];
  readonly #files = new Map<string, string>();
  readonly #kept = new Map<string, Result | Promise<Result>>();

  constructor(
    readonly table: LinuxProcessTable,
    readonly pid: number,
    stat: string,
  ) {
    const end = stat.lastIndexOf(')');
    this.#stat = stat.slice(end + 2).split(' ');
    this.created = this.number(Stat.started);
    this.name = this.#wholeName(stat.slice(stat.indexOf('(') + 1, end));
  }

  get ppid(): number {
    return this.number(Stat.ppid);
  }

  read(attribute: string): Result | Promise<Result> {
    const kept = this.#kept.get(attribute);
    if (kept !== undefined) return kept;
    const read = Object.hasOwn(reads, attribute) ? reads[attribute] : undefined;
    if (read === undefined) throw new UnavailableError(`Linux does not tell ${attribute} of a process`);
    const result = read(this);
    this.#kept.set(attribute, result);
    return result;
  }

  /** A member of /proc/PID/stat. */
  stat(at: number): string {
    return this.#stat[at] ?? '';
  }

  number(at: number): number {
    return Number(this.stat(at));
  }

  seconds(at: number): number {
    return this.number(at) / ticksPerSecond;
  }

  path(name: string): string {
    return `${this.table.roots.proc}/${String(this.pid)}/${name}`;
  }

  /** The text of a file of the process, read once. */
  file(name: string): string {
    let text = this.#files.get(name);
    if (text === undefined) this.#files.set(name, (text = fileText(this.pid, this.path(name))));
    return text;
  }

  /** A line of /proc/PID/status. */
  statusLine(key: string): string | undefined {
    return new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(this.file('status'))?.[1];
  }

  statusNumber(key: string): number {
    return Number(this.statusLine(key));
  }

  /** psutil makes up for the kernel's cut by the command line's first word, where it goes on so. */
  #wholeName(name: string): string {
    if (Buffer.byteLength(name) < longestName) return name;
    try {
      const program = basename(this.file('cmdline').split('\0', 1)[0] ?? '');
      return program.startsWith(name) ? program : name;
    } catch {
      return name;
    }
  }
}

/** The path of the program; the kernel's own processes have none, which psutil tells as an empty text. */
function programOf(one: LinuxProcess): string {
  try {
    const path = linkText(one.pid, one.path('exe')).replaceAll('\0', '');
    return path.endsWith(' (deleted)') && !existsSync(path) ? path.slice(0, -' (deleted)'.length) : path;
  } catch (error) {
    if (error instanceof UnavailableError && systemCode(error.cause) === 'ENOENT') return '';
    throw error;
  }
}

function commandLine(one: LinuxProcess): string[] {
  const text = one.file('cmdline');
  if (text === '') return [];
  // Processes that write their title over their arguments leave blanks between its words.
  const separator = text.endsWith('\0') ? '\0' : ' ';
  const words = (text.endsWith(separator) ? text.slice(0, -1) : text).split(separator);
  return separator === '\0' && words.length === 1 && words[0]?.includes(' ') === true ? words[0].split(' ') : words;
}

function ids(one: LinuxProcess, key: 'Uid' | 'Gid'): Fields {
  const [real, effective, saved] = one.statusLine(key)?.split('\t').map(Number) ?? [];
  return known({ real, effective, saved });
}

function userName(one: LinuxProcess): string {
  const { real } = ids(one, 'Uid');
  if (real === undefined) throw new UnavailableError('this kernel does not tell Uid');
  return one.table.userName(real);
}

function affinity(one: LinuxProcess): number[] {
  const allowed = one.statusLine('Cpus_allowed_list');
  if (allowed === undefined) throw new UnavailableError('this kernel does not tell Cpus_allowed_list');
  const online = one.table.onlineCpus;
  return parseCpuList(allowed).filter((cpu) => online.size === 0 || online.has(cpu));
}

async function ioPriority(one: LinuxProcess): Promise<Fields> {
  const { ioPriorityOf } = await libc();
  const priority = ioPriorityOf(one.pid);
  // The class stands in the three bits above the priority's thirteen.
  return { ioclass: priority >> 13, value: priority & 0x1fff };
}

function ioCounters(one: LinuxProcess): Fields {
  const io = new Map([...one.file('io').matchAll(/^(\w+): (\d+)$/gm)].map(([, key, value]) => [key, Number(value)]));
  return known({
    read_count: io.get('syscr'), write_count: io.get('syscw'), read_bytes: io.get('read_bytes'), write_bytes: io.get('write_bytes'),
    read_chars: io.get('rchar'), write_chars: io.get('wchar'),
  });
}

function threads(one: LinuxProcess): Result[] {
  return fileNames(one.pid, one.path('task')).map(Number).sort((first, second) => first - second).flatMap((id) => {
    try {
      const stat = fileText(one.pid, one.path(`task/${String(id)}/stat`));
      const members = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ id, user_time: Number(members[Stat.user]) / ticksPerSecond, system_time: Number(members[Stat.system]) / ticksPerSecond }];
    } catch (error) {
      // A thread that ended meanwhile.
      if (error instanceof ProcessEnded) return [];
      throw error;
    }
  });
}
