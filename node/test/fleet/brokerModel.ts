import { Heap } from './heap.js';
import type { Timeline } from './timeline.js';

/** What a broker can do and what it costs there, as measured. */
export interface BrokerFigures {
  /** TCP connections it accepts, a second. */
  readonly accepts: number;
  /** Logins, a second, up to the channel with its exchange, while it does nothing else. */
  readonly logins: number;
  /** Samples, a second, published, confirmed and consumed, while it does nothing else. */
  readonly samples: number;
  /** Memory, bytes: of itself, of a connection with its channel, of a sample that waits in a queue. */
  readonly memory: number;
  readonly connectionMemory: number;
  readonly sampleMemory: number;
  /** Samples a second that its consumers take. */
  readonly consumed: number;
  /** Connections that wait to be accepted; those beyond are not answered and ask again after a second. */
  readonly backlog: number;
}

/** Something the broker is busy with. */
export interface Work {
  /** At which service, a job's own share, it is done. */
  readonly due: number;
  /** Undefined once it is done, or nobody waits for it. */
  done: (() => void) | undefined;
}

/**
 * A broker as a queue for accepting and a processor that all connections share evenly, as Erlang's schedulers do: with n at
 * once each takes n times as long. What it was busy with for a client that has given up is lost time.
 */
export class BrokerModel {
  #up = true;
  #acceptsUntil = 0;
  /** Service that each job had so far, seconds. */
  #service = 0;
  #servedAt = 0;
  #running = 0;
  readonly #works = new Heap<Work>((a, b) => a.due < b.due);
  #cancelNext: () => void = () => undefined;
  #connections = 0;
  #depth = 0;
  #depthAt = 0;
  #highest = 0;
  readonly #accepted = new Map<number, number>();

  constructor(private readonly timeline: Timeline, readonly figures: BrokerFigures) {}

  get up(): boolean {
    return this.#up;
  }

  /** Accepted connections in the busiest second. */
  get peak(): number {
    return Math.max(0, ...this.#accepted.values());
  }

  get accepted(): number {
    let sum = 0;
    for (const count of this.#accepted.values()) sum += count;
    return sum;
  }

  /** Most memory so far, bytes. */
  get highest(): number {
    return this.#highest;
  }

  /** Everything before counts no more. */
  forget(): void {
    this.#accepted.clear();
    this.#highest = 0;
    this.#weigh();
  }

  /** A connection comes in: milliseconds until it is accepted, or undefined where it is not answered. */
  accept(): number | undefined {
    const now = this.timeline.now();
    const begins = Math.max(now, this.#acceptsUntil);
    if (((begins - now) / 1000) * this.figures.accepts >= this.figures.backlog) return undefined;
    this.#acceptsUntil = begins + 1000 / this.figures.accepts;
    const second = Math.floor(this.#acceptsUntil / 1000);
    this.#accepted.set(second, (this.#accepted.get(second) ?? 0) + 1);
    return this.#acceptsUntil - now;
  }

  opened(): void {
    this.#connections += 1;
    this.#weigh();
  }

  closed(): void {
    this.#connections -= 1;
  }

  login(done: () => void): Work {
    return this.#work(1 / this.figures.logins, done);
  }

  publish(samples: number, done: () => void): Work {
    return this.#work(samples / this.figures.samples, () => {
      this.#drainQueue();
      this.#depth += samples;
      this.#weigh();
      done();
    });
  }

  /** The client has gone. */
  abandon(work: Work): void {
    if (work.done === undefined) return;
    work.done = undefined;
    this.#serve();
    this.#running -= 1;
    this.#next();
  }

  stop(): void {
    this.#serve();
    this.#up = false;
    for (const work of this.#works.clear()) work.done = undefined;
    this.#running = 0;
    this.#connections = 0;
    this.#depth = 0;
    this.#cancelNext();
  }

  start(): void {
    this.#up = true;
    this.#acceptsUntil = 0;
    this.#service = 0;
    this.#servedAt = this.timeline.now();
  }

  #work(seconds: number, done: () => void): Work {
    this.#serve();
    const work: Work = { due: this.#service + seconds, done };
    this.#works.push(work);
    this.#running += 1;
    this.#next();
    return work;
  }

  /** Everybody gets an even share of the time since the last event. */
  #serve(): void {
    const now = this.timeline.now();
    if (this.#running > 0) this.#service += (now - this.#servedAt) / 1000 / this.#running;
    this.#servedAt = now;
  }

  #next(): void {
    this.#cancelNext();
    while (this.#works.first !== undefined && this.#works.first.done === undefined) this.#works.pop();
    const first = this.#works.first;
    if (first === undefined) return;
    this.#cancelNext = this.timeline.after(Math.max(0, first.due - this.#service) * this.#running * 1000, () => {
      this.#serve();
      this.#service = Math.max(this.#service, first.due);
      this.#works.pop();
      this.#running -= 1;
      const { done } = first;
      first.done = undefined;
      this.#next();
      done?.();
    });
  }

  #drainQueue(): void {
    const now = this.timeline.now();
    this.#depth = Math.max(0, this.#depth - ((now - this.#depthAt) / 1000) * this.figures.consumed);
    this.#depthAt = now;
  }

  #weigh(): void {
    const { connectionMemory, memory, sampleMemory } = this.figures;
    this.#highest = Math.max(this.#highest, memory + this.#connections * connectionMemory + this.#depth * sampleMemory);
  }
}
