/** Confirms slower than this, milliseconds, say that more is in flight than the way to the broker carries. */
const slow = 500;

/** An answer that took longer than this, milliseconds, did not come at once. */
export const promptly = 20;

/** Samples in flight while a broker keeps up with what is sampled: a tick's in one write. */
const live = 64;
/** The same while a backlog is made up for or answers are late, and the share of a longer queue that is in flight. */
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
   * How many more may be sent while so many are in flight and `waiting` are not; `prompt`: none of them is backlog, and
   * the broker answers at once. Otherwise samples are in flight at every moment, and all of them would be sent again if
   * the connection broke: so they are sent a few at a time, the more wait the more.
   */
  capacity(inFlight: number, waiting: number, prompt: boolean): number {
    const wanted = Math.max(prompt ? live : few, Math.floor((waiting + inFlight) / share));
    return Math.max(0, Math.min(this.#size, wanted) - inFlight);
  }

  /** A confirm came `latency` milliseconds after its sample was sent. */
  confirmed(latency: number): void {
    if (this.#untilHalving > 0) this.#untilHalving -= 1;
    if (latency < slow) {
      if (this.#size < this.maximum) this.#size += 1;
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
