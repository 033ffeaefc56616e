import { isatty } from 'node:tty';
import { ExitCode } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import { endProcess } from '../providers/process.js';

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'];

/** From the request to stop until the process is gone, whatever still runs: the flush and some time to close, milliseconds. */
export const exitTime = 5700;

/** The requests to stop a collector: signals, a duration that is over, and whoever calls `stop`. */
export class StopSignal {
  /** Resolves with the first request. */
  readonly asked: Promise<void>;
  #resolve = (): void => undefined;
  #cancel = (): void => undefined;
  #ending = false;
  #signals = signals;

  constructor(
    private readonly clock: Clock,
    duration: number | undefined,
  ) {
    this.asked = new Promise((resolve) => { this.#resolve = resolve; });
    for (const signal of signals) process.on(signal, this.stop);
    if (duration !== undefined) this.#cancel = clock.after(duration * 1000, this.stop);
  }

  /**
   * Calls back on SIGHUP instead of stopping, as daemons do. Not where Windows sends it, when the console is closed, nor at a
   * terminal, which says with it that it is gone.
   */
  onReload(call: () => void): void {
    if (process.platform === 'win32' || isatty(0)) return;
    this.#signals = signals.filter((signal) => signal !== 'SIGHUP');
    process.off('SIGHUP', this.stop).on('SIGHUP', call);
  }

  /** Asks to stop. From the first call on the process has `exitTime` left. */
  readonly stop = (): void => {
    if (!this.#ending) this.clock.after(exitTime, () => { void endProcess(ExitCode.ok); });
    this.#ending = true;
    this.#resolve();
  };

  /** What could be stopped is over by itself: nothing is left here that would end the process later. */
  close(): void {
    this.#cancel();
    for (const signal of this.#signals) process.off(signal, this.stop);
  }

  /** Stopping has begun: a second signal ends the process at once. */
  release(): void {
    this.#cancel();
    this.stop();
    // A second Ctrl-C is meant: it ends the flush, the spool keeps what is left.
    for (const signal of this.#signals) process.off(signal, this.stop).once(signal, () => { void endProcess(ExitCode.ok); });
  }
}
