import type { ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import type { AgentError } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { Backoff } from './backoff.js';
import { channelFault, replyCode, timeoutFault } from './diagnosis.js';
import { openChannel, type OpenChannel } from './exchange.js';
import type { Publisher } from './publisher.js';

export interface SessionParts {
  readonly connection: ChannelModel;
  /** host:port */
  readonly host: string;
  readonly broker: BrokerSettings;
  readonly clock: Clock;
  /** Delays between openings of the channel. */
  readonly reopening: Backoff;
  readonly publisherOn: (channel: OpenChannel['channel']) => Publisher;
  readonly listener: SessionListener;
}

export interface SessionListener {
  /** A channel is open; `asItIs` as of OpenChannel. */
  ready(asItIs: string | undefined): void;
  /** The server closed the channel, the connection standing; it is opened again in `retryIn` milliseconds. */
  closed(fault: AgentError, retryIn: number): void;
  /** The channel could not be opened; again in `retryIn` milliseconds. */
  failed(fault: AgentError, retryIn: number): void;
  /** The connection does not answer. */
  dead(fault: AgentError): void;
}

/** The life of one connection: keeps a channel open on it, with the exchange declared and a publisher at work. */
export class Session {
  #publisher: Publisher | undefined;
  #ended = false;
  /** The channel did its work since it was last reopened: the next time it is at once. */
  #proven = true;
  #cancelReopen: () => void = () => undefined;

  constructor(private readonly parts: SessionParts) {
    void this.#open();
  }

  /** The publisher, while a channel is open. */
  get publisher(): Publisher | undefined {
    return this.#publisher;
  }

  /** Something was confirmed. */
  proven(): void {
    if (this.#proven) return;
    this.#proven = true;
    this.parts.reopening.reset();
  }

  /** Opens no more channels and publishes nothing more. */
  end(): void {
    this.#ended = true;
    this.#cancelReopen();
    this.#publisher?.end();
    this.#publisher = undefined;
  }

  async #open(): Promise<void> {
    const { broker, clock, connection, listener } = this.parts;
    const cancel = clock.after(broker.connectTimeout * 1000, () => {
      if (!this.#ended) listener.dead(timeoutFault(broker, this.parts.host, 'open a channel'));
    });
    try {
      const opened = await openChannel(connection, broker.exchange);
      if (!this.#ended) this.#ready(opened);
    } catch (error) {
      if (!this.#ended) this.#failed(error);
    } finally {
      cancel();
    }
  }

  #ready({ channel, closed, asItIs }: OpenChannel): void {
    const publisher = this.parts.publisherOn(channel);
    this.#publisher = publisher;
    void closed.then((error) => {
      publisher.end();
      this.#publisher = undefined;
      if (!this.#ended) this.#closed(error);
    });
    this.parts.listener.ready(asItIs);
    publisher.wake();
  }

  #closed(error: unknown): void {
    const { broker, listener, reopening } = this.parts;
    const fault = channelFault(error, broker, 'publish');
    // The exchange goes with its last consumer every day: then there is nothing to wait for.
    const delay = fault.code === 'PSA_BROKER_REFUSED' ? reopening.longest() : this.#proven ? 0 : reopening.next();
    this.#proven = false;
    listener.closed(fault, delay);
    this.#reopenAfter(delay);
  }

  #failed(error: unknown): void {
    const { broker, listener, reopening } = this.parts;
    const fault = channelFault(error, broker, 'exchange');
    if (replyCode(error) === undefined) {
      // Nobody refused anything: the connection is gone, whether amqplib has said so or not.
      listener.dead(fault);
      return;
    }
    const delay = fault.code === 'PSA_BROKER_REFUSED' ? reopening.longest() : reopening.next();
    listener.failed(fault, delay);
    this.#reopenAfter(delay);
  }

  #reopenAfter(delay: number): void {
    this.#cancelReopen = this.parts.clock.after(delay, () => void this.#open());
  }
}
