import { closeSync, constants, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PlatformError, systemCode } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import { readRegular } from '../model/regularFile.js';
import { removeFile, replaceFile } from '../model/replaceFile.js';
import type { EntryReport, StatusOverview, StatusReport } from './report.js';

/** The name of the status file in its directory. */
export const statusName = 'status.json';
/** The file that asks a collector to stop, in the same directory. */
export const stopName = 'stop';
/** The file that asks a collector to take its configuration over anew, in the same directory. */
export const reloadName = 'reload';

/** What is written: entries are asked for one after the other, as there may be ten thousand. */
export type WrittenStatus = StatusOverview & { readonly entries: Iterable<EntryReport> };

/** Characters from which on a piece of the file is written. */
const enough = 32 * 1024;

/** Replaces status.json atomically: a reader sees the old or the new one, whole. */
export function writeStatus(directory: string, report: WrittenStatus): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  replaceFile(join(directory, statusName), piecesOf(report));
}

function* piecesOf({ entries, ...overview }: WrittenStatus): Iterable<string> {
  let piece = `${JSON.stringify(overview).slice(0, -1)},"entries":[`;
  let comma = '';
  for (const entry of entries) {
    piece += comma + JSON.stringify(entry);
    comma = ',';
    if (piece.length < enough) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}`;
}

/** How often a status that cannot be written is tried in a row, and the milliseconds between. */
const tries = 4;
const retryPause = 250;

/** The status.json of a running collector, written when there is news. */
export class StatusFile {
  #failures = 0;
  #cancel: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  /** `tell` gets the reason when the file could not be written for a while, once until it can be again. */
  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly report: () => WrittenStatus,
    private readonly tell: (reason: string) => void,
  ) {}

  /**
   * Writes the status of now. Never throws: a slow reader or a virus scanner may hold the file on Windows, so it is tried
   * again soon, some times; after that each call tries once.
   */
  write(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    try {
      writeStatus(this.directory, this.report());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === tries) this.tell(messageOf(error));
      if (this.#failures < tries) this.#cancel = this.clock.after(retryPause, () => { this.write(); });
    }
    if (this.#cancel === undefined) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when the last status is written, or given up. */
  settled(): Promise<void> {
    return this.#cancel === undefined ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Reads what the collector of a data directory last wrote. */
export function readStatus(directory: string): StatusReport {
  const path = join(directory, statusName);
  try {
    return JSON.parse(readRegular(path)) as StatusReport;
  } catch (error) {
    const reason =
      systemCode(error) === undefined ? `not JSON (${messageOf(error)})` : systemCode(error) === 'ENOENT' ? 'none' : messageOf(error);
    throw new PlatformError('PSA_STATUS_NOT_FOUND', `${path}: expected the status file of a collector, found ${reason}; check --data or --config`, { cause: error });
  }
}

/** Characters of a request that are read: whoever asks writes a word to know the answer by. */
const longestRequest = 100;

/** A request, left as a file beside status.json by another process; whoever honours it takes it away. */
export class RequestFile {
  readonly #path: string;

  constructor(directory: string, name: string) {
    this.#path = join(directory, name);
  }

  /** Takes away a request that was meant for a collector before this one. */
  clear(): void {
    removeFile(this.#path);
  }

  /** Whether there is a request. */
  get pending(): boolean {
    return existsSync(this.#path) && statSync(this.#path, { throwIfNoEntry: false })?.isFile() === true;
  }

  /** What is written in the request, which is taken away; undefined where there is none, or it is held by its writer still. */
  take(): string | undefined {
    if (!this.pending) return undefined;
    const bytes = Buffer.alloc(longestRequest);
    let length: number;
    try {
      // It may have become a pipe since it was looked at.
      const file = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        length = readSync(file, bytes);
      } finally {
        closeSync(file);
      }
      this.clear();
    } catch {
      return undefined;
    }
    return bytes.toString('utf8', 0, length).trim();
  }
}
