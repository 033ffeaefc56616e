import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { systemCode, UnavailableError } from '../../model/errors.js';
import { ProcessEnded } from '../processTable.js';

let buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * The text of a file of a process. Not readFileSync, which asks for a length that these files do not tell and takes twice as
 * long, and a table of a thousand processes is read at every tick.
 *
 * @throws ProcessEnded where the process has ended, UnavailableError where the system refuses.
 */
export function fileText(pid: number, path: string): string {
  return attempt(pid, path, () => {
    const file = openSync(path, 'r');
    try {
      let length = 0;
      for (let read = -1; read !== 0; length += read) {
        if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length);
        read = readSync(file, buffer, length, buffer.length - length, null);
      }
      return buffer.toString('utf8', 0, length);
    } finally {
      closeSync(file);
    }
  });
}

/** The names in a directory of a process; throws as fileText. */
export function fileNames(pid: number, path: string): string[] {
  return attempt(pid, path, () => readdirSync(path));
}

/** What a link of a process points to; throws as fileText. */
export function linkText(pid: number, path: string): string {
  return attempt(pid, path, () => readlinkSync(path));
}

function attempt<T>(pid: number, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error';
    if (!existsSync(path.replace(/^(.*\/\d+)\/.*$/, '$1'))) throw new ProcessEnded(pid);
    throw new UnavailableError(`${path} of a process cannot be read (${code})`, { cause: error });
  }
}
