import { statSync } from 'node:fs';
import type { ProcessTable } from '../processTable.js';
import { UnavailableError } from '../../model/errors.js';
import { parseCpuList } from './cpu.js';
import { LinuxProcess } from './process.js';
import { fileText } from './processText.js';
import { namesIn, optionalNamesIn, optionalTextOf, textOf, type Roots } from './source.js';
import { parseBootTime } from './system.js';

/** The processes of one moment; of each only what is asked is read. */
export class LinuxProcessTable implements ProcessTable {
  readonly #found = new Map<number, LinuxProcess | undefined>();
  #all: readonly LinuxProcess[] | undefined;
  #children: Map<number, LinuxProcess[]> | undefined;
  #users: Map<number, string> | undefined;
  #terminals: Map<number, string> | undefined;
  #boot: number | undefined;
  #cpus: ReadonlySet<number> | undefined;

  constructor(readonly roots: Roots) {}

  all(): readonly LinuxProcess[] {
    this.#all ??= namesIn(this.roots.proc)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((one, other) => one - other)
      .flatMap((pid) => this.#open(pid, true) ?? []);
    return this.#all;
  }

  find(pid: number): LinuxProcess | undefined {
    return this.#open(pid, false);
  }

  #open(pid: number, listed: boolean): LinuxProcess | undefined {
    if (this.#found.has(pid)) return this.#found.get(pid);
    // The kernel answers under the ids of threads as well, which a listing has not.
    const process = listed || this.#isProcess(pid) ? this.#read(pid) : undefined;
    this.#found.set(pid, process);
    return process;
  }

  #isProcess(pid: number): boolean {
    return new RegExp(`^Tgid:\\s*${String(pid)}$`, 'm').test(optionalTextOf(`${this.roots.proc}/${String(pid)}/status`) ?? '');
  }

  #read(pid: number): LinuxProcess | undefined {
    try {
      return new LinuxProcess(this, pid, fileText(pid, `${this.roots.proc}/${String(pid)}/stat`));
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
  }

  /** The children of a process. A parent is never younger: else its pid is another's that has been used again. */
  childrenOf(parent: LinuxProcess): readonly LinuxProcess[] {
    if (this.#children === undefined) {
      this.#children = new Map();
      for (const one of this.all()) {
        const siblings = this.#children.get(one.ppid);
        if (siblings === undefined) this.#children.set(one.ppid, [one]);
        else siblings.push(one);
      }
    }
    return (this.#children.get(parent.pid) ?? []).filter((child) => child.created >= parent.created);
  }

  /** The name of a user by /etc/passwd; psutil too gives the number of a user without a name. */
  userName(uid: number): string {
    this.#users ??= new Map(
      (optionalTextOf('/etc/passwd') ?? '').split('\n').reverse().map((line) => line.split(':')).map(([name = '', , id = '']) => [Number(id), name] as const),
    );
    return this.#users.get(uid) ?? String(uid);
  }

  /** The terminal of a device number. */
  terminal(device: number): string | null {
    this.#terminals ??= terminals(this.roots.dev);
    return this.#terminals.get(device) ?? null;
  }

  get bootTime(): number {
    this.#boot ??= parseBootTime(textOf(`${this.roots.proc}/stat`));
    return this.#boot;
  }

  get onlineCpus(): ReadonlySet<number> {
    this.#cpus ??= new Set(parseCpuList(optionalTextOf(`${this.roots.sys}/devices/system/cpu/online`) ?? ''));
    return this.#cpus;
  }
}

function terminals(dev: string): Map<number, string> {
  const names = [
    ...optionalNamesIn(dev).filter((name) => name.startsWith('tty')).map((name) => `${dev}/${name}`),
    ...optionalNamesIn(`${dev}/pts`).map((name) => `${dev}/pts/${name}`),
  ];
  return new Map(names.flatMap((name) => {
    // It may have been closed meanwhile.
    const status = statSync(name, { throwIfNoEntry: false });
    return status === undefined ? [] : [[status.rdev, name] as const];
  }));
}
