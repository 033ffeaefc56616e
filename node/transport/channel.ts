import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { BrokerSettings, ExchangeSettings } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import { display } from '../model/display.js';
import type { Clock } from '../model/clock.js';
import type { Retries } from './backoff.js';
import { channelFault, replyCode, timeoutFault } from './errors.js';
import type { Emit } from './events.js';
import { wireOf, type Wire } from './wire.js';

/** A confirm channel on which the exchange is there. */
export interface OpenChannel {
  readonly channel: ConfirmChannel;
  /** Set where the exchange is used as it is: the broker's reason for not declaring it. */
  readonly passive?: string;
  /** Resolves when the channel has ended, with the error by which the server closed it, if it did. */
  readonly closed: Promise<unknown>;
}

/**
 * Opens a confirm channel and declares the exchange. Where it exists with other flags (406), or may not be declared by
 * this user (403), it is used as it is. Rejects with amqplib's error, whose `code` is the AMQP reply code.
 */
export async function openChannel(connection: ChannelModel, exchange: ExchangeSettings): Promise<OpenChannel> {
  const first = await freshChannel(connection);
  try {
    const { name, type, durable, autoDelete, internal } = exchange;
    await first.channel.assertExchange(name, type, { durable, autoDelete, internal });
    return first;
  } catch (error) {
    const code = replyCode(error);
    if (code !== 403 && code !== 406) throw error;
    // The server closed the channel with its refusal.
    const second = await freshChannel(connection);
    try {
      // RabbitMQ asks no permission for looking.
      await second.channel.checkExchange(exchange.name);
    } catch (missing) {
      throw code === 403 && replyCode(missing) === 404 ? error : missing;
    }
    return { ...second, passive: display(messageOf(error), 300) };
  }
}

async function freshChannel(connection: ChannelModel): Promise<OpenChannel> {
  const channel = await connection.createConfirmChannel();
  let fault: unknown;
  channel.on('error', (error) => {
    fault = error;
  });
  const closed = new Promise<unknown>((resolve) => {
    channel.once('close', () => { resolve(fault); });
  });
  return { channel, closed };
}

export interface PublishChannelParts {
  readonly connection: ChannelModel;
  /** host:port */
  readonly address: string;
  readonly broker: BrokerSettings;
  readonly clock: Clock;
  readonly retries: Retries;
  readonly emit: Emit;
}

/** Keeps a channel open on one connection, with the exchange declared. */
export class PublishChannel {
  #wire: Wire | undefined;
  #ended = false;
  #cancelReopen: () => void = () => undefined;

  constructor(private readonly parts: PublishChannelParts) {}

  /** What is published through, while the channel is open. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  start(): void {
    void this.#open();
  }

  /** Opens no more channels. */
  end(): void {
    this.#ended = true;
    this.#wire = undefined;
    this.#cancelReopen();
  }

  async #open(): Promise<void> {
    const { address, broker, clock, connection, emit } = this.parts;
    const cancel = clock.after(broker.connectTimeout * 1000, () => {
      if (!this.#ended) emit({ kind: 'dead', fault: timeoutFault(broker, address, 'open a channel') });
    });
    try {
      const opened = await openChannel(connection, broker.exchange);
      if (!this.#ended) this.#opened(opened);
    } catch (error) {
      if (!this.#ended) this.#failed(error);
    } finally {
      cancel();
    }
  }

  #opened({ channel, closed, passive }: OpenChannel): void {
    const { address, emit } = this.parts;
    this.#wire = wireOf(channel);
    void closed.then((error) => {
      this.#wire = undefined;
      if (!this.#ended) this.#closed(error);
    });
    emit({ kind: 'connected', address, ...(passive === undefined ? {} : { passive }) });
  }

  #closed(error: unknown): void {
    const { address, broker, emit, retries } = this.parts;
    const fault = channelFault(error, broker, 'publish');
    // The exchange goes with its last consumer every day: then there is nothing to wait for.
    const retryIn = fault.code === 'PSA_BROKER_REFUSED' ? retries.channel.longest() : retries.healthy ? 0 : retries.channel.next();
    retries.failed();
    emit({ kind: replyCode(error) === 404 ? 'exchangeDeleted' : 'channelFailed', fault, address, retryIn });
    this.#reopenAfter(retryIn);
  }

  #failed(error: unknown): void {
    const { address, broker, emit, retries } = this.parts;
    const fault = channelFault(error, broker, 'exchange');
    if (replyCode(error) === undefined) {
      // Nobody refused anything: the connection is gone, whether amqplib has said so or not.
      emit({ kind: 'dead', fault });
      return;
    }
    const retryIn = fault.code === 'PSA_BROKER_REFUSED' ? retries.channel.longest() : retries.channel.next();
    retries.failed();
    emit({ kind: 'channelFailed', fault, address, retryIn });
    this.#reopenAfter(retryIn);
  }

  #reopenAfter(delay: number): void {
    if (this.#ended) return;
    this.#cancelReopen = this.parts.clock.after(delay, () => void this.#open());
  }
}
