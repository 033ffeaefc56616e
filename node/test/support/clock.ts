import type { Clock } from '../../model/clock.js';

/** A clock that stands still until it is told to go on; what falls due meanwhile runs in order, each at its own time. */
export class TestClock implements Clock {
  #now = 1000;
  #wallOffset: number;
  #timers: { at: number; callback: () => void }[] = [];

  constructor(wall = 1_700_000_000_000) {
    this.#wallOffset = wall - this.#now;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#wallOffset;
  }

  /** Timers that are set. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Steps the wall clock alone, as an administrator or NTP does. */
  stepWall(ms: number): void {
    this.#wallOffset += ms;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets `ms` milliseconds pass, and everything that is due in them happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.#callNext(end)) await settle();
    this.#now = end;
  }

  /** As `pass`, in one go: whatever waits for a promise has no turn meanwhile. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#callNext(end));
    this.#now = end;
  }

  /** Calls what is due next, where that is not after `end`. */
  #callNext(end: number): boolean {
    const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    next.callback();
    return true;
  }

  /** Jumps without letting anything happen on the way: the host slept. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Lets everything that waits for a promise or an immediate run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}
