import { connect as dial, type ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, type AgentError } from '../model/errors.js';
import type { Unprotect } from './credentials.js';
import { openChannel } from './channel.js';
import { addressOf, endpointOf } from './endpoint.js';
import { channelFault, connectFault, lossFault, timeoutFault } from './errors.js';
import { Resolver } from './resolver.js';

/** A sample as a consumer of the exchange gets it. */
export interface ReceivedMessage {
  readonly body: Buffer;
  readonly routingKey: string;
}

/** What is received, and until when. */
export interface ReceiverParts {
  readonly broker: BrokerSettings;
  /** What the queue is bound with; of a topic exchange `*` and `#` stand for words. */
  readonly key: string;
  /** Called for each message in turn; the next waits in the queue until what it returns is resolved. */
  readonly take: (message: ReceivedMessage) => Promise<void> | void;
  /** Called once the queue is bound, with the host that it is on. */
  readonly bound: (address: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly unprotect?: Unprotect;
}

/** Messages that the broker sends ahead of what was taken, and that it keeps for a consumer that is slow; the oldest go first. */
const ahead = 100;
const kept = 10_000;

/**
 * Receives what is published: an exclusive queue of its own, bound to the settings' exchange, which is declared as the
 * collector declares it; the queue goes with the connection. Resolves when it is told to end; rejects with an AgentError
 * where no host can be reached, or the connection ends. It does not connect again: it is there to be looked at.
 */
export async function receive(parts: ReceiverParts): Promise<void> {
  const { broker, signal } = parts;
  let first: AgentError | undefined;
  for (const host of broker.hostnames) {
    // A signal each: what it ends is that attempt's socket.
    const attempt = new AbortController();
    signal.addEventListener('abort', () => { attempt.abort(); }, { once: true });
    const timer = setTimeout(() => { attempt.abort(timeoutFault(broker, addressOf(broker, host), 'answer')); }, broker.connectTimeout * 1000);
    try {
      const connection = await connect(parts, host, attempt.signal).catch((error: unknown) => {
        first ??= connectFault(attempt.signal.aborted ? attempt.signal.reason : error, broker, host);
      });
      clearTimeout(timer);
      // Another host would mean another queue, and what came meanwhile would be missing without a word.
      if (connection !== undefined) {
        await consume(parts, host, connection);
        return;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      attempt.abort();
    }
    if (signal.aborted) return;
  }
  if (first !== undefined) throw first;
}

async function connect({ broker, unprotect }: ReceiverParts, host: string, signal: AbortSignal): Promise<ChannelModel> {
  const lookup = new Resolver().lookupFunction(() => undefined, () => undefined);
  const { url, connectionOptions } = await endpointOf({ broker, host, signal, lookup, unprotect });
  return await dial(url, connectionOptions);
}

/** Takes messages until it is told to end. */
async function consume({ broker, key, take, bound, signal }: ReceiverParts, host: string, connection: ChannelModel): Promise<void> {
  const lost = new Promise<never>((_, reject) => {
    let fault: unknown;
    connection.on('error', (error) => { fault = error; });
    // What an operator does is no error to amqplib: its reason comes with the end alone.
    connection.once('close', (reason: unknown) => { reject(lossFault(fault ?? reason ?? new Error('the broker closed it'), broker, addressOf(broker, host))); });
  });
  lost.catch(() => undefined);
  try {
    const { channel, closed } = await openChannel(connection, broker.exchange);
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, maxLength: kept });
    await channel.bindQueue(queue, broker.exchange.name, key);
    await channel.prefetch(ahead);
    let takeAway = (): void => undefined;
    const takenAway = new Promise<never>((_, reject) => {
      takeAway = () => { reject(new BrokerError('PSA_BROKER_CHANNEL', 'exchange', `${addressOf(broker, host)} has taken the queue away, as it does when somebody deletes it`)); };
    });
    takenAway.catch(() => undefined);
    await channel.consume(queue, (message) => {
      if (message === null) takeAway();
      if (message === null || signal.aborted) return;
      void Promise.resolve(take({ body: message.content, routingKey: message.fields.routingKey })).then(() => {
        if (!signal.aborted) channel.ack(message);
      });
    });
    bound(addressOf(broker, host));
    const ended = new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve(); }, { once: true }); });
    await Promise.race([ended, lost, takenAway, closed.then((error) => Promise.reject(channelFault(error, broker, 'exchange')))]);
  } catch (error) {
    throw channelFault(error, broker, 'exchange');
  }
}
