import type { Queued, SampleQueue } from '../spool/queue.js';

/**
 * The queue as a publisher sees it: what the broker confirmed is gone at once, although taking it out of the queue takes
 * a moment, is done for many together and may fail.
 */
export class Outbox {
  readonly #confirmed = new Set<number>();
  #removing: Promise<void> | undefined;

  /** `report` is told why the queue could not take samples out; it is tried again with the next confirm. */
  constructor(
    private readonly queue: SampleQueue,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Samples that wait, those in flight among them. */
  get count(): number {
    return Math.max(0, this.queue.stats().count - this.#confirmed.size);
  }

  /** Up to `limit` of the oldest unconfirmed after a position, oldest first; empty only where there are none. */
  async read(after: number, limit: number): Promise<readonly Queued[]> {
    for (let from = after; ; ) {
      const found = await this.queue.read(from, limit);
      const last = found.at(-1);
      const wanted = found.filter(({ position }) => !this.#confirmed.has(position));
      if (wanted.length > 0 || last === undefined) return wanted;
      from = last.position;
    }
  }

  /** A sample is done with. */
  confirm(position: number): void {
    this.#confirmed.add(position);
    this.#removing ??= this.#remove();
  }

  /** Resolves when everything confirmed is out of the queue, or could not be taken out. */
  async flush(): Promise<void> {
    if (this.#confirmed.size > 0) this.#removing ??= this.#remove();
    await this.#removing;
  }

  async #remove(): Promise<void> {
    // Confirms come in bursts, several in one packet.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#confirmed.size > 0) {
        const batch = [...this.#confirmed];
        await this.queue.remove(batch);
        for (const position of batch) this.#confirmed.delete(position);
      }
    } catch (error) {
      this.report(error);
    } finally {
      this.#removing = undefined;
    }
  }
}
