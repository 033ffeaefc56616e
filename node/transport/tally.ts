import type { AgentError, ErrorCode } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { TransportState } from './event.js';

/** The transport's counters and moments, from which its state is told. */
export class Tally {
  published = 0;
  returned = 0;
  unroutableDropped = 0;
  rejected = 0;
  unsendable = 0;
  blocked = false;
  #connections = 0;
  /** host:port of the connection. */
  host: string | undefined;
  #connectedSince: number | undefined;
  #lastPublished: number | undefined;
  #lastError: { time: number; code: ErrorCode; message: string } | undefined;

  constructor(private readonly clock: Clock) {}

  publish(): void {
    this.published += 1;
    this.#lastPublished = this.clock.wall();
  }

  /** A connection is open, to host:port. */
  opened(host: string): void {
    this.#connections += 1;
    this.host = host;
    this.blocked = false;
  }

  /** A channel is open on it. */
  connected(): void {
    this.#connectedSince = this.clock.wall();
  }

  disconnected(): void {
    this.#connectedSince = undefined;
  }

  /** The connection is gone. */
  lost(): void {
    this.disconnected();
    this.host = undefined;
    this.blocked = false;
  }

  fail(fault: AgentError): void {
    this.#lastError = { time: this.clock.wall(), code: fault.code, message: fault.message };
  }

  state(unroutable: boolean): TransportState {
    const { published, returned, unroutableDropped, rejected, unsendable, blocked } = this;
    return {
      connected: this.#connectedSince !== undefined,
      published,
      returned,
      unroutableDropped,
      rejected,
      unsendable,
      blocked,
      unroutable,
      reconnects: Math.max(0, this.#connections - 1),
      ...(this.#connectedSince === undefined ? {} : { connectedSince: this.#connectedSince }),
      ...(this.#lastPublished === undefined ? {} : { lastPublished: this.#lastPublished }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.host === undefined ? {} : { host: this.host }),
    };
  }
}
