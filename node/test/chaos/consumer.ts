import { connect, type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';

/** Told of every message. */
export type Heard = (id: string, body: { readonly name: string; readonly path: string; readonly metric: number }, redelivered: boolean) => void;

const exchange = 'cloudify-monitoring';
const queue = 'chaos';

/**
 * A consumer that has nothing in common with the collector. It declares the exchange as the predecessor did; its queue is
 * durable, so that no sample is lost behind the broker's confirm when the broker or the consumer's own connection goes. It
 * connects again by itself, and is bound or not as it was last told.
 */
export class DurableConsumer {
  #connection: ChannelModel | undefined;
  #channel: Channel | undefined;
  #bound = true;
  #keeper = false;
  #stopped = false;
  #ended: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly port: number,
    private readonly heard: Heard,
  ) {}

  /** Resolves when it is bound. */
  async start(): Promise<void> {
    await this.#open();
    this.#loop = this.#keep();
  }

  /** Takes its binding away; with `keep` another binding, that no sample matches, keeps the exchange. */
  async leave(keep: boolean): Promise<void> {
    this.#bound = false;
    this.#keeper = keep;
    await this.#apply();
  }

  async deleteExchange(): Promise<void> {
    this.#bound = false;
    await this.#try(async (channel) => { await channel.deleteExchange(exchange); });
  }

  /** Binds again. */
  async comeBack(): Promise<void> {
    this.#bound = true;
    this.#keeper = false;
    await this.#apply();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#connection?.close().catch(() => undefined);
    await this.#loop;
  }

  async #keep(): Promise<void> {
    for (;;) {
      await this.#ended;
      this.#channel = undefined;
      if (this.#stopped) return;
      await delay(50);
      await this.#open().catch(() => undefined);
    }
  }

  async #open(): Promise<void> {
    const connection = await connect({ hostname: '127.0.0.1', port: this.port, heartbeat: 30 });
    this.#connection = connection;
    connection.on('error', () => undefined);
    this.#ended = new Promise((resolve) => connection.once('close', resolve));
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    channel.once('close', () => { void connection.close().catch(() => undefined); });
    await channel.assertQueue(queue, { durable: true });
    await channel.prefetch(1000);
    this.#channel = channel;
    await this.#apply();
    await channel.consume(queue, (message) => {
      if (message === null) return;
      this.#hear(message);
      channel.ack(message);
    });
  }

  #hear({ content, fields, properties }: ConsumeMessage): void {
    const id: unknown = properties.messageId;
    if (typeof id !== 'string') throw new Error('a message without a message_id arrived');
    this.heard(id, JSON.parse(content.toString('utf8')) as Parameters<Heard>[1], fields.redelivered);
  }

  async #apply(): Promise<void> {
    await this.#try(async (channel) => {
      if (this.#bound || this.#keeper) await channel.assertExchange(exchange, 'topic', { autoDelete: true, durable: false, internal: false });
      if (this.#keeper) {
        await channel.assertQueue('keeper', { exclusive: true });
        await channel.bindQueue('keeper', exchange, 'nobody-publishes-with-this');
      }
      if (this.#bound) await channel.bindQueue(queue, exchange, '#');
      else await channel.unbindQueue(queue, exchange, '#');
      if (!this.#keeper) await channel.deleteQueue('keeper');
    });
  }

  /** What fails because the connection went is done when it is back. */
  async #try(act: (channel: Channel) => Promise<void>): Promise<void> {
    const channel = this.#channel;
    if (channel !== undefined) await act(channel).catch(() => undefined);
  }
}
