/** How the catalog's rows are written down. */
import type { Argument, Field } from './function.js';
import type { Platform } from './value.js';

export const everywhere: readonly Platform[] = ['win32', 'linux'];
export const windows: readonly Platform[] = ['win32'];
export const linux: readonly Platform[] = ['linux'];

type FieldExtras = Partial<Pick<Field, 'platforms' | 'aliases' | 'values' | 'bits' | 'optional'>>;

function field(kind: Field['kind'], name: string, unit: string, meaning: string, extras: FieldExtras = {}): Field {
  return { name, unit, kind, type: 'number', platforms: everywhere, aliases: [], meaning, ...extras };
}
export const gauge = field.bind(null, 'gauge');
export const counter = field.bind(null, 'counter');

export function text(name: string, meaning: string, extras: FieldExtras = {}): Field {
  return { ...gauge(name, '', meaning, extras), type: 'string' };
}

export function flag(name: string, meaning: string, extras: FieldExtras = {}): Field {
  return { ...gauge(name, '', meaning, extras), type: 'boolean' };
}

export function argument(name: string, type: Argument['type'], fallback: Argument['default'], meaning: string): Argument {
  return { name, type, nullable: false, default: fallback, required: false, meaning };
}

/** An argument that is null unless given. */
export function optional(name: string, type: Argument['type'], meaning: string, extras: Partial<Argument> = {}): Argument {
  return { ...argument(name, type, null, meaning), nullable: true, ...extras };
}

/** An argument that narrows down what is meant, unless it is left out. */
export function selector(name: string, type: Argument['type'], meaning: string, extras: Partial<Argument> = {}): Argument {
  return { ...argument(name, type, null, meaning), selects: true, ...extras };
}

/** A text argument in which `*` stands for any characters and `?` for one. */
export function pattern(name: string, meaning: string): Argument {
  return selector(name, 'string', `${meaning}; * stands for any characters, ? for one`);
}

export function required(name: string, type: Argument['type'], meaning: string): Argument {
  return { ...argument(name, type, null, meaning), required: true };
}

/** psutil's `nowrap`. */
export const noWrap = argument('nowrap', 'boolean', true, 'make up for counters that wrapped, so that they never fall');
