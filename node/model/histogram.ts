/** Bins to each doubling: a bin's middle is within 4.5 % of any value in it. */
const binsPerDoubling = 8;
/** The doublings covered, from `smallest` on: from a microsecond to some hours, in milliseconds. */
const doublings = 34;
const smallest = 0.001;

/** Counts durations by their order of magnitude, in a fixed amount of memory: two states of it tell the quantiles of what came between. */
export class Histogram {
  readonly #counts = new Float64Array(doublings * binsPerDoubling);

  /** Counts one duration, milliseconds. */
  add(ms: number): void {
    const bin = Math.floor(Math.log2(ms / smallest) * binsPerDoubling);
    const at = bin > 0 ? Math.min(bin, this.#counts.length - 1) : 0;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** How many durations fell into each bin so far. */
  counts(): readonly number[] {
    return Array.from(this.#counts);
  }
}

/** The duration, milliseconds, below which a share of those lie that came between two counts; undefined where none did. */
export function quantileBetween(before: readonly number[] | undefined, after: readonly number[], share: number): number | undefined {
  const grown = after.map((count, bin) => count - (before?.[bin] ?? 0));
  let left = grown.reduce((sum, count) => sum + count, 0) * share;
  if (left === 0) return undefined;
  const bin = grown.findIndex((count) => {
    left -= count;
    return count > 0 && left <= 0;
  });
  return smallest * 2 ** ((bin + 0.5) / binsPerDoubling);
}
