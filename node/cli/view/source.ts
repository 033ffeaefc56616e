/** What a live view shows, and where it comes from. */
import type { Selected } from '../../sample/selection.js';

/** One entry as it is now. */
export interface Watched {
  /** What stays the same of an entry for as long as it is there. */
  readonly key: unknown;
  readonly name: string;
  /** The last values and when they were taken, wall-clock milliseconds. */
  readonly last: { readonly wall: number; readonly selected: readonly Selected[] } | undefined;
  /** Why a value cannot be had now. */
  readonly fault: string | undefined;
  /** Whether the last attempt gave nothing at all: the values are of one before. */
  readonly stale: boolean;
}

/** Gives a live view what is known now; both are asked about once a second and cost little where nothing changed. */
export interface Source {
  entries(): readonly Watched[];
  /** Sentences to stand below the values, the most important first. */
  status(): readonly string[];
}
