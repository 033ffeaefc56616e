/** What a performance counter told: one row for each instance and each counter that a path means. */
import type { Result } from '../catalog/value.js';

/** One value, or why there is none. */
export interface CounterRow {
  readonly [key: string]: Result;
  /** The counter's English name. */
  readonly counter: string;
  /** The instance, those of equal names told apart by #1, #2; null where the object has none. */
  readonly instance: string | null;
  readonly value: number | null;
  readonly reason: string | null;
  /** Whether nothing is amiss, and the value comes with the next reading. */
  readonly pending: boolean;
}

/** Why the first reading of a counter that counts something a second tells no value. */
export const needsTwo = 'a rate needs two readings';
