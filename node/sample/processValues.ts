import type { Result } from '../catalog/value.js';
import { messageOf, UnavailableError } from '../model/errors.js';
import { ProcessEnded, type ProcessEntry } from '../providers/processTable.js';

/** What was read of one process: results by read, and why others could not be had. */
export interface ProcessValues {
  readonly entry: ProcessEntry;
  readonly results: Record<string, Result>;
  readonly reasons: Record<string, string>;
}

/**
 * Makes reads of processes; those that end meanwhile are left out. What is there at once is not waited for: with a hundred
 * entries over a thousand processes, promises would cost more than the reading.
 */
export async function readProcesses(entries: readonly ProcessEntry[], reads: readonly string[]): Promise<ProcessValues[]> {
  const gone = new Set<ProcessValues>();
  const later: Promise<void>[] = [];
  const values = entries.map((entry): ProcessValues => {
    const one: ProcessValues = { entry, results: {}, reasons: {} };
    const missed = (read: string, error: unknown): void => {
      if (error instanceof ProcessEnded) gone.add(one);
      else if (error instanceof UnavailableError) one.reasons[read] = messageOf(error);
      else throw error;
    };
    for (const read of reads) {
      try {
        const result = entry.read(read);
        if (!(result instanceof Promise)) one.results[read] = result;
        else later.push(result.then((value) => { one.results[read] = value; }, (error: unknown) => { missed(read, error); }));
      } catch (error) {
        missed(read, error);
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

/** One value of several; at least one is given. */
export function aggregateOf(how: Aggregate, values: readonly number[]): number {
  switch (how) {
    case 'sum':
      return values.reduce((total, value) => total + value, 0);
    case 'avg':
      return values.reduce((total, value) => total + value, 0) / values.length;
    case 'max':
      return values.reduce((most, value) => Math.max(most, value));
    case 'min':
      return values.reduce((least, value) => Math.min(least, value));
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
