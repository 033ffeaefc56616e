import { seal, unseal } from './crc32.js';
import { Ranges } from './ranges.js';

/** The version of everything that is written below `<path>/v1`. */
export const formatVersion = 1;

/** What is written with every batch: enough to know the queue without looking at a single sample. */
export interface State {
  readonly version: number;
  /** The process that wrote it. */
  readonly writer: string;
  /** The oldest position still in the queue. */
  readonly head: number;
  /** The next position to give; it never goes back. */
  readonly next: number;
  /** Below this the store holds nothing any more. */
  readonly swept: number;
  readonly count: number;
  /** Bytes of the bodies. */
  readonly bytes: number;
}

/** A state in its stored form. */
export function encodeState(state: State): string {
  return seal(JSON.stringify(state));
}

/** The state of a stored form; undefined where it is not whole. */
export function decodeState(sealed: string): State | undefined {
  const text = unseal(sealed);
  return text?.startsWith('{') === true ? (JSON.parse(text) as State) : undefined;
}

/** Which positions are in the queue: from `head` to before `next`, without those `gone`. */
export class Ledger {
  head: number;
  next: number;
  swept: number;
  bytes: number;
  readonly gone = new Ranges();

  constructor(state: Pick<State, 'head' | 'next' | 'swept' | 'bytes'>) {
    this.head = state.head;
    this.next = state.next;
    this.swept = state.swept;
    this.bytes = state.bytes;
  }

  get count(): number {
    return this.next - this.head - this.gone.total;
  }

  has(position: number): boolean {
    return position >= this.head && position < this.next && !this.gone.has(position);
  }

  /** Up to `limit` positions in the queue from `start` on. */
  from(start: number, limit: number): number[] {
    const positions: number[] = [];
    for (let position = Math.max(start, this.head); positions.length < limit && position < this.next; ) {
      const run = this.gone.at(position);
      const until = Math.min(this.next, run?.from ?? this.next);
      for (; position < until && positions.length < limit; position += 1) positions.push(position);
      if (run !== undefined && position === run.from) position = run.until;
    }
    return positions;
  }

  /** Takes out a run of positions of which `bytes` were held; the head moves on where it can. */
  take(from: number, until: number, bytes: number): void {
    this.gone.add(Math.max(from, this.head), Math.min(until, this.next));
    const first = this.gone.first;
    if (first !== undefined && first.from <= this.head) {
      this.head = first.until;
      this.gone.trim(this.head);
    }
    this.bytes = this.count === 0 ? 0 : Math.max(0, this.bytes - bytes);
  }

  /** Takes out whatever a store that was salvaged or replaced does not hold any more; gives how many samples that were. */
  forget(found: Ledger): number {
    const before = this.count;
    const missing =
      found.count === 0
        ? [{ from: this.head, until: this.next }]
        : [{ from: this.head, until: found.head }, ...found.gone.runs, { from: found.next, until: this.next }];
    for (const { from, until } of missing) {
      const { count, bytes } = this;
      this.take(from, until, 0);
      this.bytes = count === 0 ? 0 : Math.round((bytes * this.count) / count);
    }
    return before - this.count;
  }

  /** The bytes that `count` samples have on average. */
  share(count: number): number {
    return this.count === 0 ? 0 : Math.round((this.bytes / this.count) * count);
  }

  state(writer: string): State {
    const { head, next, swept, count, bytes } = this;
    return { version: formatVersion, writer, head, next, swept, count, bytes };
  }
}
