import type { CatalogFunction } from '../catalog/function.js';
import type { Result } from '../catalog/value.js';
import { fieldAt } from './selection.js';

/** A value of a result, whatever its type, with its place. */
export interface Leaf {
  /** The place, keys joined with dots as in result_argument; empty where the result is one value. */
  readonly path: string;
  /** null: it cannot be told. */
  readonly value: number | boolean | string | null;
  /** The catalog's unit. */
  readonly unit: string;
  /** Why it cannot be told; absent where nobody knows. */
  readonly reason?: string;
}

/**
 * Every value of a result, one after the other, and what is missing in it with its reason.
 *
 * @param reasons why places are absent, by their keys joined with dots; under `''` why any other is.
 */
export function leavesOf(definition: CatalogFunction, result: Result, reasons: Readonly<Record<string, string>> = {}): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: Result, place: readonly string[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...place, key]);
      return;
    }
    const path = place.join('.');
    const reason = value === null ? reasons[path] ?? reasons[''] : undefined;
    leaves.push({ path, value, unit: fieldAt(definition, place)?.unit ?? '', ...(reason === undefined ? {} : { reason }) });
  };
  walk(result, []);
  const there = new Set(leaves.map(({ path }) => path));
  const absent = Object.entries(reasons).filter(([place]) => place !== '' && !there.has(place));
  return [...leaves, ...absent.map(([path, reason]) => ({ path, value: null, unit: '', reason }))];
}
