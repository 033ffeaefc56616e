/** A file of lines that, when it is full, gives its place to a new one: NAME, NAME.1, NAME.2 and so on. */
import { systemCode } from '../model/errors.js';
import { rename } from '../model/fileCalls.js';
import { openToAppend, type AppendFile } from '../model/regularFile.js';

/** Characters that wait for a disk that does not answer; beyond them, what comes is let go. */
const mostWaiting = 1024 * 1024;

/** Appends lines, one write under way at most. A fault costs what was to be written, and is told to `complain`. */
export class RotatingFile {
  readonly #waiting: string[] = [];
  #length = 0;
  #open: { readonly file: AppendFile; size: number } | undefined;
  #work: Promise<void> | undefined;

  /** @param files the full ones that are kept. */
  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
    private readonly files: number,
    private readonly complain: (error: unknown) => void,
  ) {}

  /** Has a line written, soon. */
  write(line: string): void {
    if (this.#length >= mostWaiting) return;
    this.#length += line.length;
    this.#waiting.push(line);
    this.#work ??= this.#run();
  }

  /** Writes out what is left and closes the file. */
  async close(): Promise<void> {
    await this.#work;
    await this.#let();
  }

  async #run(): Promise<void> {
    // What comes at one moment is written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      try {
        await this.#append();
      } catch (error) {
        this.#take(this.#waiting.length);
        this.complain(error);
        await this.#let();
      }
    }
    this.#work = undefined;
  }

  /** Writes as many lines as there is room for in the file. */
  async #append(): Promise<void> {
    this.#open ??= await openToAppend(this.path);
    if (this.#open.size >= this.maxBytes) {
      await this.#let();
      await this.#rotate();
      this.#open = await openToAppend(this.path);
    }
    let [count, bytes] = [0, 0];
    while (count < this.#waiting.length && this.#open.size + bytes < this.maxBytes) bytes += Buffer.byteLength(this.#waiting[count++] ?? '');
    const data = this.#take(count);
    const written = await this.#open.file.write(Buffer.from(data));
    this.#open.size += written;
    if (written < bytes) throw new Error(`${this.path}: the disk took only a part of a line`);
  }

  #take(count: number): string {
    const text = this.#waiting.splice(0, count).join('');
    this.#length -= text.length;
    return text;
  }

  async #rotate(): Promise<void> {
    for (let n = this.files; n > 0; n -= 1) {
      await rename(n === 1 ? this.path : `${this.path}.${String(n - 1)}`, `${this.path}.${String(n)}`).catch((error: unknown) => {
        if (systemCode(error) !== 'ENOENT') throw error;
      });
    }
  }

  async #let(): Promise<void> {
    const file = this.#open?.file;
    this.#open = undefined;
    await file?.close().catch(() => undefined);
  }
}
