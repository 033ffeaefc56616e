/** Confirms slower than this, milliseconds, say that more is in flight than the way to the broker carries. */
const slow = 500;

/** Samples in flight while no more than a tick's are waiting, and the share of a longer queue that is in flight. */
const few = 8;
const share = 32;

/**
 * How many samples may be in flight. It starts at one, grows by one with every confirm and halves where confirms become
 * slow. What is in flight while the consumer's binding goes and comes back is what could reach it out of order, and
 * what is in flight when a connection dies is what may be sent twice: on a fast link that is milliseconds' worth
 * whatever the size, on a slow link the size has to be small.
 */
export class Window {
  #size = 1;
  #untilHalving = 0;

  constructor(readonly maximum: number) {}

  get size(): number {
    return this.#size;
  }

  /**
   * Whether one more may be sent while so many are in flight of `waiting` in the queue. A broker that keeps up is sent a
   * tick's samples a few at a time: more at once would not be there sooner, and would all be sent again if the connection
   * broke now. The more wait, the more are sent at once.
   */
  room(inFlight: number, waiting: number): boolean {
    return inFlight < Math.min(this.#size, Math.max(few, waiting / share));
  }

  /** A confirm came `latency` milliseconds after its sample was sent. */
  confirmed(latency: number): void {
    this.#untilHalving = Math.max(0, this.#untilHalving - 1);
    if (latency < slow) {
      this.#size = Math.min(this.maximum, this.#size + 1);
    } else if (this.#untilHalving === 0) {
      // Those already in flight will be as slow: they must not halve it again.
      this.#untilHalving = this.#size;
      this.#size = Math.max(1, this.#size >> 1);
    }
  }

  /** Back to one: the next sample finds out how things stand. */
  reset(): void {
    this.#size = 1;
    this.#untilHalving = 0;
  }
}
