import type { ArgumentValue, Platform } from './value.js';

/** A keyword argument of a psutil function, by psutil's name and default. */
export interface Argument {
  readonly name: string;
  readonly type: 'boolean' | 'integer' | 'number' | 'string';
  /** Whether null (psutil's None) is a value of it. */
  readonly nullable: boolean;
  /** Taken where the argument is not given; a required one has null here. */
  readonly default: ArgumentValue;
  readonly required: boolean;
  readonly minimum?: number;
  /** The only values of it, where they are few. */
  readonly values?: readonly string[];
  readonly meaning: string;
}

/** A field of a result: psutil's named tuples' members. */
export interface Field {
  readonly name: string;
  /** `s`, `%`, `B`, `MHz`, `ms`, `Mbit/s`, `count`; empty for text and enumerations. */
  readonly unit: string;
  /** A gauge is a state; a counter only grows until the system restarts. */
  readonly kind: 'gauge' | 'counter';
  readonly type: 'number' | 'boolean' | 'string';
  readonly platforms: readonly Platform[];
  /** Names that older psutil versions used. */
  readonly aliases: readonly string[];
  readonly meaning: string;
}

/**
 * The form of a result:
 * `value` one number or boolean; `values` a list of numbers; `fields` one named tuple; `records` a list of named tuples;
 * `map` named tuples by key; `lists` lists of named tuples by key.
 */
export type Shape = 'value' | 'values' | 'fields' | 'records' | 'map' | 'lists';

/** One psutil function: what it takes, what it gives, where it works. */
export interface CatalogFunction {
  readonly name: string;
  readonly group: 'cpu' | 'memory' | 'disk' | 'network' | 'system';
  readonly meaning: string;
  readonly platforms: readonly Platform[];
  readonly arguments: readonly Argument[];
  readonly shape: Shape;
  /** The boolean argument that asks for one result an item (percpu, perdisk, pernic), and the shape it then has. */
  readonly perItem?: { readonly argument: string; readonly shape: Shape };
  /** The members of the named tuple; for `value` and `values` one unnamed field. */
  readonly fields: readonly Field[];
}

/** The shape of a function's result under given arguments. */
export function shapeOf(definition: CatalogFunction, args: Readonly<Record<string, unknown>>): Shape {
  const per = definition.perItem;
  return per !== undefined && args[per.argument] === true ? per.shape : definition.shape;
}

/** The field of that name or older name. */
export function fieldNamed(definition: CatalogFunction, name: string): Field | undefined {
  return definition.fields.find((field) => field.name === name || field.aliases.includes(name));
}
