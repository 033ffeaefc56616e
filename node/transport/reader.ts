import type { Queued } from '../spool/queue.js';
import type { Outbox } from './outbox.js';

/** Positions start at 1. */
const beforeAll = 0;

/** Reads the outbox from its oldest on, some ahead, and remembers when there is nothing more until something is put. */
export class Reader {
  #ahead: readonly Queued[] = [];
  #index = 0;
  #cursor = beforeAll;
  /** Rises with every restart: what was being read at one is not what is to be read after it. */
  #epoch = 0;
  #puts = 0;
  #exhausted = false;

  constructor(private readonly outbox: Outbox) {}

  /** The next sample, if it is at hand without reading. */
  peek(): Queued | undefined {
    return this.#ahead[this.#index];
  }

  /** Goes past the next sample. */
  advance(): void {
    this.#cursor = this.peek()?.position ?? this.#cursor;
    this.#index += 1;
  }

  /** Reads up to `limit` more where none is at hand; false if there are none. Rejects where the outbox cannot be read. */
  async fill(limit: number): Promise<boolean> {
    if (this.peek() !== undefined) return true;
    if (this.#exhausted) return false;
    const epoch = this.#epoch;
    const puts = this.#puts;
    const found = await this.outbox.read(this.#cursor, limit);
    if (epoch === this.#epoch) {
      this.#ahead = found;
      this.#index = 0;
      this.#exhausted = found.length === 0 && puts === this.#puts;
    }
    return this.peek() !== undefined;
  }

  /** Something was put. */
  put(): void {
    this.#puts += 1;
    this.#exhausted = false;
  }

  /** From the oldest again. */
  restart(): void {
    this.#epoch += 1;
    this.#ahead = [];
    this.#index = 0;
    this.#cursor = beforeAll;
    this.#exhausted = false;
  }
}
