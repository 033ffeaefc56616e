import type { ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../config/settings.js';
import { BrokerError, messageOf, type AgentError } from '../errors.js';
import type { Clock } from '../scheduler/clock.js';
import type { SampleQueue } from '../spool/queue.js';
import { Backoff, type Random } from './backoff.js';
import type { Unprotect } from './credentials.js';
import { replyCode } from './diagnosis.js';
import type { TransportEvent, TransportState } from './event.js';
import { BrokerLink } from './link.js';
import { Outbox } from './outbox.js';
import { Publisher, type PublishChannel, type PublisherListener } from './publisher.js';
import { Rate } from './rate.js';
import { Session } from './session.js';
import { Tally } from './tally.js';

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
  #session: Session | undefined;
  #holding = false;
  #asItIsTold = false;
  /** The fault reported last, while it lasts: reported again it is not news. */
  #fault: string | undefined;
  #unlisten: () => void = () => undefined;
  #endFlush: () => void = () => undefined;

  constructor(private readonly parts: AmqpTransportParts) {
    const { broker, queue, clock, random, unprotect } = parts;
    this.#outbox = new Outbox(queue, (error) => { this.#queueFailed(error); });
    this.#rate = new Rate(broker.drainRate, () => clock.now());
    this.#patience = new Backoff(patience.first, patience.longest, random);
    this.#reopening = new Backoff(broker.reconnect.initial * 1000, broker.reconnect.maximum * 1000, random);
    this.#tally = new Tally(clock);
    const listener = {
      opened: (connection: ChannelModel, host: string) => { this.#opened(connection, host); },
      lost: (fault: AgentError, host: string) => { this.#lost(fault, host); },
      failed: (fault: AgentError, host: string, retryIn: number) => { this.#failed(fault, host, retryIn); },
      blocked: (reason: string) => { this.#block(true, reason); },
      unblocked: () => { this.#block(false); },
    };
    this.#link = new BrokerLink({ broker, clock, random, unprotect, listener });
  }

  /** Begins to connect and to publish; both go on until `stop`. */
  start(): void {
    const { broker, queue } = this.parts;
    if (broker.tls.enabled && !broker.tls.verify) {
      this.#tell({
        kind: 'unverified', level: 'warn',
        message: 'broker.tls.verify is off: anyone on the way can pose as the broker, read what is sent and learn the password',
      });
    }
    this.#unlisten = queue.onPut(() => this.#session?.publisher?.put());
    this.#link.start();
  }

  /**
   * Publishes for at most `deadlineMs` milliseconds what is in the queue, then closes in order. It does not wait for
   * what nobody knows to come: a broker that is away or blocked, a consumer that is. The rest stays in the queue.
   */
  async stop(deadlineMs: number): Promise<void> {
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
    this.#tally.connect(false);
    await this.#outbox.flush();
  }

  /** Resolves when nothing is left to wait for, and after `ms` milliseconds anyhow. */
  #untilIdle(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.#endFlush = () => { cancel(); resolve(); };
    });
  }

  state(): TransportState {
    return this.#tally.state(this.#holding);
  }

  #canFlush(): boolean {
    const reachable = this.#session !== undefined || (this.#tally.connections === 0 && this.#fault === undefined);
    return this.#outbox.count > 0 && reachable && !this.#holding && !this.#tally.blocked;
  }

  #opened(connection: ChannelModel, host: string): void {
    const { broker, clock } = this.parts;
    this.#tally.connections += 1;
    this.#tally.host = host;
    this.#tally.blocked = false;
    let news = true;
    const session = new Session({
      connection, host, broker, clock, reopening: this.#reopening,
      publisherOn: (channel) => this.#publisherOn(channel),
      listener: {
        ready: (asItIs) => {
          this.#tally.connect(true);
          if (asItIs !== undefined) this.#tellAsItIs(asItIs);
          if (news) this.#tell({ kind: 'connected', level: 'info', message: `connected to ${host}`, host });
          news = false;
        },
        closed: (fault, retryIn) => { this.#closed(fault, host, retryIn); },
        failed: (fault, retryIn) => { this.#failed(fault, host, retryIn); },
        dead: (fault) => { this.#link.drop(fault); },
      },
    });
    this.#session = session;
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
        this.#fault = undefined;
        this.#link.proven();
        this.#session?.proven();
      },
      returned: (held) => { this.#returned(held); },
      routed: () => {
        this.#holding = false;
        this.#tell({ kind: 'routed', level: 'info', message: 'samples reach a consumer again: the held ones are sent' });
      },
      rejected: () => {
        this.#tally.rejected += 1;
        this.#tell({ kind: 'rejected', level: 'warn', message: 'the broker refused a sample (nack), as a full queue does; it is sent again' });
      },
      unsendable: (envelope, error) => {
        this.#tally.unsendable += 1;
        this.#tell({ kind: 'unsendable', level: 'error', message: `the sample ${envelope.id} cannot be carried by AMQP and is let go: ${messageOf(error)}` });
      },
      overdue: () => {
        this.#link.drop(new BrokerError('PSA_BROKER_UNREACHABLE', 'publish',
          `${this.#tally.host ?? 'the broker'} confirmed nothing for ${String(broker.confirmTimeout)} s (broker.confirm_timeout): the connection counts as dead`));
      },
      queueFailed: (error) => { this.#queueFailed(error); },
      idle: () => { this.#endFlush(); },
    };
  }

  #returned(held: boolean): void {
    this.#tally.returned += 1;
    if (!held) {
      this.#tally.unroutableDropped += 1;
      return;
    }
    this.#endFlush();
    if (this.#holding) return;
    this.#holding = true;
    const { exchange, routingKey } = this.parts.broker;
    this.#tell({
      kind: 'unroutable', level: 'warn',
      message: `nobody is bound to the exchange "${exchange.name}" for the routing key "${routingKey}": samples are held and sent when somebody is`,
    });
  }

  #closed(fault: AgentError, host: string, retryIn: number): void {
    this.#tally.connect(false);
    if (replyCode(fault.cause) === 404) {
      this.#tell({ kind: 'reopening', level: 'info', message: `${fault.message}; it is declared again`, code: fault.code, host });
    } else {
      this.#failed(fault, host, retryIn);
    }
  }

  #lost(fault: AgentError, host: string): void {
    this.#session?.end();
    this.#session = undefined;
    this.#tally.connect(false);
    this.#tally.host = undefined;
    this.#tally.blocked = false;
    this.#fail('disconnected', fault, fault.message, host);
  }

  #failed(fault: AgentError, host: string, retryIn: number): void {
    this.#fail('failed', fault, `${fault.message}; again in ${(retryIn / 1000).toFixed(1)} s`, host);
  }

  #fail(kind: TransportEvent['kind'], fault: AgentError, message: string, host: string): void {
    this.#tally.fail(fault);
    const level = fault.message === this.#fault ? 'debug' : 'warn';
    this.#fault = fault.message;
    const step = fault instanceof BrokerError ? { step: fault.step } : {};
    this.#tell({ kind, level, message, code: fault.code, host, ...step });
    this.#endFlush();
  }

  #block(blocked: boolean, reason = ''): void {
    this.#tally.blocked = blocked;
    this.#session?.publisher?.block(blocked);
    if (blocked) this.#endFlush();
    this.#tell(blocked
      ? { kind: 'blocked', level: 'warn', message: `the broker asks for a pause (${reason}): samples wait` }
      : { kind: 'unblocked', level: 'info', message: 'the broker takes samples again' });
  }

  #tellAsItIs(reason: string): void {
    if (this.#asItIsTold) return;
    this.#asItIsTold = true;
    this.#tell({ kind: 'exchange', level: 'warn', message: `the exchange "${this.parts.broker.exchange.name}" is used as it is: ${reason}` });
  }

  #queueFailed(error: unknown): void {
    this.#tell({ kind: 'queue', level: 'error', message: `the queue of samples failed: ${messageOf(error)}` });
  }

  #tell(event: TransportEvent): void {
    try {
      this.parts.report(event);
    } catch {
      // A log that fails must not end the transport: this runs within the connection's own events.
    }
  }
}
