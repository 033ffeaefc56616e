import type { Placed } from './record.js';

/** Samples in memory, first in, first out, in the order of their positions. */
export class Entries {
  #items: Placed[] = [];
  #start = 0;
  #bytes = 0;

  get count(): number {
    return this.#items.length - this.#start;
  }

  /** Of their records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest. */
  get first(): Placed | undefined {
    return this.#items[this.#start];
  }

  get last(): Placed | undefined {
    return this.#items.at(-1);
  }

  /** Appends; the position is above all others. */
  push(placed: Placed): void {
    this.#items.push(placed);
    this.#bytes += placed.bytes;
  }

  /** Takes the oldest out. */
  shift(): Placed | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    this.#start += 1;
    this.#bytes -= first.bytes;
    // Half the array is enough: every sample is moved once. What was taken out must not be held until then.
    if (this.#start === this.#items.length) this.clear();
    else if (this.#start > 512 && this.#start * 2 > this.#items.length) {
      this.#items.splice(0, this.#start);
      this.#start = 0;
    }
    return first;
  }

  /** Takes out everything up to and including a position; gives how many, and their bytes. */
  drop(position: number): { readonly count: number; readonly bytes: number } {
    const { count, bytes } = this;
    while (this.first !== undefined && this.first.position <= position) this.shift();
    return { count: count - this.count, bytes: bytes - this.bytes };
  }

  /** Up to `limit` of the oldest from a position on. */
  read(from: number, limit: number): Placed[] {
    const index = this.#search(from);
    return this.#items.slice(index, index + Math.max(0, limit));
  }

  clear(): void {
    this.#items = [];
    this.#start = this.#bytes = 0;
  }

  /** The index of the first at or above a position. */
  #search(position: number): number {
    const { first } = this;
    if (first === undefined || first.position >= position) return this.#start;
    // Where nothing is missing, it is this one.
    const guess = this.#start + position - first.position;
    if (this.#items[guess]?.position === position) return guess;
    let low = this.#start;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
