/**
 * Types as people write them: `"1"` and `1`, `"false"` and `false` mean the same. Only what is meant for sure is
 * converted (null never becomes 0, a number never becomes text); the rest is left for the schema to refuse.
 */
import type { Argument } from '../catalog/function.js';
import { functionNamed } from '../catalog/functions.js';

/** No number or word that an argument takes is longer. */
const longest = 100;

/** A decimal number as text, or the text unchanged. */
function toNumber(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > longest) return value;
  if (!/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(value.trim())) return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

function toBoolean(value: unknown): unknown {
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string' || value.length > longest) return value;
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : value;
}

/** An argument's value in the argument's type, where it means one for sure. */
export function convertArgument(argument: Argument, value: unknown): unknown {
  if (argument.nullable && typeof value === 'string' && value.length <= longest && /^(none|null)?$/i.test(value.trim())) return null;
  switch (argument.type) {
    case 'boolean':
      return toBoolean(value);
    case 'integer':
    case 'number':
      return toNumber(value);
    case 'string':
      return value;
  }
}

/** A copy of a psutil_config entry with its values in their types. */
export function convertEntry(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry;
  const converted: Record<string, unknown> = { ...entry };
  for (const key of ['interval', 'scale']) if (key in converted) converted[key] = toNumber(converted[key]);
  if ('rate' in converted) converted['rate'] = toBoolean(converted['rate']);
  // The predecessor's blueprints write an empty result_argument or alias for none, and null for no arguments.
  for (const key of ['result_argument', 'alias', 'args', 'rate', 'scale', 'unit']) {
    if (converted[key] === null || converted[key] === '') Reflect.deleteProperty(converted, key);
  }
  const definition = typeof converted['method'] === 'string' ? functionNamed(converted['method']) : undefined;
  const args = converted['args'];
  if (definition === undefined || typeof args !== 'object' || args === null || Array.isArray(args)) return converted;
  converted['args'] = Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const argument = definition.arguments.find((candidate) => candidate.name === name);
      return [name, argument === undefined ? value : convertArgument(argument, value)];
    }),
  );
  return converted;
}
