import type { Range, Ranges } from './ranges.js';
import { decode, type Entry } from './record.js';
import type { Raw } from './store.js';

/** A sample in its place. */
export interface Placed {
  readonly position: number;
  readonly entry: Entry;
}

/** What a stretch of the store turned out to hold. */
export interface Sifted {
  readonly samples: readonly Placed[];
  /** Positions that should hold a sample and do not, or not a whole one. */
  readonly lost: readonly Range[];
}

/**
 * Looks into the records of the positions from `from` to before `until`. Positions run without a break, and whatever
 * was taken out of the middle left a gap record, so a position that is neither there nor `gone` was lost to damage.
 * Gap records found are put into `gone`.
 */
export function sift(records: readonly Raw[], from: number, until: number, gone: Ranges): Sifted {
  const samples: Placed[] = [];
  const lost: Range[] = [];
  let expected = from;
  for (const [position, value] of records) {
    // Below: left over inside a gap.
    if (position < expected) continue;
    missing(expected, position, gone, lost);
    expected = position + 1;
    if (gone.has(position)) continue;
    const stored = decode(position, value);
    if (stored === undefined) lost.push({ from: position, until: expected });
    else if (stored.kind === 'sample') samples.push({ position, entry: stored.entry });
    else {
      gone.add(position, stored.until);
      expected = stored.until;
    }
  }
  missing(expected, until, gone, lost);
  return { samples, lost };
}

/** Adds to `lost` what is not `gone` of the positions from `from` to before `until`. */
function missing(from: number, until: number, gone: Ranges, lost: Range[]): void {
  let position = from;
  while (position < until) {
    const run = gone.at(position);
    if (run === undefined || run.from >= until) {
      lost.push({ from: position, until });
      return;
    }
    if (run.from > position) lost.push({ from: position, until: run.from });
    position = run.until;
  }
}
