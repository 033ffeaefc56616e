/**
 * What psutil computes from raw readings, in one pure place: percentages, deltas, sums, means and counter wrap.
 * Follows psutil's facade (`psutil/__init__.py`, `_common.py`) but for two things: cpu_times_percent is not scaled down
 * where less than a CPU second has passed, and a percentage of no time at all is unknown, not 0.
 */
import type { Fields, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';

/** Rounds to one decimal as Python does: the exact binary value, a tie to the even digit. */
export function round1(value: number): number {
  const tie = Math.abs(value * 4) % 2 === 1;
  return tie ? (2 * Math.round((Math.trunc(value * 10) + Math.sign(value) * 0.5) / 2)) / 10 : Number(value.toFixed(1));
}

/** `used` in percent of `total`, one decimal; 0 of nothing is 0, as psutil has it. */
export function usagePercent(used: number, total: number): number {
  return total === 0 ? 0 : round1((used / total) * 100);
}

/** A field that something is computed from. */
export function need(fields: Fields, name: string): number {
  const value = fields[name];
  if (value === undefined) throw new UnavailableError(`the system does not tell ${name}`);
  return value;
}

/** Adds psutil's `percent`; one that the system tells itself is rounded as psutil does. */
export function withPercent(fields: Fields, shares: (fields: Fields) => [number, number]): Fields {
  const { percent, ...rest } = fields;
  return { ...rest, percent: percent === undefined ? usagePercent(...shares(fields)) : usagePercent(percent, 100) };
}

/** What passed between two readings of cumulative times; a time that fell (as iowait may) counts as standing still. */
function deltas(before: Fields, after: Fields): Fields {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, Math.max(0, value - (before[name] ?? value))]));
}

/** All CPU time. Guests' time is contained in user and nice. */
function totalTime(times: Fields): number {
  const sum = Object.values(times).reduce((total, time) => total + time, 0);
  return sum - (times['guest'] ?? 0) - (times['guest_nice'] ?? 0);
}

function elapsed(before: Fields, after: Fields): { passed: Fields; total: number } {
  const passed = deltas(before, after);
  const total = totalTime(passed);
  if (total <= 0) throw new UnavailableError('no CPU time has passed since the last reading');
  return { passed, total };
}

/** psutil.cpu_percent of one CPU between two cpu_times. */
export function cpuPercent(before: Fields, after: Fields): number {
  const { passed, total } = elapsed(before, after);
  const busy = total - (passed['idle'] ?? 0) - (passed['iowait'] ?? 0);
  return round1((busy / total) * 100);
}

/** psutil.cpu_times_percent of one CPU between two cpu_times. */
export function cpuTimesPercent(before: Fields, after: Fields): Fields {
  const { passed, total } = elapsed(before, after);
  const share = (time: number): number => Math.min(100, round1((time / total) * 100));
  return Object.fromEntries(Object.entries(passed).map(([name, time]) => [name, share(time)]));
}

/** A derivation between two readings, of one CPU or of each of a list; a CPU it cannot tell of is null. */
export function between(derive: (before: Fields, after: Fields) => Result, before: Result, after: Result): Result {
  if (!Array.isArray(after)) return derive(before as Fields, after as Fields);
  const earlier = before as readonly Fields[];
  return (after as readonly Fields[]).map((times, index) => {
    try {
      return derive(earlier[index] ?? times, times);
    } catch (error) {
      if (error instanceof UnavailableError) return null;
      throw error;
    }
  });
}

/** The mean of each field over a list of named tuples; a field that none of them knows is null. */
export function mean(records: readonly Readonly<Record<string, number | null>>[]): Result {
  const names = Object.keys(records[0] ?? {});
  if (names.length === 0) throw new UnavailableError('the system tells of no CPU');
  return Object.fromEntries(
    names.map((name) => {
      const known = records.map((record) => record[name]).filter((value) => typeof value === 'number');
      return [name, known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length];
    }),
  );
}

/** The sum of each field over a map of named tuples. */
export function sum(items: Readonly<Record<string, Fields>>): Fields {
  const total: Record<string, number> = {};
  for (const item in items) {
    const fields = items[item];
    for (const name in fields) total[name] = (total[name] ?? 0) + (fields[name] ?? 0);
  }
  return total;
}

/** What was counted between two readings, of one number or of a map of them; what was not there before began at 0. */
export function growth(before: Result, after: Result): Result {
  if (typeof after === 'number') return after - (before as number);
  const earlier = before as Readonly<Record<string, number>>;
  return Object.fromEntries(Object.entries(after as Readonly<Record<string, number>>).map(([key, count]) => [key, count - (earlier[key] ?? 0)]));
}

/** What a counter of 32 bits has counted when it begins anew. */
export const wrapOf32 = 2 ** 32;

/** Whether a counter of 32 bits that fell has wrapped: it was near its end, and is near its beginning. */
export function wrapped(before: number, now: number): boolean {
  return before > wrapOf32 / 2 && before < wrapOf32 && now < wrapOf32 / 2;
}

/**
 * Makes up for counters that wrapped: whenever one falls, what it had reached is added from then on (psutil's `nowrap`).
 * One instance an entry; an item that vanishes is forgotten.
 */
export class CounterMemory {
  #last: Readonly<Record<string, Fields>> = {};
  readonly #lost = new Map<string, Record<string, number>>();

  /**
   * @param gauges the fields that are no counters, and may fall.
   * @param narrow the counters of 32 bits: where such a one falls from its upper half into its lower, 2^32 were lost.
   */
  constructor(private readonly gauges: ReadonlySet<string> = new Set(), private readonly narrow: ReadonlySet<string> = new Set()) {}

  /** The counters by item with what was lost added. */
  unwrap(items: Readonly<Record<string, Fields>>): Readonly<Record<string, Fields>> {
    for (const item of this.#lost.keys()) if (!(item in items)) this.#lost.delete(item);
    for (const item in items) this.#note(item, items[item] ?? {});
    this.#last = items;
    if (this.#lost.size === 0) return items;
    return Object.fromEntries(Object.entries(items).map(([item, fields]) => [item, sum({ fields, lost: this.#lost.get(item) ?? {} })]));
  }

  /** Notes what the counters of an item have lost since the reading before. */
  #note(item: string, fields: Fields): void {
    const before = this.#last[item];
    for (const name in fields) {
      const last = before?.[name] ?? 0;
      const now = fields[name] ?? 0;
      if (now >= last || this.gauges.has(name)) continue;
      const lost = this.#lost.get(item) ?? {};
      lost[name] = (lost[name] ?? 0) + (this.narrow.has(name) && wrapped(last, now) ? wrapOf32 : last);
      this.#lost.set(item, lost);
    }
  }
}
