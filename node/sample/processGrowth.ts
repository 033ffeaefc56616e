import type { ProcessEntry } from '../providers/processTable.js';
import { eachNumber, type ProcessValues } from './processValues.js';

/** What is known of a process, by the index of the place: its counters at the last reading, and their growth a second; NaN is unknown. */
interface Track {
  created: number;
  round: number;
  numbers: number[];
  /** What the next reading is written to: a thousand processes an entry are no garbage at every tick. */
  spare: number[];
  readonly growth: number[];
}

/**
 * How fast the counters of processes grow, a second. A process is known by its pid and its start, so that a pid that is used
 * again inherits nothing. One that was not there at the last reading has grown all it has since then.
 */
export class ProcessGrowth {
  readonly #tracks = new Map<number, Track>();
  readonly #places = new Map<string, number>();
  #round = 0;
  #at = NaN;
  /** Every process of the last reading, those not asked for among them; undefined where not all were looked at. */
  #there: ReadonlyMap<number, number> | undefined;

  /** @param reads those whose growth is asked for. */
  constructor(private readonly reads: ReadonlySet<string>) {}

  /**
   * Takes one reading.
   *
   * @param at monotonic milliseconds.
   * @param identities all processes of this moment, pid and start; undefined where not all were looked at.
   */
  measure(values: readonly ProcessValues[], at: number, identities: ReadonlyMap<number, number> | undefined): void {
    const seconds = (at - this.#at) / 1000;
    // Two readings of one moment: what the first told still holds.
    if (seconds <= 0) return;
    this.#round += 1;
    let track: Track;
    let born: boolean;
    const take = (place: string, value: number): void => {
      const index = this.#indexOf(place);
      const before = born ? 0 : (track.spare[index] ?? NaN);
      track.numbers[index] = value;
      track.growth[index] = Math.max(0, value - before) / seconds;
    };
    for (const { entry, results } of values) {
      born = this.#isBorn(entry);
      track = this.#track(entry);
      for (const read in results) if (this.reads.has(read)) eachNumber(read, results[read] ?? null, take);
    }
    for (const [pid, { round }] of this.#tracks) if (round !== this.#round) this.#tracks.delete(pid);
    [this.#there, this.#at] = [identities, at];
  }

  /** The growth of a place of a process between the last two readings; undefined where it is known only since the last. */
  of({ pid }: ProcessEntry, place: string): number | undefined {
    const growth = this.#tracks.get(pid)?.growth[this.#places.get(place) ?? NaN] ?? NaN;
    return Number.isNaN(growth) ? undefined : growth;
  }

  #indexOf(place: string): number {
    let index = this.#places.get(place);
    if (index === undefined) this.#places.set(place, (index = this.#places.size));
    return index;
  }

  #isBorn({ pid, created }: ProcessEntry): boolean {
    return this.#there !== undefined && this.#there.get(pid) !== created;
  }

  /** The track of a process, ready for a reading. */
  #track({ pid, created }: ProcessEntry): Track {
    let track = this.#tracks.get(pid);
    if (track?.created !== created) this.#tracks.set(pid, (track = { created, round: 0, numbers: [], spare: [], growth: [] }));
    track.round = this.#round;
    [track.numbers, track.spare] = [track.spare, track.numbers];
    track.numbers.fill(NaN);
    track.growth.fill(NaN);
    return track;
  }
}
