/** A source of random numbers from 0 up to 1, as Math.random. */
export type Random = () => number;

/** First and longest delay, milliseconds, between probes while samples are held or refused. */
const firstResend = 1000;
const longestResend = 30_000;

/**
 * Delays between attempts, milliseconds: each drawn at random between 0 and a bound that doubles up to the maximum, so
 * that a fleet which lost its broker in one moment does not come back in one moment.
 */
export class Backoff {
  #bound: number;

  constructor(
    private readonly initial: number,
    private readonly maximum: number,
    private readonly random: Random = Math.random,
  ) {
    this.#bound = initial;
  }

  /** The next delay; the bound of the one after is doubled. */
  next(): number {
    const delay = this.random() * this.#bound;
    this.#bound = Math.min(this.maximum, this.#bound * 2);
    return delay;
  }

  /** The next delay, drawn from the upper half of its range: for asking again what is unlikely to have changed. */
  patient(): number {
    const bound = this.#bound;
    return bound / 2 + this.next() / 2;
  }

  /** A delay near the maximum: for what only a person can put right. */
  longest(): number {
    return this.maximum * (0.5 + this.random() / 2);
  }

  /** Starts over from the initial bound. */
  reset(): void {
    this.#bound = this.initial;
  }
}

/**
 * The delays of everything that the transport tries again, and the one judgement by which they start over: a sample was
 * confirmed that reached somebody.
 */
export class Retries {
  readonly connect: Backoff;
  /** Between openings of a channel. */
  readonly channel: Backoff;
  /** Between probes while samples are held or refused. */
  readonly resend: Backoff;
  #healthy = false;

  constructor({ initial, maximum }: { readonly initial: number; readonly maximum: number }, random?: Random) {
    this.connect = new Backoff(initial * 1000, maximum * 1000, random);
    this.channel = new Backoff(initial * 1000, maximum * 1000, random);
    this.resend = new Backoff(firstResend, longestResend, random);
  }

  /** Something was delivered since the last fault. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** A sample was confirmed that reached somebody. */
  worked(): void {
    if (this.#healthy) return;
    this.#healthy = true;
    this.connect.reset();
    this.channel.reset();
    this.resend.reset();
  }

  /** Something went wrong. */
  failed(): void {
    this.#healthy = false;
  }
}
