import type { Clock } from '../model/clock.js';

/** Why a sample was let go. */
export type Cause = 'size' | 'age' | 'damage' | 'closed';

/** How many samples were let go, by cause. */
export type DropCounts = Readonly<Record<Cause, number>>;

const none: DropCounts = { size: 0, age: 0, damage: 0, closed: 0 };
const quiet = 60_000;

/** Counts what is let go and reports it at most once a minute: the first time at once, then what came since. */
export class DropCounter {
  #counts: Record<Cause, number> = { ...none };
  #unreported: Record<Cause, number> = { ...none };
  #cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly report: (since: DropCounts) => void,
  ) {}

  /** Since the queue was opened. */
  get counts(): DropCounts {
    return { ...this.#counts };
  }

  add(cause: Cause, count: number): void {
    if (count === 0) return;
    this.#counts[cause] += count;
    this.#unreported[cause] += count;
    if (this.#cancel === undefined) this.#flush();
  }

  /** Reports what is not reported yet, and is done. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#any()) this.report(this.#unreported);
    this.#unreported = { ...none };
  }

  #any(): boolean {
    return Object.values(this.#unreported).some((count) => count > 0);
  }

  #flush(): void {
    const since = this.#unreported;
    this.#unreported = { ...none };
    this.#cancel = this.clock.after(quiet, () => {
      this.#cancel = undefined;
      if (this.#any()) this.#flush();
    });
    this.report(since);
  }
}
