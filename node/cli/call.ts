import type { ParseArgsConfig } from 'node:util';
import type { ExitCode } from '../model/errors.js';

/** Options of a call as node:util parseArgs gives them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** One call of the command: `psutil-agent NAME ...`. */
export interface Call {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** The lines of the call's own help, below the usage. */
  readonly details: readonly string[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many words it takes besides options. */
  readonly words: { readonly least: number; readonly most: number };
  run(options: Options, words: readonly string[]): Promise<ExitCode> | ExitCode;
}
