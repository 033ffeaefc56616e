import type { Clock } from '../../model/clock.js';
import { Heap } from './heap.js';

interface Timer {
  readonly at: number;
  /** Those of one moment run in the order in which they were set. */
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Time that passes from one event to the next, as fast as they can be worked through: a clock for a model. */
export class Timeline implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.push(timer);
    return () => { timer.callback = undefined; };
  }

  /** Lets everything happen until it is done, or until a moment; whether it was done. */
  run(end: number, done: () => boolean): boolean {
    while (!done()) {
      const next = this.#timers.first;
      if (next === undefined || next.at > end) {
        this.#now = Math.max(this.#now, end);
        return false;
      }
      this.#timers.pop();
      if (next.callback === undefined) continue;
      this.#now = next.at;
      next.callback();
    }
    return true;
  }
}
