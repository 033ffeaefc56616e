import { isThisHost } from '../config/host.js';
import type { BrokerSettings } from '../model/settings.js';
import type { Clock } from '../model/clock.js';
import { Histogram } from '../model/histogram.js';
import type { SampleQueue } from '../spool/queue.js';
import { Retries, type Random } from './backoff.js';
import { PublishChannel } from './channel.js';
import { BrokerConnection } from './connection.js';
import type { Unprotect } from './credentials.js';
import { DrainLimiter } from './drainLimiter.js';
import { EventLog, nobodyBound, type LogLine } from './eventLog.js';
import type { TransportEvent } from './events.js';
import { Publisher } from './publisher.js';
import type { Resolver } from './resolver.js';
import { TransportFold, type TransportState } from './state.js';
import { UnconfirmedReader } from './unconfirmedReader.js';

/** What a Transport is made of. */
export interface TransportParts {
  readonly broker: BrokerSettings;
  /** Samples that nobody is bound for: kept and probed with, or dropped and counted. */
  readonly unroutable: 'hold' | 'drop';
  readonly queue: SampleQueue;
  readonly clock: Clock;
  /** Told of everything worth a line in the log. */
  readonly log: (line: LogLine) => void;
  /** Told when the state of the delivery has changed. */
  readonly changed?: () => void;
  readonly unprotect?: Unprotect;
  /** The source of jitter. */
  readonly random?: Random;
  readonly resolver?: Resolver;
}

/** Time, milliseconds, that a flush leaves for the confirms of what it sent last. */
const lastConfirms = 500;
/** Least time for closing in order, milliseconds, after a flush that took all of its own. */
const shortestClose = 500;

/**
 * Takes samples from a queue to RabbitMQ and acknowledges only what the broker confirmed and routed. One connection, one
 * confirm channel, mandatory publishing. It never throws and never gives up; what goes wrong is told and tried again.
 *
 * Its parts tell what happens in events; each is counted, logged and acted on here, in this order.
 */
export class Transport {
  readonly #connection: BrokerConnection;
  readonly #retries: Retries;
  readonly #reader: UnconfirmedReader;
  readonly #limiter: DrainLimiter;
  readonly #fold: TransportFold;
  readonly #log: EventLog;
  readonly #emit = (event: TransportEvent): void => { this.#on(event); };
  /** From sending a sample to its confirm. */
  readonly confirmTimes = new Histogram();
  #channel: PublishChannel | undefined;
  #publisher: Publisher | undefined;
  #stopping: Promise<void> | undefined;
  #unlisten: () => void = () => undefined;
  #endWait: () => void = () => undefined;

  constructor(private readonly parts: TransportParts) {
    const { broker, clock, queue, random, resolver, unprotect } = parts;
    this.#retries = new Retries(broker.reconnect, random);
    this.#reader = new UnconfirmedReader(queue);
    this.#limiter = new DrainLimiter(broker.drainRate, () => clock.now());
    this.#fold = new TransportFold(clock, nobodyBound(broker));
    this.#log = new EventLog(broker, clock, parts.log);
    this.#connection = new BrokerConnection({ broker, clock, retries: this.#retries, emit: this.#emit, random, resolver, unprotect });
  }

  /** Begins to connect and to publish; both go on until `stop`. */
  start(): void {
    const { hostnames, tls } = this.parts.broker;
    if (tls.enabled && !tls.verify) this.#on({ kind: 'unverified' });
    const host = tls.enabled ? undefined : hostnames.find((name) => !isThisHost(name));
    if (host !== undefined) this.#on({ kind: 'cleartext', host });
    this.#unlisten = this.parts.queue.onChange(() => {
      this.#reader.changed();
      this.#publisher?.wake();
    });
    this.#connection.start();
  }

  /**
   * Publishes for at most `deadlineMs` milliseconds what is in the queue, then closes in order. It does not wait for
   * what nobody knows to come: a broker that is away or blocked, a consumer that is. The rest stays in the queue. A
   * transport that was stopped is not started again.
   */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs);
    return this.#stopping;
  }

  state(): TransportState {
    return this.#fold.state(this.#reader.unconfirmed);
  }

  async #stop(deadlineMs: number): Promise<void> {
    const { clock } = this.parts;
    const deadline = clock.now() + deadlineMs;
    if (this.#canFlush()) {
      const flushed = this.#untilIdle(deadlineMs - Math.min(lastConfirms, deadlineMs / 5));
      this.#publisher?.wake();
      await flushed;
    }
    this.#unlisten();
    const publisher = this.#publisher;
    publisher?.end();
    // What is on its way when the connection closes would have to be sent again.
    if (publisher !== undefined && publisher.inFlight > 0) await this.#untilIdle(deadline - clock.now());
    this.#endChannel();
    await this.#connection.close(Math.max(shortestClose, deadline - clock.now()));
    this.#fold.close();
    this.#log.close();
  }

  #canFlush(): boolean {
    const { blocked, connected, failing, unroutable } = this.state();
    // Before the first attempt has an outcome it may well be a good one.
    const reachable = connected || (this.#connection.started && !failing);
    return this.#reader.unconfirmed > 0 && reachable && !unroutable && !blocked;
  }

  /** Resolves when there is nothing left to wait for, and after `ms` milliseconds anyhow. */
  #untilIdle(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  #on(event: TransportEvent): void {
    const changed = this.#fold.apply(event);
    this.#log.add(event);
    this.#act(event);
    if (changed) this.parts.changed?.();
  }

  #act(event: TransportEvent): void {
    switch (event.kind) {
      case 'opened': this.#openChannel(event.address); break;
      case 'connected': this.#publish(event.address); break;
      case 'channelFailed': case 'exchangeDeleted': this.#endPublisher(); break;
      case 'connectionLost': this.#endChannel(); break;
      case 'blocked': this.#publisher?.block(true); break;
      case 'unblocked': this.#publisher?.block(false); break;
      case 'dead': this.#connection.drop(event.fault); break;
      default:
    }
    if (endsFlush.has(event.kind) && !(event.kind === 'returned' && !event.held)) this.#endWait();
  }

  #openChannel(address: string): void {
    const { broker, clock } = this.parts;
    const connection = this.#connection.model;
    if (connection === undefined) return;
    this.#channel = new PublishChannel({ connection, address, broker, clock, retries: this.#retries, emit: this.#emit });
    this.#channel.start();
  }

  #publish(address: string): void {
    const { broker, clock, unroutable } = this.parts;
    const wire = this.#channel?.wire;
    if (wire === undefined) return;
    this.#publisher = new Publisher({
      wire, address, broker, clock, unroutable, reader: this.#reader, limiter: this.#limiter, retries: this.#retries, emit: this.#emit,
      confirmTimes: this.confirmTimes,
    }, this.state());
    this.#publisher.start();
  }

  #endPublisher(): void {
    this.#publisher?.end();
    this.#publisher = undefined;
  }

  #endChannel(): void {
    this.#channel?.end();
    this.#channel = undefined;
    this.#endPublisher();
  }
}

/** Events after which a flush has nothing to wait for. */
const endsFlush: ReadonlySet<TransportEvent['kind']> = new Set(['connectFailed', 'channelFailed', 'exchangeDeleted', 'connectionLost', 'blocked', 'returned', 'idle']);
