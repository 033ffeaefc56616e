import { fieldNamed, type CatalogFunction, type Field } from '../catalog/function.js';
import { selectsOne, wholes, type Selector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';

/** A number and its place in a result. */
export interface Selected {
  /** The place, keys joined with `_`; empty where only one number can be selected. */
  readonly path: string;
  readonly value: number;
  /** The catalog's unit. */
  readonly unit: string;
  /** What the catalog says of it. */
  readonly field?: Field | undefined;
}

/** What a selector found, and why it did not find the rest: one sentence a missing value. */
export interface Selection {
  readonly selected: readonly Selected[];
  readonly missing: readonly string[];
}

/** What picks an entry's numbers out of one result after another; as `select` does. */
export type Select = (result: Result, reasons?: Readonly<Record<string, string>>) => Selection;

const nothing: readonly string[] = [];

/** `select` for the results of one entry: where it names one place, the number that stands there is found without a search. */
export function selectionOf(definition: CatalogFunction, args: Arguments, selector?: Selector): Select {
  const keys = selector ?? [];
  const field = fieldAt(definition, keys);
  if (field === undefined) return (result, reasons) => select(definition, args, result, selector, reasons);
  return (result, reasons) => {
    let value: Result | undefined = result;
    for (let n = 0; n < keys.length; n += 1) {
      const key = keys[n] ?? '';
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return select(definition, args, result, selector, reasons);
      value = (value as Readonly<Record<string, Result>>)[key];
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) return select(definition, args, result, selector, reasons);
    return { selected: [{ path: '', value, unit: field.unit, field }], missing: nothing };
  };
}

/**
 * Picks the numbers of a result that an entry asks for. Zero is a value; null, text and NaN are none.
 *
 * @param reasons why places are absent, by their keys joined with dots; under `''` why any other is.
 */
export function select(
  definition: CatalogFunction, args: Arguments, result: Result, selector?: Selector, reasons: Readonly<Record<string, string>> = {},
): Selection {
  const single = selectsOne(definition, args, selector);
  const asked = selector ?? [];
  // Where nobody knows beforehand, the one number that stands at the very place asked for has no path either.
  const exact = asked.includes('*') ? -1 : asked.length;
  const selected: Selected[] = [];
  const missing: string[] = [];

  function leaf(value: number | boolean, place: readonly string[], field: Field | undefined, unit = field?.unit ?? ''): void {
    const number = Number(value);
    if (Number.isFinite(number)) selected.push({ path: single || place.length === exact ? '' : place.join('_'), value: number, unit, field });
    else missing.push(`${place.join('.') || 'the result'} is no number`);
  }

  function walk(value: Result, keys: Selector, place: readonly string[]): void {
    const [key, ...rest] = keys;
    if (value === null) {
      // What was not asked for by its name, and may be None, is nobody's concern.
      if ((selector === undefined || selector[selector.length - 1] === '*') && mayBeNone(definition, place)) return;
      missing.push(reasonOf(reasons, place) ?? `the system does not tell ${place.join('.') || definition.name}`);
    } else if (typeof value === 'number' || typeof value === 'boolean') {
      leaf(value, place, fieldAt(definition, place));
    } else if (typeof value === 'string') {
      if (key === undefined) missing.push(`${place.join('.') || 'the result'} is text, not a number`);
    } else if (key !== undefined && wholes.includes(key) && rest.length === 0 && !isNumber((value as Readonly<Record<string, Result>>)[key])) {
      const count = Array.isArray(value) ? value.length : Object.keys(value).length;
      leaf(key === 'any' ? count > 0 : count, [...place, key], undefined, key === 'any' ? '' : 'count');
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
    const reason = reasonOf(reasons, [...place, key]);
    if (reason !== undefined) {
      missing.push(reason);
      return;
    }
    const names = Object.keys(value);
    const there = names.length === 0 ? 'there is none' : `there are ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`;
    missing.push(`there is no ${[...place, key].join('.')} here; ${there}`);
  }

  walk(result, asked, []);
  return { selected, missing };
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function mayBeNone(definition: CatalogFunction, place: readonly string[]): boolean {
  const field = fieldAt(definition, place);
  return field?.type === 'string' || field?.optional === true;
}

/** The field at a place: the one whose name the longest end of it is, or the one without a name. */
export function fieldAt(definition: CatalogFunction, place: readonly string[]): Field | undefined {
  for (let at = 0; at <= place.length; at++) {
    const field = fieldNamed(definition, place.slice(at).join('.'));
    if (field !== undefined) return field;
  }
  return undefined;
}

/** The reason for a place, or for the nearest one that it is in. */
function reasonOf(reasons: Readonly<Record<string, string>>, place: readonly string[]): string | undefined {
  for (let end = place.length; end >= 0; end--) {
    const reason = reasons[place.slice(0, end).join('.')];
    if (reason !== undefined) return reason;
  }
  return undefined;
}
