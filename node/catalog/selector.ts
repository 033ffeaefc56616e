/**
 * The `result_argument`: which numbers of a result are wanted. Text such as `free`, `0.user`, `*.read_bytes`, `eth0.100.mtu`
 * or `count` becomes a path of keys, guided by the function's shape, so that keys may contain dots.
 */
import { fieldNamed, shapeOf, type CatalogFunction, type Shape } from './function.js';

/** A parsed result_argument: keys from the outside in; `*` every key, `count` (last) how many there are. */
export type Selector = readonly string[];

/** How many keys deep the items of a shape are, before its fields. */
const depth: Record<Shape, number> = { value: 0, values: 1, fields: 0, records: 1, map: 1, lists: 2 };

/**
 * Parses a result_argument for a function called with `args`.
 * @returns the selector, or a sentence that says what was expected instead.
 */
export function parseSelector(
  definition: CatalogFunction,
  args: Readonly<Record<string, unknown>>,
  source: string,
): Selector | { readonly expected: string } {
  const shape = shapeOf(definition, args);
  const expected = { expected: expectation(definition, shape) };
  if (shape === 'value' || source === '') return expected;
  const keys = source.split('.');
  const last = keys[keys.length - 1] ?? '';
  const named = shape !== 'values' && last !== '*' ? fieldNamed(definition, last) : undefined;
  if (shape === 'fields') {
    if (source === '*') return ['*'];
    return named !== undefined && keys.length === 1 && named.type !== 'string' ? [named.name] : expected;
  }
  if (named !== undefined) {
    const items = itemKeys(shape, keys.slice(0, -1));
    return items?.length === depth[shape] && named.type !== 'string' ? [...items, named.name] : expected;
  }
  if (last === 'count') {
    const items = itemKeys(shape, keys.slice(0, -1));
    return items !== undefined && items.length < depth[shape] ? [...items, 'count'] : expected;
  }
  // `a.*` of a list of named tuples asks for every field of `a`, as `a` does.
  const items = itemKeys(shape, last === '*' && keys.length > depth[shape] ? keys.slice(0, -1) : keys);
  if (items === undefined || items.length === 0 || !hasNumbers(definition)) return expected;
  return items;
}

/** The keys of items, dots of a name put back together; undefined where a list's index is no index. */
function itemKeys(shape: Shape, keys: readonly string[]): string[] | undefined {
  const isIndex = (key: string): boolean => key === '*' || /^(0|[1-9]\d*)$/.test(key);
  if (keys.length === 0) return [];
  if (shape === 'values' || shape === 'records') return keys.length === 1 && keys.every(isIndex) ? [...keys] : undefined;
  if (shape === 'map') return [keys.join('.')];
  const last = keys[keys.length - 1] ?? '';
  return keys.length > 1 && isIndex(last) ? [keys.slice(0, -1).join('.'), last] : [keys.join('.')];
}

function hasNumbers(definition: CatalogFunction): boolean {
  return definition.fields.some((field) => field.type !== 'string');
}

/** The names of the fields that can be published. */
export function selectableFields(definition: CatalogFunction): string[] {
  return definition.fields.filter((field) => field.type !== 'string' && field.name !== '').map((field) => field.name);
}

/** A sentence part that lists what a result_argument may be. */
function expectation(definition: CatalogFunction, shape: Shape): string {
  const fields = selectableFields(definition);
  const names = fields.length === 0 ? '' : `<field> (${fields.join(', ')})`;
  const offers: Record<Shape, readonly string[]> = {
    value: [],
    values: ['<index>', '*', 'count'],
    fields: ['*', names],
    records: fields.length === 0 ? ['count'] : ['count', '<index>', `<index or *>.${names}`],
    map: ['count', '<key>', `<key or *>.${names}`],
    lists: ['count', '<key or *>.count', `<key or *>.<index or *>.${names}`],
  };
  const offer = offers[shape];
  return offer.length === 0 ? 'no result_argument, for the result is one value' : offer.join(', ');
}

/** Whether a selector can only ever give one number, which is then published with an empty path. */
export function selectsOne(definition: CatalogFunction, args: Readonly<Record<string, unknown>>, selector?: Selector): boolean {
  const shape = shapeOf(definition, args);
  if (selector === undefined) return shape === 'value';
  if (selector.includes('*')) return false;
  if (selector[selector.length - 1] === 'count' && fieldNamed(definition, 'count') === undefined) return true;
  return selector.length === depth[shape] + (shape === 'values' ? 0 : 1);
}
