/**
 * The `result_argument`: which numbers of a result are wanted. Text such as `free`, `0.user`, `*.read_bytes`, `eth0.100.mtu`,
 * `memory_info.rss` or `count` becomes a path of keys, guided by the function's shape, so that keys may contain dots.
 */
import { fieldNamed, shapeOf, type CatalogFunction, type Field, type Shape } from './function.js';

/** A parsed result_argument: keys from the outside in; `*` every key, `count` or `any` (last) how many there are, and whether. */
export type Selector = readonly string[];

/** What a result_argument may be instead of what it is. */
export interface SelectorFault {
  readonly expected: string;
}

/** How many keys deep the items of a shape are, before its fields. */
const depth: Record<Shape, number> = { value: 0, values: 1, numbers: 1, fields: 0, records: 1, map: 1, lists: 2, any: 0 };

/** What may be asked of a list or map as a whole. */
export const wholes: readonly string[] = ['count', 'any'];

/** Shapes whose items are numbers without names. */
const unnamed: readonly Shape[] = ['value', 'values', 'numbers'];

/**
 * Parses a result_argument for a function called with `args`.
 * @returns the selector, or a sentence that says what was expected instead.
 */
export function parseSelector(
  definition: CatalogFunction,
  args: Readonly<Record<string, unknown>>,
  source: string,
): Selector | SelectorFault {
  const shape = shapeOf(definition, args);
  const form: Form = { definition, shape };
  const keys = source.split('.');
  const selector =
    shape === 'value' || source === '' ? undefined
    // What it gives is known when it gives it.
    : shape === 'any' ? (keys.includes('') ? undefined : keys)
    : unnamed.includes(shape) ? (wholes.includes(source) ? [source] : itemKeys(form, keys))
    : namedSelector(form, keys);
  return selector ?? { expected: expectation(form, source) };
}

interface Form {
  readonly definition: CatalogFunction;
  readonly shape: Shape;
}

function namedSelector(form: Form, keys: readonly string[]): Selector | undefined {
  const found = fieldAtEnd(form, keys);
  if (found !== undefined) {
    const items = itemKeys(form, found.items);
    return items?.length === depth[form.shape] && found.field.type !== 'string' ? [...items, ...found.field.name.split('.')] : undefined;
  }
  const last = keys[keys.length - 1] ?? '';
  if (wholes.includes(last)) {
    const items = keys.length === 1 ? [] : itemKeys(form, keys.slice(0, -1));
    if (items === undefined) return undefined;
    // What one item of a list has is not counted: the 1 of `eth0.1.count` is of the name.
    const counted = form.shape === 'lists' && items.length === depth.lists && !items.includes('*') ? [items.join('.')] : items;
    return counted.length < depth[form.shape] ? [...counted, last] : undefined;
  }
  return groupAtEnd(form, keys) ?? everyField(form, keys);
}

/** The longest end of a path that is a field's name, and what stands before it. */
function fieldAtEnd({ definition, shape }: Form, keys: readonly string[]): { field: Field; items: readonly string[] } | undefined {
  for (let at = 0; at < keys.length; at++) {
    const field = fieldNamed(definition, keys.slice(at).join('.'));
    // `count` of a map of processes is how many there are, not that each of them is one.
    if (field === undefined || field.name === '' || (shape === 'map' && wholes.includes(field.name))) continue;
    return { field, items: keys.slice(0, at) };
  }
  return undefined;
}

/** Every field within a field: `memory_info` of a process, which `memory_info.*` says too. */
function groupAtEnd(form: Form, source: readonly string[]): Selector | undefined {
  const keys = source.length > 1 && source[source.length - 1] === '*' ? source.slice(0, -1) : source;
  for (let at = 0; at < keys.length; at++) {
    const group = `${keys.slice(at).join('.')}.`;
    if (!form.definition.fields.some((field) => field.name.startsWith(group))) continue;
    const items = itemKeys(form, keys.slice(0, at));
    if (items?.length === depth[form.shape]) return [...items, ...keys.slice(at)];
  }
  return undefined;
}

/** Every field of items. `a.*` of a list of named tuples asks for every field of `a`, as `a` does. */
function everyField(form: Form, keys: readonly string[]): Selector | undefined {
  if (form.shape === 'fields') return keys.length === 1 && keys[0] === '*' ? ['*'] : undefined;
  const last = keys[keys.length - 1] ?? '';
  const items = itemKeys(form, last === '*' && keys.length > depth[form.shape] ? keys.slice(0, -1) : keys);
  return items !== undefined && selectableFields(form.definition).length > 0 ? items : undefined;
}

/** The keys of items, dots of a name put back together; undefined where a list's index is no index. */
function itemKeys({ definition, shape }: Form, keys: readonly string[]): string[] | undefined {
  const isIndex = (key: string): boolean => key === '*' || /^(0|[1-9]\d*)$/.test(key);
  // What is asked of processes is asked of each, as long as none is named.
  if (keys.length === 0) return shape === 'map' && definition.group === 'process' ? ['*'] : [];
  if (shape === 'fields' || shape === 'value') return undefined;
  if (shape === 'values' || shape === 'records') return keys.length === 1 && keys.every(isIndex) ? [...keys] : undefined;
  if (shape === 'map' || shape === 'numbers') return [keys.join('.')];
  const last = keys[keys.length - 1] ?? '';
  return keys.length > 1 && isIndex(last) ? [keys.slice(0, -1).join('.'), last] : [keys.join('.')];
}

/** The names of the fields that can be published. */
export function selectableFields(definition: CatalogFunction): string[] {
  return definition.fields.filter((field) => field.type !== 'string' && field.name !== '').map((field) => field.name);
}

/** A sentence part that lists what a result_argument may be. */
function expectation({ definition, shape }: Form, source: string): string {
  const keys = source.split('.');
  const text = unnamed.includes(shape) ? undefined : fieldAtEnd({ definition, shape }, keys);
  const names = fieldNames(definition, keys);
  if (text?.field.type === 'string' && selectableFields(definition).length > 0) {
    return `a number, which ${text.field.name} is not; the numbers beside it are ${names}`;
  }
  const field = names === '' ? '' : `<field> (${names})`;
  const offers: Record<Shape, readonly string[]> = {
    value: [],
    values: ['<index>', '*', 'count'],
    numbers: ['<key>', '*', 'count'],
    fields: ['*', field],
    records: names === '' ? ['count', 'any'] : ['count', 'any', '<index>', `<index or *>.${field}`],
    map: ['count', 'any', '<key>', `<key or *>.${field}`],
    lists: ['count', '<key or *>.count', `<key or *>.<index or *>.${field}`],
    any: ['a path such as name, 0.name, *.name or count'],
  };
  const offer = offers[shape];
  return offer.length === 0 ? 'no result_argument, for the result is one value' : offer.join(', ');
}

/** The fields that a path could mean: those of the field that it begins to name, else all. */
function fieldNames(definition: CatalogFunction, keys: readonly string[]): string {
  const names = selectableFields(definition);
  const near = keys.flatMap((key) => names.filter((name) => name.startsWith(`${key}.`)));
  return (near.length > 0 ? near : names).join(', ');
}

/** Whether a selector can only ever give one number, which is then published with an empty path. */
export function selectsOne(definition: CatalogFunction, args: Readonly<Record<string, unknown>>, selector?: Selector): boolean {
  const shape = shapeOf(definition, args);
  if (selector === undefined) return shape === 'value';
  if (selector.includes('*') || shape === 'any') return false;
  const items = depth[shape];
  if (unnamed.includes(shape)) return selector.length === 1;
  if (selector.length <= items) return wholes.includes(selector[selector.length - 1] ?? '');
  return fieldNamed(definition, selector.slice(items).join('.')) !== undefined;
}
