import type { Selected } from '../../sample/selection.js';
import { sparklineLength } from './sparkline.js';
import type { Watched } from './source.js';

/** One value, or the reason why an entry has none. */
export interface Row {
  /** As it comes, unescaped: whoever shows it does that. */
  readonly name: string;
  readonly path: string;
  readonly unit: string;
  readonly value: number | undefined;
  /** When it was taken, wall-clock milliseconds. */
  readonly wall: number | undefined;
  /** Why there is no value now. */
  readonly reason: string | undefined;
  /** The last values, this one at the end. */
  readonly history: readonly number[];
}

/** The orders of rows, in the order in which a key goes through them. */
export const orders = ['as configured', 'by name', 'by value', 'by age'] as const;
export type Order = (typeof orders)[number];

/** An entry with its rows. */
interface Known {
  readonly watched: Watched;
  readonly rows: readonly Row[];
}

/** The rows of all entries and their order. What did not change since the last update costs a comparison an entry, and no more. */
export class Rows {
  #known = new Map<unknown, Known>();
  #rows: readonly Row[] = [];
  #sorted: readonly Row[] | undefined;
  #order: Order = 'as configured';

  get order(): Order {
    return this.#order;
  }

  /** Goes on to the next order. */
  reorder(): void {
    this.#order = orders[(orders.indexOf(this.#order) + 1) % orders.length] ?? 'as configured';
    this.#sorted = undefined;
  }

  /** Takes over what is known now. */
  update(entries: readonly Watched[]): void {
    const known = new Map<unknown, Known>();
    let changed = entries.length !== this.#known.size;
    for (const watched of entries) {
      const before = this.#known.get(watched.key);
      const same = before !== undefined && alike(before.watched, watched);
      known.set(watched.key, same ? before : { watched, rows: rowsOf(watched, before) });
      changed ||= !same;
    }
    this.#known = known;
    if (!changed) return;
    this.#rows = entries.flatMap(({ key }) => known.get(key)?.rows ?? []);
    this.#sorted = undefined;
  }

  /** All rows in their order. */
  all(): readonly Row[] {
    return (this.#sorted ??= sort(this.#rows, this.#order));
  }
}

function alike(one: Watched, other: Watched): boolean {
  return one.last?.wall === other.last?.wall && one.fault === other.fault && one.stale === other.stale && one.name === other.name;
}

function rowsOf({ name, last, fault, stale }: Watched, before: Known | undefined): Row[] {
  const reasonRow: Row = { name, path: '', unit: '', value: undefined, wall: undefined, reason: fault, history: [] };
  if (last === undefined) return [reasonRow];
  const fresh = before?.watched.last?.wall !== last.wall;
  const histories = new Map(before?.rows.map(({ path, history }) => [path, history]));
  const rows = last.selected.map(({ path, value, unit }: Selected): Row => {
    const history = histories.get(path) ?? [];
    return { name, path, unit, value, wall: last.wall, reason: stale ? fault : undefined, history: fresh ? [...history.slice(1 - sparklineLength), value] : history };
  });
  // Some of it could be had: the reason for the rest is a row of its own.
  return fault !== undefined && !stale ? [...rows, reasonRow] : rows;
}

const comparisons: Readonly<Record<Exclude<Order, 'as configured'>, (a: Row, b: Row) => number>> = {
  'by name': (a, b) => compare(a.name, b.name) || compare(a.path, b.path),
  'by value': (a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY) || 0,
  'by age': (a, b) => (a.wall ?? 0) - (b.wall ?? 0),
};

function sort(rows: readonly Row[], order: Order): readonly Row[] {
  return order === 'as configured' ? rows : [...rows].sort(comparisons[order]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
