import { isPattern, parseCounterPath } from '../catalog/counterPath.js';
import type { Result } from '../catalog/value.js';
import { needsTwo, type CounterRow } from '../providers/counterRow.js';
import type { ProcessTable } from '../providers/processTable.js';

/** Where counters are read: those of one tick and one interval are collected together. */
export interface CounterSource {
  rows(path: string): Promise<readonly CounterRow[]>;
  processes(): Promise<ProcessTable>;
}

/** What is made of counters, and why places of it are absent. */
export interface CounterResult {
  readonly result: Result;
  readonly reasons?: Readonly<Record<string, string>>;
}

/** What a path comes to: a number, or numbers by instance, by counter, or by both where each may be several. */
export function counterResult(rows: readonly CounterRow[], path: string, aggregate: string): CounterResult {
  const parts = parseCounterPath(path);
  if (aggregate === 'count') return instancesOf(rows);
  const reasons: Record<string, string> = {};
  const one = (some: readonly CounterRow[], place: readonly string[]): Result => {
    const { value, reason } = together(some, path, aggregate);
    if (reason !== undefined) reasons[place.join('.')] = reason;
    return value;
  };
  const byCounter = (some: readonly CounterRow[], place: readonly string[]): Result => {
    if (!isPattern(parts?.counter)) return one(some, place);
    const groups = groupsOf(some, (row) => row.counter);
    return Object.fromEntries(groups.map(([name, group]) => [name, one(group, [...place, name])]));
  };
  const whole = rows.some(({ instance }) => instance === null);
  if (aggregate !== 'each' || !isPattern(parts?.instance) || whole) return { result: byCounter(rows, []), reasons };
  const instances = groupsOf(rows.filter(({ pending }) => !pending), ({ instance }) => String(instance));
  return { result: Object.fromEntries(instances.map(([name, group]) => [name, byCounter(group, [name])])), reasons };
}

/** One value of several. An instance that does not tell makes it unknown; one that has only just come is not among them yet. */
function together(rows: readonly CounterRow[], path: string, aggregate: string): { value: number | null; reason?: string } {
  const fault = rows.find(({ value, pending }) => value === null && !pending);
  if (fault !== undefined) return { value: null, reason: String(fault.reason) };
  const values = rows.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return { value: null, reason: rows.length > 0 ? needsTwo : `no instance matches ${path}` };
  switch (aggregate) {
    case 'max': return { value: Math.max(...values) };
    case 'min': return { value: Math.min(...values) };
    case 'avg': return { value: sumOf(values) / values.length };
    default: return { value: sumOf(values) };
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** How many instances there are, those among them that have only just come. */
function instancesOf(rows: readonly CounterRow[]): CounterResult {
  const fault = rows.find(({ instance, value }) => instance === null && value === null);
  if (fault !== undefined) return { result: null, reasons: { '': String(fault.reason) } };
  return { result: { count: new Set(rows.map(({ instance }) => instance)).size } };
}

/** Items by a key, in the order of their first. */
export function groupsOf<T>(items: readonly T[], key: (item: T) => string): [name: string, group: readonly T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups];
}
