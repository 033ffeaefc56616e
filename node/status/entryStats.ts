import { isoTime } from '../model/clock.js';
import type { Entry } from '../model/settings.js';
import type { Selected } from '../sample/selection.js';
import { isStale, type EntryReport } from './report.js';

/** Counts what one entry does, and remembers its last value and its last fault. */
export class EntryStats {
  taken = 0;
  skipped = 0;
  unavailable = 0;
  /** When the last values were taken: NaN, never. It and `#value` are numbers with a fraction from the first, which V8 writes in place. */
  #wall = NaN;
  /** The last value where there was one, in its parts: what was selected, kept until the next, would grow old with every sample. */
  #value = NaN;
  #path = '';
  #unit = '';
  /** All of the last values, where there were several. */
  #several: readonly Selected[] | undefined;
  #lastError: { readonly wall: number; readonly message: string } | undefined;
  /** The fault it is in now; a fault that lasts is told once. */
  #fault: string | undefined;

  /** `entry` may be replaced by one that says the same at another place in the list. */
  constructor(public entry: Entry) {}

  /** Counts what a reading gave. */
  took(wall: number, selected: readonly Selected[]): void {
    this.taken += selected.length;
    const first = selected[0];
    if (first === undefined) return;
    this.#wall = wall;
    if (selected.length > 1) {
      this.#several = selected;
      return;
    }
    this.#several = undefined;
    this.#value = first.value;
    this.#path = first.path;
    this.#unit = first.unit;
  }

  /** Counts values that could not be had; true where the reason is news. */
  missed(wall: number, count: number, reason: string): boolean {
    this.unavailable += count;
    this.#lastError = { wall, message: reason };
    const news = this.#fault !== reason;
    this.#fault = reason;
    return news;
  }

  /** Notes that all values could be had; true where that is news. */
  complete(): boolean {
    const news = this.#fault !== undefined;
    this.#fault = undefined;
    return news;
  }

  /** The last values, for a view. */
  get last(): { readonly wall: number; readonly selected: readonly Selected[] } | undefined {
    if (Number.isNaN(this.#wall)) return undefined;
    return { wall: this.#wall, selected: this.#several ?? [{ path: this.#path, value: this.#value, unit: this.#unit }] };
  }

  /** Why a value cannot be had now; undefined where all can. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get stale(): boolean {
    const at = (one: { readonly wall: number } | undefined): { readonly time: number } | null => (one === undefined ? null : { time: one.wall });
    return isStale({ fault: this.#fault ?? null, last: at(this.last), last_error: at(this.#lastError) });
  }

  report(): EntryReport {
    const { index, name, method, interval } = this.entry;
    const { last } = this;
    return {
      index, name, method, interval, taken: this.taken, skipped: this.skipped, unavailable: this.unavailable,
      last: last === undefined ? null : { time: isoTime(last.wall), values: valuesOf(last.selected) },
      ...unitsOf(last?.selected ?? []),
      last_error: this.#lastError === undefined ? null : { time: isoTime(this.#lastError.wall), message: this.#lastError.message },
      fault: this.#fault ?? null,
    };
  }
}

/** The unit that all have; by path where they have several. */
function unitsOf(selected: readonly Selected[]): Pick<EntryReport, 'unit' | 'units'> {
  const unit = selected[0]?.unit ?? '';
  if (selected.every((one) => one.unit === unit)) return { unit, units: null };
  return { unit: '', units: Object.fromEntries(selected.map(({ path, unit: own }) => [keyOf(path), own])) };
}

function valuesOf(selected: readonly Selected[]): Record<string, number> {
  return Object.fromEntries(selected.map(({ path, value }) => [keyOf(path), value]));
}

/** The one value of an entry without a path is called `value`, since PowerShell reads no JSON with empty names. */
function keyOf(path: string): string {
  return path === '' ? 'value' : path;
}
