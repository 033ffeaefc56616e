import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StatusReport } from '../../status/report.js';
import { command } from '../support/command.js';

const hook = new URL('./hook.js', import.meta.url).href;
/** How long a stop may take: the flush and what design 3.5 allows beside it, and as much again for a busy machine, milliseconds. */
const longestStop = 12_000;

/** Where a collector's files are. */
export interface CollectorFiles {
  readonly settings: string;
  readonly journal: string;
  /** The folder of status.json. */
  readonly status: string;
  /** The file of the clock's steps. */
  readonly clock: string;
}

/** What a collector says of itself, and what the system says of it. */
export interface Report {
  readonly report: StatusReport;
  /** MB (10^6 bytes), resident. */
  readonly rss: number;
}

/** The command `psutil-agent run` as a process that is killed, stopped and started again. */
export class CollectorProcess {
  #child: ChildProcess | undefined;
  #expected = true;
  /** What collectors before this one counted as dropped, by cause. */
  readonly #droppedBefore = { damage: 0, size: 0 };
  #told: StatusReport | undefined;

  /**
   * `words` runs a program where the collector is to live; `broke` is told of a collector that ended by itself, did not end when it was
   * asked, or ended with another code than 0, which none ever may.
   */
  constructor(
    private readonly files: CollectorFiles,
    private readonly words: (program: string, ...args: string[]) => [string, ...string[]],
    private readonly broke: (reason: string) => void,
  ) {
    writeFileSync(files.clock, '0');
  }

  /** Resolves when it samples; one that does not within a minute is ended, since the next would find its spool locked. */
  async start(): Promise<void> {
    const [program, ...args] = this.words(process.execPath, command, 'run', '--config', this.files.settings);
    const env = {
      ...process.env, NODE_OPTIONS: `--import ${hook}`, PSUTIL_CHAOS_JOURNAL: this.files.journal, PSUTIL_CHAOS_CLOCK: this.files.clock,
      // As the launcher sets it; what is preloaded has threads started before.
      UV_THREADPOOL_SIZE: '64',
    };
    // A group of its own, so that whatever it starts is killed with it.
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-2000); });
    this.#child = child;
    this.#expected = false;
    this.#told = undefined;
    const began = Date.now();
    let ended: string | undefined;
    child.once('exit', (code, signal) => {
      ended = String(code ?? signal);
      if (!this.#expected) this.broke(`the collector ended by itself (${ended}): ${said}`);
    });
    while (ended === undefined && Date.now() - began < 60_000) {
      if (this.#writtenSince(began) && this.#read()?.state === 'sampling') return;
      await delay(10);
    }
    await this.end('SIGKILL');
    throw new Error(ended === undefined ? 'the collector did not sample within 60 s' : `the collector ended before it sampled (${ended}): ${said}`);
  }

  /** Ends it; resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#expected = true;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (signal === 'SIGTERM') await this.#stop(child, gone);
    else process.kill(-child.pid, 'SIGKILL');
    await gone;
    this.#told = this.#read() ?? this.#told;
    for (const cause of ['damage', 'size'] as const) this.#droppedBefore[cause] = this.dropped(cause);
    this.#told = undefined;
    this.#child = undefined;
  }

  async #stop(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      this.broke(`the collector had not stopped ${String(longestStop / 1000)} s after it was asked to`);
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }, longestStop);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
    if (child.exitCode !== 0) this.broke(`the collector ended with ${String(child.exitCode ?? child.signalCode)} when it was asked to stop`);
  }

  /** Steps its clock, and that of those to come, to so many milliseconds ahead of the machine's. */
  setAhead(ms: number): void {
    writeFileSync(this.files.clock, String(Math.round(ms)));
  }

  /** What it says from now on, and the memory it keeps. */
  async report(): Promise<Report> {
    const asked = Date.now();
    while (!this.#writtenSince(asked)) {
      if (Date.now() - asked > 30_000) throw new Error('status.json was not written within 30 s');
      await delay(20);
    }
    const report = this.#read();
    if (report === undefined) throw new Error('status.json cannot be read');
    this.#told = report;
    return { report, rss: this.rss };
  }

  /** MB, resident, now. */
  get rss(): number {
    try {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(this.#child?.pid)}/status`, 'utf8'))?.[1];
      return Number(kilobytes ?? 0) * 1.024e-3;
    } catch {
      return 0;
    }
  }

  /** Samples that every collector so far counted as dropped for a cause, as far as they were asked. */
  dropped(cause: 'damage' | 'size'): number {
    return this.#droppedBefore[cause] + (this.#told?.dropped_by[cause] ?? 0);
  }

  #writtenSince(ms: number): boolean {
    try {
      return statSync(join(this.files.status, 'status.json')).mtimeMs > ms;
    } catch {
      return false;
    }
  }

  #read(): StatusReport | undefined {
    try {
      return JSON.parse(readFileSync(join(this.files.status, 'status.json'), 'utf8')) as StatusReport;
    } catch {
      return undefined;
    }
  }
}
