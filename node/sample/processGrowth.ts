import type { ProcessEntry } from '../providers/processTable.js';
import { eachNumber, type ProcessValues } from './processValues.js';

interface Before {
  readonly created: number;
  readonly numbers: ReadonlyMap<string, number>;
}

/**
 * How fast the counters of processes grow, a second. A process is known by its pid and its start, so that a pid that is used
 * again inherits nothing. One that was not there at the last reading has grown all it has since then.
 */
export class ProcessGrowth {
  #at: number | undefined;

  /** @param reads those whose growth is asked for. */
  constructor(private readonly reads: ReadonlySet<string>) {}

  #before = new Map<number, Before>();
  /** Every process of the last reading, those not asked for among them; undefined where not all were looked at. */
  #there: ReadonlyMap<number, number> | undefined;
  #growth = new Map<number, ReadonlyMap<string, number>>();

  /**
   * Takes one reading.
   *
   * @param at monotonic milliseconds.
   * @param identities all processes of this moment, pid and start; undefined where not all were looked at.
   */
  measure(values: readonly ProcessValues[], at: number, identities: ReadonlyMap<number, number> | undefined): void {
    const seconds = this.#at === undefined ? 0 : (at - this.#at) / 1000;
    // Two readings of one moment: what the first told still holds.
    if (this.#at !== undefined && seconds <= 0) return;
    const now = new Map<number, Before>();
    this.#growth = new Map();
    for (const { entry, results } of values) {
      const numbers = new Map<string, number>();
      for (const read in results) if (this.reads.has(read)) eachNumber(read, results[read] ?? null, (place, value) => numbers.set(place, value));
      now.set(entry.pid, { created: entry.created, numbers });
      const before = this.#numbersBefore(entry);
      if (seconds > 0 && before !== undefined) this.#growth.set(entry.pid, growthOf(before, numbers, seconds));
    }
    [this.#before, this.#there, this.#at] = [now, identities, at];
  }

  /** The growth of a process between the last two readings; undefined where it is known only since the last. */
  of(entry: ProcessEntry): ReadonlyMap<string, number> | undefined {
    return this.#growth.get(entry.pid);
  }

  #numbersBefore({ pid, created }: ProcessEntry): ReadonlyMap<string, number> | undefined {
    const before = this.#before.get(pid);
    if (before?.created === created) return before.numbers;
    const born = this.#there !== undefined && this.#there.get(pid) !== created;
    return born ? new Map() : undefined;
  }
}

function growthOf(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>, seconds: number): ReadonlyMap<string, number> {
  const growth = new Map<string, number>();
  for (const [place, value] of now) growth.set(place, Math.max(0, value - (before.get(place) ?? 0)) / seconds);
  return growth;
}
