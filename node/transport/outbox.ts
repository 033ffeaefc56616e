import type { Queued, SampleQueue } from '../spool/queue.js';

/**
 * The queue as a publisher sees it: what the broker confirmed is gone at once, in whatever order, although the queue is told
 * only of what is confirmed together with all before it.
 */
export class Outbox {
  /** Positions read since the last reading from the start and not yet acknowledged, in order. */
  #read: number[] = [];
  readonly #confirmed = new Set<number>();

  constructor(private readonly queue: SampleQueue) {}

  /** Samples that wait, those in flight among them. */
  get count(): number {
    return Math.max(0, this.queue.stats().count - this.#confirmed.size);
  }

  /** Up to `limit` of the oldest unconfirmed after a position, oldest first; empty only where there are none. */
  async read(after: number, limit: number): Promise<readonly Queued[]> {
    if (after === 0) this.#read = [];
    for (let from = after; ; ) {
      const found = await this.queue.read(from, limit);
      const last = found.at(-1);
      for (const { position } of found) this.#read.push(position);
      const wanted = found.filter(({ position }) => !this.#confirmed.has(position));
      if (wanted.length > 0 || last === undefined) return wanted;
      from = last.position;
    }
  }

  /** A sample is done with. */
  confirm(position: number): void {
    this.#confirmed.add(position);
    let done = 0;
    for (let first = this.#read[done]; first !== undefined && this.#confirmed.delete(first); first = this.#read[done]) done += 1;
    const last = this.#read[done - 1];
    if (last === undefined) return;
    this.#read.splice(0, done);
    this.queue.ack(last);
  }
}
