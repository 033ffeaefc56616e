/** Turns what ajv found into sentences: where, what was expected, what was found, the nearest valid name. */
import type { ErrorObject } from 'ajv';
import { functions, functionNamed } from '../catalog/functions.js';
import { refusalOf } from '../catalog/refused.js';
import type { Fault } from '../model/errors.js';
import { hostNeeds, hostPattern } from './host.js';
import { nearest } from './nearest.js';
import { monitorSchema, psutilConfigSchema, somethingSelected, type Schema } from './schema.js';
import { show, showAt, showKey } from './secret.js';

/** The value at a JSON pointer (RFC 6901). */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const key of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}

/** A fault whose sentence is put together from its parts. */
export function fault(pointer: string, expected: string, found: string, near?: string): Fault {
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return {
    pointer,
    message: `${pointer === '' ? 'the configuration' : pointer}: expected ${expected}, found ${found}${hint}`,
    expected,
    found,
    ...(near === undefined ? {} : { nearest: near }),
  };
}

const typeNames: Record<string, string> = {
  object: 'a map', array: 'a list', string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false', null: 'null',
};

/** Something that works but is hardly meant. */
export interface Warning {
  readonly pointer: string;
  readonly message: string;
}

export function warning(pointer: string, text: string): Warning {
  return { pointer, message: `${pointer}: ${text}` };
}

/** ajv's errors that are faults of their own: `if` only repeats what its `then` has said, and what is of no right type is none of a list either. */
export function ownErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  const mistyped = new Set(errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath));
  return errors.filter(({ keyword, instancePath }) => keyword !== 'if' && !(keyword === 'enum' && mistyped.has(instancePath)));
}

/** The fault behind one of ajv's errors; `document` is what was validated. */
export function faultOf(error: ErrorObject, document: unknown): Fault {
  const { instancePath: pointer, keyword } = error;
  const params = error.params as Record<string, unknown>;
  const value = valueAt(document, pointer);
  const found = showAt(pointer, value);
  const limit = String(params['limit']);
  switch (keyword) {
    case 'required':
      return missing(pointer, String(params['missingProperty']), value);
    case 'additionalProperties':
      return unknownKey(pointer, String(params['additionalProperty']), document);
    case 'type': {
      const types = [params['type']].flat().map((type) => typeNames[String(type)] ?? String(type));
      return fault(pointer, `${types.join(' or ')}${value === null && /\/args\/\w+$/.test(pointer) ? leftOut : ''}`, found);
    }
    case 'enum':
      return unlisted(pointer, (params['allowedValues'] as unknown[]).map(String), value);
    case 'minimum':
      return fault(pointer, `a number of at least ${limit}`, found);
    case 'maximum':
      return fault(pointer, `a number of at most ${limit}`, found);
    case 'minItems':
      return fault(pointer, 'a list of at least one', 'an empty list');
    case 'maxItems':
      return fault(pointer, `a list of at most ${limit}`, found);
    case 'maxLength':
      return fault(pointer, `text of at most ${limit} characters`, `${String(Array.from(String(value)).length)} of them`);
    case 'pattern':
      return unfit(pointer, params['pattern'], String(value));
    default:
      return fault(pointer, error.message ?? keyword, found);
  }
}

/** What to do with an argument that is none. */
const leftOut = ' (leave the argument out where none is meant)';

/** Text that breaks a pattern. */
function unfit(pointer: string, pattern: unknown, value: string): Fault {
  if (pattern === somethingSelected) return fault(pointer, `text that is not empty and not none${leftOut}`, showAt(pointer, value));
  if (value.trim() === '') return fault(pointer, 'text that is not empty', showAt(pointer, value));
  if (pattern !== hostPattern) return fault(pointer, 'text without control characters', showAt(pointer, value));
  const { expected, near } = hostNeeds(value);
  return fault(pointer, expected, show(value), near);
}

/** The arguments of the entry that a pointer leads into, where its method is known. */
function argumentNames(parent: unknown): string[] | undefined {
  const { method } = parent as { readonly method?: unknown };
  const definition = typeof method === 'string' ? functionNamed(method) : undefined;
  return definition?.arguments.map((argument) => argument.name);
}

function missing(pointer: string, name: string, value: unknown): Fault {
  const meanings: Record<string, string> = {
    interval: 'interval, the seconds between calls',
    method: 'method, a psutil function',
    psutil_config: 'psutil_config, the list of functions to call',
    args: `args with ${argumentNames(value)?.join(', ') ?? 'the arguments'}`,
  };
  return fault(pointer, `the key ${meanings[name] ?? name}`, 'none');
}

function unknownKey(pointer: string, key: string, document: unknown): Fault {
  const isArgument = pointer.endsWith('/args');
  const names = isArgument ? (argumentNames(valueAt(document, pointer.slice(0, -'/args'.length))) ?? []) : keysAt(pointer, document);
  const kind = isArgument ? 'arguments' : 'keys';
  const expected = names.length === 0 ? `no ${kind}` : `only the ${kind} ${names.join(', ')}`;
  const shown = showKey(key);
  return fault(`${pointer}/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`, expected, `"${shown}"`, nearest(key, names));
}

/** The keys that the schema knows for the map at a pointer. */
function keysAt(pointer: string, document: unknown): string[] {
  let schema: Schema = Array.isArray(document) ? psutilConfigSchema() : monitorSchema();
  for (const key of pointer.split('/').slice(1)) {
    const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
    const next = schema['type'] === 'array' ? (schema['items'] as Schema) : Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (next === undefined) return [];
    schema = '$ref' in next ? psutilConfigSchema() : next;
  }
  return Object.keys(schema['properties'] ?? {});
}

function unlisted(pointer: string, names: readonly string[], value: unknown): Fault {
  const near = typeof value === 'string' ? nearest(value, names) : undefined;
  const isMethod = names.length === functions.length && names[0] === functions[0]?.name;
  const refusal = isMethod && typeof value === 'string' ? refusalOf(value) : undefined;
  if (refusal !== undefined) return fault(pointer, `a psutil function that a configuration may ask for, which ${show(value)} is not: ${refusal}`, show(value));
  const expected = isMethod ? 'a psutil function of the catalog (psutil-agent methods lists them)' : `one of ${names.join(', ')}`;
  return fault(pointer, expected, show(value), near);
}
