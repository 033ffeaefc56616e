/** Confirms slower than this, milliseconds, say that more is in flight than the way to the broker carries. */
const slow = 500;

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
