import { fieldNamed, type CatalogFunction } from '../catalog/function.js';
import { selectsOne, type Selector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';

/** A number and its place in a result. */
export interface Selected {
  /** The place, keys joined with `_`; empty where only one number can be selected. */
  readonly path: string;
  readonly value: number;
  /** The catalog's unit. */
  readonly unit: string;
}

/** What a selector found, and why it did not find the rest: one sentence a missing value. */
export interface Selection {
  readonly selected: readonly Selected[];
  readonly missing: readonly string[];
}

/** Picks the numbers of a result that an entry asks for. Zero is a value; null, text and NaN are none. */
export function select(definition: CatalogFunction, args: Arguments, result: Result, selector?: Selector): Selection {
  const single = selectsOne(definition, args, selector);
  const selected: Selected[] = [];
  const missing: string[] = [];

  function leaf(value: number | boolean, place: readonly string[], unit: string): void {
    const number = Number(value);
    if (Number.isFinite(number)) selected.push({ path: single ? '' : place.join('_'), value: number, unit });
    else missing.push(`${place.join('.') || 'the result'} is no number`);
  }

  function walk(value: Result | undefined, keys: Selector, place: readonly string[]): void {
    const [key, ...rest] = keys;
    if (value === null || value === undefined) {
      if (selector === undefined && isText(definition, place)) return;
      missing.push(`the system does not tell ${place.join('.') || definition.name}`);
    } else if (typeof value === 'number' || typeof value === 'boolean') {
      leaf(value, place, unitAt(definition, place));
    } else if (typeof value === 'string') {
      if (selector !== undefined && key === undefined) missing.push(`${place.join('.')} is text, not a number`);
    } else if (key === 'count' && rest.length === 0 && fieldNamed(definition, 'count') === undefined) {
      leaf(Object.keys(value).length, [...place, 'count'], 'count');
    } else if (key === undefined || key === '*') {
      for (const [name, item] of Object.entries(value)) {
        // Text among the fields of a whole result was not asked for.
        if (typeof item !== 'string') walk(item, rest, [...place, name]);
      }
    } else {
      child(value, key, rest, place);
    }
  }

  function child(value: object, key: string, rest: Selector, place: readonly string[]): void {
    const item = (value as Readonly<Record<string, Result>>)[key];
    if (item !== undefined) {
      walk(item, rest, [...place, key]);
      return;
    }
    const names = Object.keys(value);
    const there = names.length === 0 ? 'there is none' : `there are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`;
    missing.push(`there is no ${[...place, key].join('.')} here; ${there}`);
  }

  walk(result, selector ?? [], []);
  return { selected, missing };
}

function isText(definition: CatalogFunction, place: readonly string[]): boolean {
  return fieldNamed(definition, place[place.length - 1] ?? '')?.type === 'string';
}

function unitAt(definition: CatalogFunction, place: readonly string[]): string {
  const last = place[place.length - 1] ?? '';
  return (fieldNamed(definition, last) ?? fieldNamed(definition, ''))?.unit ?? '';
}
