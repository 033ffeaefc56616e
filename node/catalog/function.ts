import type { ArgumentValue, Platform } from './value.js';

/** A keyword argument of a psutil function, by psutil's name and default. */
export interface Argument {
  readonly name: string;
  readonly type: 'boolean' | 'integer' | 'number' | 'string';
  /** Whether null (psutil's None) is a value of it. */
  readonly nullable: boolean;
  /** Taken where the argument is not given; one that is required or selects has null here. */
  readonly default: ArgumentValue;
  readonly required: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The only values of it, where they are few. */
  readonly values?: readonly string[];
  /** Whether text of blanks alone is refused. */
  readonly notEmpty?: boolean;
  /**
   * Whether it narrows down what is meant. Nothing (null, none, blanks), as a variable gives that is not set, is then refused:
   * it would come to mean everything, or something else.
   */
  readonly selects?: true;
  readonly meaning: string;
}

/** A field of a result: psutil's named tuples' members. */
export interface Field {
  /** Its name; of a field within a field (Process) the path to it, parts joined with dots. */
  readonly name: string;
  /** `s`, `d`, `%`, `B`, `MHz`, `ms`, `Mbit/s`, `rpm`, `C`, `count`; empty for text and enumerations. */
  readonly unit: string;
  /** A gauge is a state; a counter only grows until the system restarts. */
  readonly kind: 'gauge' | 'counter';
  readonly type: 'number' | 'boolean' | 'string';
  readonly platforms: readonly Platform[];
  /** Names that older psutil versions used. */
  readonly aliases: readonly string[];
  /** The names of an enumeration's numbers. */
  readonly values?: Readonly<Record<number, string>>;
  /** Whether it may be psutil's None, as the process of a service that does not run: then nobody need be told. */
  readonly optional?: true;
  /** How wide the system keeps a counter, where it wraps in practice. */
  readonly bits?: 32;
  readonly meaning: string;
}

/**
 * The form of a result:
 * `value` one number or boolean; `values` a list of numbers; `fields` one named tuple; `records` a list of named tuples;
 * `map` named tuples by key; `lists` lists of named tuples by key; `numbers` numbers by key; `any` whatever the source gives.
 */
export type Shape = 'value' | 'values' | 'fields' | 'records' | 'map' | 'lists' | 'numbers' | 'any';

/** One psutil function: what it takes, what it gives, where it works. */
export interface CatalogFunction {
  readonly name: string;
  readonly group: 'cpu' | 'memory' | 'disk' | 'network' | 'sensors' | 'system' | 'process' | 'services' | 'agent' | 'external';
  readonly meaning: string;
  readonly platforms: readonly Platform[];
  /** Why a platform is not among `platforms`. */
  readonly reasons?: Readonly<Partial<Record<Platform, string>>>;
  /** The calls or files behind it. */
  readonly source: Readonly<Partial<Record<Platform, string>>>;
  readonly arguments: readonly Argument[];
  /** The interval, seconds, below which calls are a burden on somebody else, and why. */
  readonly leastInterval?: { readonly seconds: number; readonly why: string };
  readonly shape: Shape;
  /**
   * The argument that asks for one result an item (percpu, perdisk, pernic), and the shape it then has. It does so when it is
   * true, when it is `value`, or where `given` when it has any value at all.
   */
  readonly perItem?: { readonly argument: string; readonly value?: string; readonly given?: true; readonly shape: Shape };
  /** Whether a result holds so many numbers that nobody wants all of them: a result_argument is then required. */
  readonly bulk?: boolean;
  /** The members of the named tuple; for `value`, `values` and `numbers` one unnamed field. */
  readonly fields: readonly Field[];
}

/** The shape of a function's result under given arguments. */
export function shapeOf(definition: CatalogFunction, args: Readonly<Record<string, unknown>>): Shape {
  const per = definition.perItem;
  if (per === undefined) return definition.shape;
  const value = args[per.argument];
  const asked = per.given === true ? value !== null && value !== undefined : value === (per.value ?? true);
  return asked ? per.shape : definition.shape;
}

/** The field of that name or older name. */
export function fieldNamed(definition: CatalogFunction, name: string): Field | undefined {
  return definition.fields.find((field) => field.name === name || field.aliases.includes(name));
}
