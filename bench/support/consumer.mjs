// Counts what arrives at an exchange, by a queue of its own; it has nothing in common with those who publish.
import { connect } from 'amqplib';

/** Declares the exchange and counts from then on: `counter.count`, and `counter.first`, performance.now() of the first message. */
export async function countArrivals(port, exchange, options = { autoDelete: true, durable: false }) {
  const connection = await connect({ hostname: '127.0.0.1', port });
  connection.on('error', () => undefined);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', options);
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, '#');
  const counter = { count: 0, first: undefined, close: () => connection.close().catch(() => undefined) };
  await channel.consume(queue, () => {
    counter.first ??= performance.now();
    counter.count += 1;
  }, { noAck: true });
  return counter;
}
