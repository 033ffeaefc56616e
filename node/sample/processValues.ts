import type { Result } from '../catalog/value.js';
import { messageOf, UnavailableError } from '../model/errors.js';
import { ProcessEnded, type ProcessEntry } from '../providers/processTable.js';

/** What was read of one process: results by read, and why others could not be had. */
export interface ProcessValues {
  readonly entry: ProcessEntry;
  results: Record<string, Result>;
  /** Absent where nothing is missing. */
  reasons?: Record<string, string>;
}

/** Keeps why a read could not be had; the first reason stays. */
export function missed(one: ProcessValues, read: string, reason: string): void {
  (one.reasons ??= {})[read] ??= reason;
}

/**
 * Makes reads of processes; those that end meanwhile are left out. What is there at once is not waited for: with a hundred
 * entries over a thousand processes, promises would cost more than the reading.
 */
export async function readProcesses(entries: readonly ProcessEntry[], reads: readonly string[]): Promise<ProcessValues[]> {
  const gone = new Set<ProcessValues>();
  const later: Promise<void>[] = [];
  const values = entries.map((entry): ProcessValues => {
    const one: ProcessValues = { entry, results: {} };
    const failed = (read: string, error: unknown): void => {
      if (error instanceof ProcessEnded) gone.add(one);
      else if (error instanceof UnavailableError) missed(one, read, messageOf(error));
      else throw error;
    };
    for (const read of reads) {
      try {
        const result = entry.read(read);
        if (!(result instanceof Promise)) one.results[read] = result;
        else later.push(result.then((value) => { one.results[read] = value; }, (error: unknown) => { failed(read, error); }));
      } catch (error) {
        failed(read, error);
      }
    }
    return one;
  });
  await Promise.all(later);
  return gone.size === 0 ? values : values.filter((one) => !gone.has(one));
}

/** Tells the numbers of a read's result by their place: those of a named tuple, and of a list how long it is. */
export function eachNumber(read: string, result: Result, tell: (place: string, value: number) => void): void {
  if (typeof result === 'number') tell(read, result);
  else if (typeof result === 'boolean') tell(read, Number(result));
  else if (Array.isArray(result)) tell(`${read}.count`, result.length);
  else if (typeof result === 'object' && result !== null) {
    for (const [name, value] of Object.entries(result)) eachNumber(`${read}.${name}`, value, tell);
  }
}

/** How the values of several processes become one. */
export type Aggregate = 'sum' | 'max' | 'min' | 'avg';

/** Numbers of several processes by place, made one as they come. */
export class Totals {
  readonly #byPlace = new Map<string, { sum: number; most: number; least: number; count: number }>();

  readonly add = (place: string, value: number): void => {
    const total = this.#byPlace.get(place);
    if (total === undefined) {
      this.#byPlace.set(place, { sum: value, most: value, least: value, count: 1 });
      return;
    }
    total.sum += value;
    total.count += 1;
    if (value > total.most) total.most = value;
    if (value < total.least) total.least = value;
  };

  /** Each place, and what its numbers come to. */
  *all(how: Aggregate): Generator<readonly [place: string, value: number]> {
    for (const [place, { sum, most, least, count }] of this.#byPlace) {
      yield [place, { sum, max: most, min: least, avg: sum / count }[how]];
    }
  }
}

/** `a.b` of numbers by place as maps within maps. */
export function nested(numbers: ReadonlyMap<string, number>): Record<string, Result> {
  const result: Record<string, Result> = {};
  for (const [place, value] of numbers) {
    const [read = '', name] = place.split('.');
    if (name === undefined) result[read] = value;
    else result[read] = { ...(result[read] as Record<string, Result> | undefined), [name]: value };
  }
  return result;
}
