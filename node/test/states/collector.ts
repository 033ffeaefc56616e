/** A collector in a state, and what a person sees of it: the status command, the log, doctor; what Get-PsutilMonitor reads is kept for later. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusReport } from '../../status/report.js';
import { command, psutilAgentHere } from '../support/command.js';
import { until } from '../support/wait.js';

/** What the views said of one state. */
export interface Views {
  /** All that `psutil-agent status` prints. */
  readonly status: string;
  /** Level and text of what the log has got since the state before. */
  readonly log: readonly string[];
  /** The lines of `psutil-agent doctor` that are no `ok`, but for what this machine does to them: its clock, ticks that it was too late for. */
  readonly doctor: readonly string[];
  /** Of the doctor that found them. */
  readonly exitCode: number | null;
  /** A copy of status.json. */
  readonly file: string;
}

/** Puts words before a program's, as a namespace does. */
export type Within = (program: string, ...args: string[]) => [program: string, ...args: string[]];

const here: Within = (...words) => words;
/** What is run in this process, whose standard output is the command's meanwhile: one after another. */
let lastHere: Promise<unknown> = Promise.resolve();

/** Runs the command to its end: in this process where nothing is to stand before it. */
function run(within: Within, ...args: string[]): Promise<{ code: number | null; out: string }> {
  if (within === here) {
    const ended = lastHere.then(() => psutilAgentHere(args));
    lastHere = ended.catch(() => undefined);
    return ended;
  }
  const [program, ...words] = within(process.execPath, command, ...args);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('error', reject);
    child.once('close', (code) => { resolve({ code, out }); });
  });
}

/** One collector of a test, with all of its files in a folder. */
export class WatchedCollector {
  readonly settings: string;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #seen = 0;

  constructor(readonly folder: string, settings: object, private readonly within: Within = here) {
    mkdirSync(folder, { recursive: true });
    this.settings = join(folder, 'settings.json');
    writeFileSync(this.settings, JSON.stringify({ status: { path: '.', interval: 0.5 }, ...settings }));
  }

  start(): void {
    const [program, ...words] = this.within(process.execPath, command, 'run', '--config', this.settings);
    const child = spawn(program, words, { stdio: 'ignore' });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
  }

  /** What it last said; undefined before its first word. */
  get report(): StatusReport | undefined {
    const path = join(this.folder, 'status.json');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as StatusReport : undefined;
  }

  /** Waits for a word of it; gives the milliseconds waited. */
  async until(what: string, condition: (report: StatusReport) => boolean): Promise<number> {
    try {
      return await until(what, () => this.report !== undefined && condition(this.report));
    } catch (error) {
      throw new Error(`${what}: it says ${this.report?.summary ?? 'nothing'}`, { cause: error });
    }
  }

  #log(): string[] {
    const path = join(this.folder, 'psutil.log');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
    const news = lines.slice(this.#seen);
    this.#seen = lines.length;
    return news.map((line) => {
      const { level, msg, reason, name } = JSON.parse(line) as Record<string, string>;
      return `${level ?? ''}: ${msg ?? ''}${reason === undefined ? '' : ` (${name ?? ''}: ${reason})`}`;
    });
  }

  /** Looks at it in all views, one after the other: they are to tell of the same state. */
  async look(name: string): Promise<Views> {
    const file = join(this.folder, `${name}.status.json`);
    copyFileSync(join(this.folder, 'status.json'), file);
    const { out: status } = await run(this.within, 'status', '--data', this.folder);
    const { doctor, exitCode } = await this.doctor();
    // Last: it is written a moment after the status.
    return { status, log: this.#log(), doctor, exitCode, file };
  }

  /** What doctor finds with its settings. */
  async doctor(): Promise<Pick<Views, 'doctor' | 'exitCode'>> {
    const { out, code } = await run(this.within, 'doctor', this.settings);
    const lines = out.split('\n').filter((line) => /^(warning|FAULT)/.test(line) && !/^warning clock|ticks were skipped/.test(line));
    return { doctor: lines.map((line) => line.replace(/ +/g, ' ')), exitCode: code };
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child?.kill(signal);
    await this.#exited;
  }
}
