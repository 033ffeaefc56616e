import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { ExchangeSettings } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import { replyCode } from './diagnosis.js';

/** A confirm channel on which the exchange is there. */
export interface OpenChannel {
  readonly channel: ConfirmChannel;
  /** Set where the exchange is used as it is: the broker's reason for not declaring it. */
  readonly asItIs?: string;
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
    return { ...second, asItIs: messageOf(error) };
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
