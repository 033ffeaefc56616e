import type { Clock } from '../../model/clock.js';
import { messageOf, UnavailableError } from '../../model/errors.js';

/** Seconds between looks at the processor queue. */
const period = 5;

/** What is left of an average after one period, for averages over 1, 5 and 15 minutes. */
const decays = [1, 5, 15].map((minutes) => Math.exp(-period / (60 * minutes)));

/** The load averages one period later, with that many threads waiting for a processor. */
export function nextLoads(loads: readonly number[], queueLength: number): number[] {
  return decays.map((decay, index) => (loads[index] ?? 0) * decay + queueLength * (1 - decay));
}

/**
 * psutil's emulated load average: the length of the processor queue, looked at every 5 s from the first reading on
 * and averaged from 0. The first reading waits for the first look, so that a single one tells something too.
 */
export class LoadAverage {
  #cancel: (() => void) | undefined;
  #loads: readonly number[] = [];
  #unknown: string | undefined;
  /** Readings that wait for the first look; absent once it has been taken. */
  #waiting: (() => void)[] | undefined = [];

  constructor(
    private readonly clock: Clock,
    private readonly queueLength: () => Promise<number>,
  ) {}

  /** The averages over 1, 5 and 15 minutes, to two decimals. Throws UnavailableError. */
  async read(): Promise<number[]> {
    if (this.#cancel === undefined) this.#wait();
    const waiting = this.#waiting;
    if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
    if (this.#unknown !== undefined) throw new UnavailableError(`No load average: ${this.#unknown}`);
    return this.#loads.map((load) => Math.round(load * 100) / 100);
  }

  close(): void {
    this.#cancel?.();
    this.#unknown ??= 'the collector stops';
    this.#release();
  }

  #wait(): void {
    this.#cancel = this.clock.after(period * 1000, () => {
      this.#wait();
      void this.#look();
    });
  }

  #release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resolve of waiting) resolve();
  }

  async #look(): Promise<void> {
    try {
      this.#loads = nextLoads(this.#loads, await this.queueLength());
      this.#unknown = undefined;
    } catch (error) {
      this.#unknown = messageOf(error);
    }
    this.#release();
  }
}
