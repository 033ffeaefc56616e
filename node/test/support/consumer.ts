import { connect, type ConsumeMessage } from 'amqplib';

/** A message as a consumer got it. */
export interface Received {
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly properties: ConsumeMessage['properties'];
  readonly routingKey: string;
}

/** A consumer of the test's own, independent of the transport. */
export interface Consumer {
  readonly received: Received[];
  close(): Promise<void>;
}

/**
 * Consumes everything from the exchange, which it declares as the predecessor did: topic, auto_delete, not durable, not
 * internal. The queue is exclusive, so that exchange and binding go when it closes.
 */
export async function consume(port: number, exchange = 'cloudify-monitoring', key = '#'): Promise<Consumer> {
  const connection = await connect({ hostname: '127.0.0.1', port });
  // A broker that is killed under the consumer is the test's doing.
  connection.on('error', () => undefined);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await channel.assertExchange(exchange, 'topic', { autoDelete: true, durable: false, internal: false });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, key);
  const received: Received[] = [];
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return;
      const text = message.content.toString('utf8');
      received.push({ text, body: JSON.parse(text) as Received['body'], properties: message.properties, routingKey: message.fields.routingKey });
    },
    { noAck: true },
  );
  return {
    received,
    close: () => connection.close().catch(() => undefined),
  };
}
