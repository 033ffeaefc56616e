/** A token bucket: lets a quarter of a second's worth through at once and `rate` a second in the long run. */
export class Rate {
  #tokens: number;
  #filled: number;
  readonly #capacity: number;

  /** `rate` per second; `now` gives monotonic milliseconds. */
  constructor(
    private readonly rate: number,
    private readonly now: () => number,
  ) {
    this.#capacity = Math.max(1, rate / 4);
    this.#tokens = this.#capacity;
    this.#filled = now();
  }

  /** Takes one if there is one; otherwise the milliseconds until it is worth asking again. */
  take(): number {
    const now = this.now();
    this.#tokens = Math.min(this.#capacity, this.#tokens + (Math.max(0, now - this.#filled) * this.rate) / 1000);
    this.#filled = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(shortestWait, ((1 - this.#tokens) * 1000) / this.rate);
  }
}

/** Timers are coarse: waiting for single tokens at thousands a second would be a timer for each. */
const shortestWait = 5;
