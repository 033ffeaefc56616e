import type { Clock } from '../model/clock.js';

/** Why a sample was let go. */
export type Cause = 'size' | 'age' | 'damage' | 'closed';

/** How many samples were let go, by cause. */
export type DropCounts = Readonly<Record<Cause, number>>;

const none: DropCounts = { size: 0, age: 0, damage: 0, closed: 0 };
const quiet = 60_000;

/** Counts what is let go and tells of it at most once a minute: the first time at once, then what came since. */
export class Drops {
  #counts: Record<Cause, number> = { ...none };
  #untold: Record<Cause, number> = { ...none };
  #cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (since: DropCounts) => void,
  ) {}

  /** Since the queue was opened. */
  get counts(): DropCounts {
    return { ...this.#counts };
  }

  add(cause: Cause, count: number): void {
    if (count === 0) return;
    this.#counts[cause] += count;
    this.#untold[cause] += count;
    if (this.#cancel === undefined) this.#say();
  }

  /** Tells what is still untold, and is done. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (Object.values(this.#untold).some((count) => count > 0)) this.tell(this.#untold);
    this.#untold = { ...none };
  }

  #say(): void {
    const since = this.#untold;
    this.#untold = { ...none };
    this.#cancel = this.clock.after(quiet, () => {
      this.#cancel = undefined;
      if (Object.values(this.#untold).some((count) => count > 0)) this.#say();
    });
    this.tell(since);
  }
}
