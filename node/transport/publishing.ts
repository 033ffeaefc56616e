/** What a Publisher is made of and what it tells. */
import type { Options } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import type { Envelope } from '../model/message.js';
import type { Clock } from '../model/clock.js';
import type { Backoff } from './backoff.js';
import type { Outbox } from './outbox.js';
import type { Rate } from './rate.js';

/** What a publisher needs of a confirm channel (amqplib's ConfirmChannel has it). */
export interface PublishChannel {
  /** False: the write buffer is full until `drain`. The callback gets null for a confirm, an error for a nack or a closed channel. */
  publish(exchange: string, routingKey: string, content: Buffer, options: Options.Publish, outcome: (error: unknown) => void): boolean;
  on(event: 'return', listener: (message: { readonly properties: { readonly messageId?: unknown } }) => void): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

export interface PublisherListener {
  /** The broker took a sample and somebody was bound for it. */
  confirmed(): void;
  /** A sample came back; `held` unless it was let go. */
  returned(held: boolean): void;
  /** The first sample after a hold reached somebody. */
  routed(): void;
  /** The broker refused a sample (nack); it is sent again. */
  rejected(): void;
  /** A sample that AMQP cannot carry was let go. */
  unsendable(envelope: Envelope, error: unknown): void;
  /** No confirm came in time: the connection is dead. */
  overdue(): void;
  queueFailed(error: unknown): void;
  /** Nothing is in flight, and nothing waits or nothing more is to be sent. */
  idle(): void;
}

export interface PublisherParts {
  readonly channel: PublishChannel;
  readonly broker: BrokerSettings;
  readonly unroutable: 'hold' | 'drop';
  readonly outbox: Outbox;
  readonly rate: Rate;
  readonly clock: Clock;
  readonly listener: PublisherListener;
  /** Delays between probes while samples are held, after a nack, and after a failed read of the queue. */
  readonly patience: Backoff;
}

/** The AMQP properties of a sample. */
export function propertiesOf(envelope: Envelope, broker: BrokerSettings): Options.Publish {
  return {
    contentType: 'application/json',
    appId: broker.appId,
    timestamp: envelope.time,
    messageId: envelope.id,
    persistent: broker.deliveryMode === 'persistent',
    mandatory: true,
  };
}
