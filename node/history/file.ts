import { join } from 'node:path';
import { messageOf } from '../model/errors.js';
import { rename } from '../model/fileCalls.js';
import { openToAppend } from '../model/regularFile.js';

/** The files of a history, in the directory of status.json: the one that is written, and the one before it. */
export const historyNames = { now: 'history.jsonl', before: 'history.old.jsonl' } as const;

/** Texts that wait for a disk that does not answer; beyond them, what comes is let go. */
const mostWaiting = 60;

/** Text for the history. `fresh` where the file has nothing yet that this process told it, as each line must be explained in it. */
export type Compose = (fresh: boolean) => string;

/**
 * Appends to a history, in two files that together are no larger than `maxBytes` and a record: when the first is full, it takes the place
 * of the second. Nobody waits for it, one write is under way at most, and a fault costs what was to be written and is told once, until it
 * is over.
 */
export class HistoryFile {
  readonly #path: string;
  readonly #before: string;
  readonly #waiting: Compose[] = [];
  #fresh = true;
  #failing = false;
  #work: Promise<void> | undefined;

  constructor(directory: string, private readonly maxBytes: number, private readonly tell: (reason: string) => void) {
    this.#path = join(directory, historyNames.now);
    this.#before = join(directory, historyNames.before);
  }

  /** Has a text appended, soon. */
  append(compose: Compose): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(compose);
    this.#work ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #run(): Promise<void> {
    // What comes at one moment is written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const texts = this.#waiting.splice(0);
      try {
        await this.#write(texts);
        this.#failing = false;
      } catch (error) {
        this.#fresh = true;
        if (!this.#failing) this.tell(messageOf(error));
        this.#failing = true;
      }
    }
    this.#work = undefined;
  }

  async #write(texts: readonly Compose[]): Promise<void> {
    let { file, size } = await openToAppend(this.#path);
    try {
      if (size >= this.maxBytes / 2) {
        await file.close();
        await rename(this.#path, this.#before);
        ({ file, size } = await openToAppend(this.#path));
      }
      const fresh = this.#fresh || size === 0;
      const text = texts.map((compose) => compose(fresh)).join('');
      // A process that was killed may have left a line unfinished.
      const data = Buffer.from(fresh && size > 0 ? `\n${text}` : text);
      const written = await file.write(data);
      if (written < data.length) throw new Error(`${this.#path}: the disk took only a part of a record`);
      this.#fresh = false;
    } finally {
      await file.close();
    }
  }
}
