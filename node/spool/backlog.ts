import type { Queued } from './queue.js';
import type { Entry } from './record.js';
import type { Placed } from './sift.js';

/** Samples in memory, first in, first out, in the order of their positions. */
export class Backlog {
  /** From `#start` on; undefined where one was taken out of the middle. */
  #slots: { position: number; entry: Entry | undefined }[] = [];
  #start = 0;
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes of the bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest. */
  get first(): Placed | undefined {
    const slot = this.#slots[this.#start];
    return slot?.entry === undefined ? undefined : { position: slot.position, entry: slot.entry };
  }

  /** Appends; the position is above all others. */
  push(position: number, entry: Entry): void {
    this.#slots.push({ position, entry });
    this.#count += 1;
    this.#bytes += entry.bytes;
  }

  /** Takes one out; false where it is not here. */
  take(position: number): boolean {
    const slot = this.#slots[this.#search(position)];
    if (slot?.position !== position || slot.entry === undefined) return false;
    this.#count -= 1;
    this.#bytes -= slot.entry.bytes;
    slot.entry = undefined;
    while (this.#start < this.#slots.length && this.#slots[this.#start]?.entry === undefined) this.#start += 1;
    // Half the array is enough: every slot is moved once.
    if (this.#start > 1024 && this.#start * 2 > this.#slots.length) this.#trim();
    return true;
  }

  /** Up to `limit` of the oldest whose position is greater than `after`. */
  read(after: number, limit: number): Placed[] {
    const found: Placed[] = [];
    for (let index = this.#search(after + 1); index < this.#slots.length && found.length < limit; index += 1) {
      const slot = this.#slots[index];
      if (slot?.entry !== undefined) found.push({ position: slot.position, entry: slot.entry });
    }
    return found;
  }

  /** Takes out the oldest while `unwanted` says so; gives how many. */
  shed(unwanted: (oldest: Entry) => boolean): number {
    for (let count = 0; ; count += 1) {
      const { first } = this;
      if (first === undefined || !unwanted(first.entry)) return count;
      this.take(first.position);
    }
  }

  /** Gives new positions, one after the other from `position` on. */
  renumber(position: number): void {
    this.#trim();
    this.#slots = this.#slots.filter((slot) => slot.entry !== undefined);
    this.#slots.forEach((slot, index) => {
      slot.position = position + index;
    });
  }

  clear(): void {
    this.#slots = [];
    this.#start = this.#count = this.#bytes = 0;
  }

  #trim(): void {
    this.#slots = this.#slots.slice(this.#start);
    this.#start = 0;
  }

  /** The index of the first slot at or above `position`. */
  #search(position: number): number {
    let low = this.#start;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const slot = this.#slots[middle];
      if (slot !== undefined && slot.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A placed sample as the queue's readers see it, its position moved by `shift`. */
export function queued({ position, entry }: Placed, shift = 0): Queued {
  return { position: position + shift, envelope: entry.envelope };
}
