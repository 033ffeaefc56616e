/** Options of the command line in their types. */
import { UsageError } from '../model/errors.js';
import type { Options } from './command.js';

/** The text of an option that must be given. */
export function required(options: Options, name: string, placeholder: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '') throw new UsageError(`expected --${name} ${placeholder}, found none`);
  return value;
}

/** The number of an option, or undefined where it is not given. */
export function numberOption(options: Options, name: string, least: number): number | undefined {
  const value = options[name];
  if (typeof value !== 'string') return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number) || number < least) {
    throw new UsageError(`--${name}: expected a number of at least ${String(least)}, found "${value}"`);
  }
  return number;
}

/** A number that counts something. */
export function wholeOption(options: Options, name: string, least: number): number | undefined {
  const number = numberOption(options, name, least);
  if (number !== undefined && !Number.isSafeInteger(number)) throw new UsageError(`--${name}: expected a whole number of at least ${String(least)}, found "${String(options[name])}"`);
  return number;
}
