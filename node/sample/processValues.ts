import type { Result } from '../catalog/value.js';
import { messageOf, UnavailableError } from '../model/errors.js';
import { ProcessEnded, type ProcessEntry } from '../providers/processTable.js';

/** What was read of one process: results by read, and why others could not be had. */
export interface ProcessValues {
  readonly entry: ProcessEntry;
  readonly results: Record<string, Result>;
  readonly reasons: Record<string, string>;
}

/** Makes reads of processes; those that end meanwhile are left out. */
export async function readProcesses(entries: readonly ProcessEntry[], reads: readonly string[]): Promise<ProcessValues[]> {
  const values = await Promise.all(entries.map((entry) => readProcess(entry, reads)));
  return values.filter((one) => one !== undefined);
}

async function readProcess(entry: ProcessEntry, reads: readonly string[]): Promise<ProcessValues | undefined> {
  const [results, reasons]: [Record<string, Result>, Record<string, string>] = [{}, {}];
  for (const read of reads) {
    try {
      const result = entry.read(read);
      results[read] = result instanceof Promise ? await result : result;
    } catch (error) {
      if (error instanceof ProcessEnded) return undefined;
      if (!(error instanceof UnavailableError)) throw error;
      reasons[read] = messageOf(error);
    }
  }
  return { entry, results, reasons };
}

/** The numbers of a read's result by their place: those of a named tuple, and of a list how long it is. */
export function numbersOf(read: string, result: Result): [place: string, value: number][] {
  if (typeof result === 'number' || typeof result === 'boolean') return [[read, Number(result)]];
  if (Array.isArray(result)) return [[`${read}.count`, result.length]];
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([name, value]) => numbersOf(`${read}.${name}`, value));
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
