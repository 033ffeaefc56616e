import type { ParseArgsConfig } from 'node:util';
import type { ExitCode } from '../model/errors.js';

/** Options of a command as node:util parseArgs gives them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** One command of the program: `psutil-agent NAME ...`. */
export interface Command {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** The lines of the command's own help, below the usage; they are wrapped as they are shown (see wrap.ts). */
  readonly details: readonly string[];
  /** A call to begin with, as it would be typed in the project's folder, without `psutil-agent`. */
  readonly example: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many positional arguments it takes at most. */
  readonly positionals: number;
  run(options: Options, positionals: readonly string[]): Promise<ExitCode> | ExitCode;
}
