/** A share of a second whose worth of the backlog goes at once. */
const burst = 0.25;
/** Timers are coarse: waiting for single samples at thousands a second would be a timer for each. */
const shortestWait = 5;

/**
 * How fast a backlog may shrink. Backlog is what waited when sending began, after an outage or a hold; what is put from
 * then on is live. The queue may shrink by no more than `rate` samples a second down to nothing, so that samples leave
 * at their own rate plus `rate` while there is a backlog, and unlimited when it is made up for.
 */
export class DrainLimiter {
  #backlog = 0;
  #began = 0;

  /** `rate` per second; `now` gives monotonic milliseconds. */
  constructor(
    private readonly rate: number,
    private readonly now: () => number,
  ) {}

  /** Sending begins, `waiting` samples being there. */
  begin(waiting: number): void {
    this.#backlog = waiting;
    this.#began = this.now();
  }

  /** There is no backlog, or it is made up for. */
  get caughtUp(): boolean {
    return this.#floor() <= 0;
  }

  /** How many of `waiting` samples may be sent now. */
  allowance(waiting: number): number {
    const floor = this.#floor();
    if (floor <= 0) return Infinity;
    // Some were evicted: the rest is not to wait for them.
    if (waiting < floor) this.#backlog -= floor - waiting;
    return Math.max(0, Math.floor(waiting - floor));
  }

  /** Milliseconds until it is worth asking again, where nothing of `waiting` may be sent. */
  wait(waiting: number): number {
    return Math.max(shortestWait, ((this.#floor() + 1 - waiting) * 1000) / this.rate);
  }

  /** What has to stay in the queue until later. */
  #floor(): number {
    if (this.#backlog === 0) return 0;
    const elapsed = Math.max(0, this.now() - this.#began) / 1000;
    const floor = this.#backlog - this.rate * elapsed - Math.max(1, this.rate * burst);
    if (floor <= 0) this.#backlog = 0;
    return floor;
  }
}
