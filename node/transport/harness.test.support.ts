/** What the transport's system tests share: a transport before a real broker, and an independent consumer behind it. */
import assert from 'node:assert/strict';
import { connect, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerSettings } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import type { Envelope } from '../model/message.js';
import { systemClock } from '../model/clock.js';
import { MemoryQueue } from '../spool/memory.test.support.js';
import { startBroker, type TestBroker, type TestBrokerUser } from '../test/support/broker.js';
import { until } from '../test/support/wait.js';
import type { LogLine } from './eventLog.js';
import { Transport, type TransportParts } from './transport.js';

/** Settings with short times, for a broker on this host. */
export function settingsFor(port: number, exchange: string, more: Partial<BrokerSettings> = {}): BrokerSettings {
  return {
    hostnames: ['127.0.0.1'],
    port,
    vhost: '/',
    username: 'guest',
    password: { kind: 'plain', password: 'guest' },
    tls: { enabled: false, verify: true },
    heartbeat: 5,
    connectTimeout: 3,
    confirmTimeout: 3,
    reconnect: { initial: 0.05, maximum: 0.5 },
    exchange: { name: exchange, type: 'topic', durable: false, autoDelete: true, internal: false },
    routingKey: 'deployment',
    deliveryMode: 'transient',
    appId: 'psutil-agent',
    maxInFlight: 64,
    drainRate: 20_000,
    ...more,
  };
}

/** The connectTimeout for a name that is looked up: a name server that a question did not reach is asked again after 5 s. */
export const lookupTimeout = 15;

const sampleId = (sequence: number): string => `sample-${String(sequence)}`;

const running = new Set<Harness>();

/** Stops what failed tests left running, which would keep the process from ending. */
export async function stopHarnesses(): Promise<void> {
  for (const harness of running) await harness.stop();
}

/** The password of these users. */
export const secret = 'hunter2-secret';
const users: readonly TestBrokerUser[] = [
  { name: 'agent', password: secret, permissions: { '/': ['.*', '.*', '.*'] } },
  { name: 'reader', password: secret, permissions: { '/': ['.*', '', '.*'] } },
  { name: 'writer', password: secret, permissions: { '/': ['', '.*', ''] } },
];

let opened: Promise<TestBroker> | undefined;

/** The broker of all test files in this process. After their tests broker and transports are stopped, and a rejection that nobody took fails them. */
export function openBroker(): Promise<TestBroker> {
  opened ??= open();
  return opened;
}

async function open(): Promise<TestBroker> {
  const unhandled: string[] = [];
  const note = (error: unknown) => { unhandled.push(error instanceof Error ? (error.stack ?? error.message) : String(error)); };
  process.on('unhandledRejection', note);
  const broker = await startBroker({ users });
  after(async () => {
    await stopHarnesses();
    await broker.stop();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });
  return broker;
}

/** A transport with a queue in memory, and what it took and told. */
export class Harness {
  readonly lines: LogLine[] = [];
  readonly queue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e6, clock: systemClock });
  readonly transport: Transport;
  #taken = 0;

  constructor(broker: BrokerSettings, more: Partial<TransportParts> = {}) {
    this.transport = new Transport({
      broker, unroutable: 'hold', queue: this.queue, clock: systemClock, log: (line) => this.lines.push(line), ...more,
    });
    running.add(this);
  }

  /** Samples taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes samples of three metrics in turn. */
  async put(count: number): Promise<void> {
    const batch: Envelope[] = [];
    for (; count > 0; count -= 1) {
      const sequence = this.#taken++;
      batch.push({
        id: sampleId(sequence),
        time: Math.floor(Date.now() / 1000),
        routingKey: 'deployment',
        body: JSON.stringify({ name: `metric${String(sequence % 3)}`, metric: sequence }),
      });
    }
    await this.queue.put(batch);
  }

  /** Takes samples, a few every 10 ms, until told to stop. */
  stream(perTick = 5): () => Promise<void> {
    const end = new AbortController();
    const done = (async () => {
      while (!end.signal.aborted) {
        await this.put(perTick);
        await delay(10);
      }
    })();
    return () => {
      end.abort();
      return done;
    };
  }

  /** Lines of a kind in the log. */
  told(kind: LogLine['kind']): LogLine[] {
    return this.lines.filter((line) => line.kind === kind);
  }

  /** Lines of failed attempts, at a connection or a channel on it. */
  get failures(): LogLine[] {
    return this.lines.filter(({ kind }) => kind === 'connectFailed' || kind === 'channelFailed');
  }

  async stop(): Promise<void> {
    running.delete(this);
    await this.transport.stop(1000);
    await this.queue.close();
  }
}

/**
 * A consumer as Cloudify's predecessor had it: it declares the exchange and binds a queue of its own. A named queue is
 * durable and outlives consumer and broker; what comes from it is acknowledged. Without that the broker confirms a
 * sample once it is on its way here, and a broker that is killed then takes it along.
 */
export class Consumer {
  readonly messages: ConsumeMessage[] = [];

  private constructor(private readonly connection: ChannelModel) {}

  static async open(port: number, exchange: string, queue?: { readonly name: string }): Promise<Consumer> {
    const connection = await connect({ hostname: '127.0.0.1', port });
    connection.on('error', () => undefined);
    const consumer = new Consumer(connection);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertExchange(exchange, 'topic', { autoDelete: true, durable: false, internal: false });
    const { queue: name } = await channel.assertQueue(queue?.name ?? '', { exclusive: queue === undefined, durable: queue !== undefined });
    await channel.bindQueue(name, exchange, '#');
    const noAck = queue === undefined;
    await channel.consume(name, (message) => {
      if (message === null) return;
      consumer.messages.push(message);
      if (!noAck) channel.ack(message);
    }, { noAck });
    return consumer;
  }

  /** Ids in the order of their first arrival. */
  get firsts(): string[] {
    return [...new Set(this.messages.map(({ properties }) => String(properties.messageId)))];
  }

  get repeats(): number {
    return this.messages.length - this.firsts.length;
  }

  async close(): Promise<void> {
    await this.connection.close().catch(() => undefined);
  }
}

/** Waits until consumers have, in turn, all that a transport took; fails with what is missing, or out of order within a metric. */
export async function assertDelivered(harness: Harness, ...consumers: Consumer[]): Promise<void> {
  const arrived = () => new Set(consumers.flatMap((consumer) => consumer.firsts));
  await until('every sample', () => arrived().size === harness.taken).catch((error: unknown) => {
    const ids = arrived();
    const missing = Array.from({ length: harness.taken }, (_, sequence) => sampleId(sequence)).filter((id) => !ids.has(id));
    const { published } = harness.transport.state();
    assert.fail(`${messageOf(error)}; of ${String(harness.taken)} taken ${String(published)} are confirmed, ${String(harness.queue.stats().count)} wait, ${String(missing.length)} did not arrive: ${missing.slice(0, 5).join(', ')}`);
  });
  const numbers = [...arrived()].map((id) => Number(id.replace('sample-', '')));
  for (const metric of [0, 1, 2]) {
    const got = numbers.filter((number) => number % 3 === metric);
    assert.deepEqual(got, [...got].sort((a, b) => a - b), `metric${String(metric)} in the order taken`);
  }
}
