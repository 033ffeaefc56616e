import type { ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, type AgentError } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { SampleQueue } from '../spool/queue.js';
import { Backoff, type Random } from './backoff.js';
import type { Unprotect } from './credentials.js';
import { replyCode } from './diagnosis.js';
import type { TransportEvent, TransportState } from './event.js';
import { BrokerLink } from './link.js';
import { Outbox } from './outbox.js';
import { Publisher } from './publisher.js';
import type { PublishChannel, PublisherListener } from './publishing.js';
import { Rate } from './rate.js';
import { Session } from './session.js';
import { Tally } from './tally.js';
import { Teller } from './teller.js';

export type { TransportEvent, TransportState } from './event.js';

/** What an AmqpTransport is made of. */
export interface AmqpTransportParts {
  readonly broker: BrokerSettings;
  /** Samples that nobody is bound for: kept and probed with, or let go and counted. */
  readonly unroutable: 'hold' | 'drop';
  readonly queue: SampleQueue;
  readonly clock: Clock;
  /** Told of everything worth a line in the log. */
  readonly report: (event: TransportEvent) => void;
  readonly unprotect?: Unprotect;
  /** The source of jitter. */
  readonly random?: Random;
}

/** First and longest delay, milliseconds, between probes while samples are held, and after a nack. */
const patience = { first: 1000, longest: 30_000 } as const;
/** Time, milliseconds, that a flush leaves for the confirms of what it sent last. */
const landing = 500;
/** Least time for closing in order, milliseconds, after a flush that took all of its own. */
const shortestClose = 500;

/**
 * Takes samples from a queue to RabbitMQ and removes from it only what the broker confirmed and routed. One connection,
 * one confirm channel, mandatory publishing. It never throws and never gives up; what goes wrong is reported and tried
 * again.
 */
export class AmqpTransport {
  readonly #link: BrokerLink;
  readonly #outbox: Outbox;
  readonly #rate: Rate;
  readonly #patience: Backoff;
  readonly #reopening: Backoff;
  readonly #tally: Tally;
  readonly #tell: Teller;
  #session: Session | undefined;
  #holding = false;
  #stopping: Promise<void> | undefined;
  #unlisten: () => void = () => undefined;
  #endWait: () => void = () => undefined;

  constructor(private readonly parts: AmqpTransportParts) {
    const { broker, queue, clock, random, unprotect } = parts;
    this.#tell = new Teller(broker, parts.report);
    this.#outbox = new Outbox(queue);
    this.#rate = new Rate(broker.drainRate, () => clock.now());
    this.#patience = new Backoff(patience.first, patience.longest, random);
    this.#reopening = new Backoff(broker.reconnect.initial * 1000, broker.reconnect.maximum * 1000, random);
    this.#tally = new Tally(clock);
    const listener = {
      opened: (connection: ChannelModel, host: string) => { this.#opened(connection, host); },
      lost: (fault: AgentError, host: string) => { this.#lost(fault, host); },
      failed: (fault: AgentError, host: string, retryIn: number) => { this.#failed(fault, host, retryIn); },
      blocked: (reason: string) => { this.#blocked(reason); },
      unblocked: () => { this.#unblocked(); },
    };
    this.#link = new BrokerLink({ broker, clock, random, unprotect, listener });
  }

  /** Begins to connect and to publish; both go on until `stop`. */
  start(): void {
    this.#tell.started();
    this.#unlisten = this.parts.queue.onChange(() => this.#session?.publisher?.put());
    this.#link.start();
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
    return this.#tally.state(this.#holding);
  }

  async #stop(deadlineMs: number): Promise<void> {
    const { clock } = this.parts;
    const deadline = clock.now() + deadlineMs;
    if (this.#canFlush()) {
      const flushed = this.#untilIdle(deadlineMs - Math.min(landing, deadlineMs / 5));
      this.#session?.publisher?.wake();
      await flushed;
    }
    this.#unlisten();
    const publisher = this.#session?.publisher;
    publisher?.end();
    // What is on its way when the connection closes would have to be sent again.
    if (publisher !== undefined && publisher.inFlight > 0) await this.#untilIdle(deadline - clock.now());
    this.#session?.end();
    this.#session = undefined;
    await this.#link.close(Math.max(shortestClose, deadline - clock.now()));
    this.#tally.disconnected();
  }

  #canFlush(): boolean {
    // Before the first attempt has an outcome it may well be a good one.
    const reachable = this.#session !== undefined || (this.#link.started && !this.#tell.failing);
    return this.#outbox.count > 0 && reachable && !this.#holding && !this.#tally.blocked;
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

  #opened(connection: ChannelModel, host: string): void {
    const { broker, clock } = this.parts;
    this.#tally.opened(host);
    let news = true;
    this.#session = new Session({
      connection, host, broker, clock, reopening: this.#reopening,
      publisherOn: (channel) => this.#publisherOn(channel),
      listener: {
        ready: (asItIs) => {
          this.#tally.connected();
          if (asItIs !== undefined) this.#tell.asItIs(asItIs);
          if (news) this.#tell.connected(host);
          news = false;
        },
        closed: (fault, retryIn) => { this.#closed(fault, host, retryIn); },
        failed: (fault, retryIn) => { this.#failed(fault, host, retryIn); },
        dead: (fault) => { this.#link.drop(fault); },
      },
    });
  }

  #publisherOn(channel: PublishChannel): Publisher {
    const { broker, clock, unroutable } = this.parts;
    const publisher = new Publisher({
      channel, broker, clock, unroutable, outbox: this.#outbox, rate: this.#rate, patience: this.#patience, listener: this.#publishing(),
    }, this.#holding);
    publisher.block(this.#tally.blocked);
    return publisher;
  }

  #publishing(): PublisherListener {
    const { broker } = this.parts;
    return {
      confirmed: () => {
        this.#tally.publish();
        this.#tell.well();
        this.#link.proven();
        this.#session?.proven();
      },
      returned: (held) => { this.#returned(held); },
      routed: () => {
        this.#holding = false;
        this.#tell.routed();
      },
      rejected: () => {
        this.#tally.rejected += 1;
        this.#tell.rejected();
      },
      unsendable: (envelope, error) => {
        this.#tally.unsendable += 1;
        this.#tell.unsendable(envelope.id, error);
      },
      overdue: () => {
        this.#link.drop(new BrokerError('PSA_BROKER_UNREACHABLE', 'publish',
          `${this.#tally.host ?? 'the broker'} confirmed nothing for ${String(broker.confirmTimeout)} s (broker.confirm_timeout): the connection counts as dead`));
      },
      queueFailed: (error) => { this.#tell.queueFailed(error); },
      idle: () => { this.#endWait(); },
    };
  }

  #returned(held: boolean): void {
    this.#tally.returned += 1;
    if (!held) {
      this.#tally.unroutableDropped += 1;
      return;
    }
    if (!this.#holding) this.#tell.unroutable();
    this.#holding = true;
    this.#endWait();
  }

  /** The server closed the channel. */
  #closed(fault: AgentError, host: string, retryIn: number): void {
    this.#tally.disconnected();
    if (replyCode(fault.cause) === 404) this.#tell.vanished(fault, host);
    else this.#failed(fault, host, retryIn);
  }

  #lost(fault: AgentError, host: string): void {
    this.#session?.end();
    this.#session = undefined;
    this.#tally.lost();
    this.#tally.fail(fault);
    this.#tell.lost(fault, host);
    this.#endWait();
  }

  #failed(fault: AgentError, host: string, retryIn: number): void {
    this.#tally.fail(fault);
    this.#tell.failed(fault, host, retryIn);
    this.#endWait();
  }

  #blocked(reason: string): void {
    this.#tally.blocked = true;
    this.#session?.publisher?.block(true);
    this.#tell.blocked(reason);
    this.#endWait();
  }

  #unblocked(): void {
    this.#tally.blocked = false;
    this.#session?.publisher?.block(false);
    this.#tell.unblocked();
  }
}
