import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StatusReport } from '../../status/report.js';
import type { Answer, Request } from './collector.js';

const program = fileURLToPath(new URL('./collector.js', import.meta.url));

/** The collector as a process that is killed, stopped and started again, and asked how it is. */
export class Subject {
  #child: ChildProcess | undefined;
  #offset = 0;
  #expected = true;
  #told: Extract<Answer, { kind: 'report' }> | undefined;
  /** What collectors before this one counted as damaged, by their last word. */
  #damagedBefore = 0;

  /** `broke` is told of a collector that ended by itself, which none ever may. */
  constructor(
    private readonly settings: string,
    private readonly journal: string,
    private readonly broke: (reason: string) => void,
  ) {}

  /** Resolves when it samples; one that does not within a minute is ended, since the next would find its spool locked. */
  async start(): Promise<void> {
    const child = fork(program, [this.settings, this.journal, String(this.#offset)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    this.#expected = false;
    this.#told = undefined;
    child.on('exit', (code, signal) => {
      if (!this.#expected && this.#child === child) this.broke(`the collector ended by itself (${String(code ?? signal)})`);
    });
    child.on('message', (answer: Answer) => {
      if (answer.kind === 'report') this.#told = answer;
    });
    try {
      await this.#answer('ready', 60);
    } catch (error) {
      await this.end('SIGKILL');
      throw error;
    }
  }

  /** Ends it; resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#expected = true;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    this.#damagedBefore = this.damaged;
    this.#told = undefined;
    this.#child = undefined;
  }

  /** Steps its clock, and that of those to come, to so many milliseconds ahead of the machine's. */
  setAhead(ms: number): void {
    this.#send({ kind: 'step', ms: ms - this.#offset });
    this.#offset = ms;
  }

  /** How it is, and the bytes that it keeps in memory. */
  async report(): Promise<{ readonly report: StatusReport; readonly rss: number }> {
    const answer = this.#answer('report', 30);
    this.#send({ kind: 'report' });
    return await answer;
  }

  /** Has it put samples, 5,000 a second at the most. */
  async flood(samples: number, seconds: number): Promise<void> {
    const answer = this.#answer('flooded', seconds);
    this.#send({ kind: 'flood', samples });
    await answer;
  }

  /** Samples that every collector so far counted as damaged, as far as they were asked. */
  get damaged(): number {
    return this.#damagedBefore + (this.#told?.report.dropped_by.damage ?? 0);
  }

  #send(request: Request): void {
    this.#child?.send(request, () => undefined);
  }

  #answer<K extends Answer['kind']>(kind: K, seconds: number): Promise<Extract<Answer, { kind: K }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { end(new Error(`the collector did not say ${kind} within ${String(seconds)} s`)); }, seconds * 1000);
      const gone = (): void => { end(new Error(`the collector ended before it said ${kind}`)); };
      const heard = (answer: Answer): void => {
        if (answer.kind === kind) end(undefined, answer as Extract<Answer, { kind: K }>);
      };
      const end = (error: Error | undefined, answer?: Extract<Answer, { kind: K }>): void => {
        clearTimeout(timer);
        child?.off('message', heard).off('exit', gone);
        if (answer !== undefined) resolve(answer);
        else reject(error ?? new Error('nothing'));
      };
      child?.on('message', heard).once('exit', gone);
    });
  }
}
