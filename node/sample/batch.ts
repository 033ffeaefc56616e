import type { Envelope } from '../model/message.js';

/** Samples under way to where they are kept, from which on ticks are not taken: some seconds of the busiest collector. */
const mostUnderWay = 20_000;

/** Collects what a tick gives and hands it on as one batch; tells when what takes the batches cannot keep up. */
export class Batcher {
  #batch: Envelope[] = [];
  #underWay = 0;
  #idle: (() => void)[] = [];
  /** Samples that came when there was no room left for them. */
  dropped = 0;

  /** `put` takes a batch over and never rejects. */
  constructor(
    private readonly put: (batch: readonly Envelope[]) => Promise<void>,
    private readonly limit: number = mostUnderWay,
  ) {}

  /** Whether so much is under way that nothing more should be sampled until some of it has arrived. */
  get full(): boolean {
    return this.#underWay >= this.limit;
  }

  /** Takes a sample into the batch of this tick. One tick alone may bring more than there is room for: the rest is dropped. */
  add(envelope: Envelope): void {
    if (this.#underWay + this.#batch.length >= 2 * this.limit) {
      this.dropped += 1;
      return;
    }
    if (this.#batch.length === 0) setImmediate(() => { this.flush(); });
    this.#batch.push(envelope);
  }

  /** Hands on what was collected. */
  flush(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#underWay += batch.length;
    void this.put(batch).then(() => {
      this.#underWay -= batch.length;
      if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** Resolves when everything handed on has arrived. */
  async settled(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
