import { connect, type AmqpConnectionManager, type ConnectionUrl } from 'amqp-connection-manager';
import type { ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, type AgentError } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import { Backoff, type Random } from './backoff.js';
import type { Unprotect } from './credentials.js';
import { connectFault, lossFault, timeoutFault } from './diagnosis.js';
import { addressOf, endpointOf, type Endpoint } from './endpoint.js';

/** What a link tells. Hosts are host:port. */
export interface LinkListener {
  opened(connection: ChannelModel, host: string): void;
  /** An open connection is gone; another is being made. */
  lost(fault: AgentError, host: string): void;
  /** An attempt failed; the next follows in about `retryIn` milliseconds. */
  failed(fault: AgentError, host: string, retryIn: number): void;
  blocked(reason: string): void;
  unblocked(): void;
}

export interface LinkParts {
  readonly broker: BrokerSettings;
  readonly clock: Clock;
  readonly listener: LinkListener;
  readonly random?: Random | undefined;
  readonly unprotect?: Unprotect | undefined;
}

/** The manager's own fixed delay, seconds: next to none, for the link waits in `findServers`. It takes 0 for unset. */
const managerDelay = 0.001;
/** A manager that has not seen a destroyed socket after this long, milliseconds, never will. */
const renewAfter = 1000;

/**
 * One connection to one of the broker's hosts at a time, kept by amqp-connection-manager. The manager asks for a server
 * before each attempt; the link answers after its backoff, with the next host, the password and the certificates as they
 * are then.
 */
export class BrokerLink {
  readonly #backoff: Backoff;
  #manager: AmqpConnectionManager | undefined;
  #attempt = new AbortController();
  #connection: ChannelModel | undefined;
  #openedAt = 0;
  #turn = 0;
  /** Attempts that failed since the last connection. */
  #failures = 0;
  #proven = false;
  #delay = 0;
  #closed = false;
  #limit: () => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(private readonly parts: LinkParts) {
    const { initial, maximum } = parts.broker.reconnect;
    this.#backoff = new Backoff(initial * 1000, maximum * 1000, parts.random);
  }

  /** The open connection. */
  get connection(): ChannelModel | undefined {
    return this.#connection;
  }

  get started(): boolean {
    return this.#manager !== undefined;
  }

  start(): void {
    const manager = connect(null, {
      // The manager's types are older than those of the amqplib it hands this to.
      findServers: async () => (await this.#next()) as ConnectionUrl,
      reconnectTimeInSeconds: managerDelay,
      heartbeatIntervalInSeconds: this.parts.broker.heartbeat,
    });
    this.#manager = manager;
    const current = (act: () => void) => () => {
      if (this.#manager === manager && !this.#closed) act();
    };
    manager.on('connect', current(() => { this.#opened(manager.connection); }));
    manager.on('connectFailed', ({ err }) => { current(() => { this.#failed(err); })(); });
    manager.on('disconnect', ({ err }) => { current(() => { this.#lost(err); })(); });
    manager.on('blocked', ({ reason }) => { current(() => { this.parts.listener.blocked(reason); })(); });
    manager.on('unblocked', current(() => { this.parts.listener.unblocked(); }));
  }

  /** Something went right on the connection: the next loss is a new one. */
  proven(): void {
    this.#proven = true;
    this.#backoff.reset();
  }

  /** Gives the connection up as dead, by destroying its socket: closing it in order would wait for the dead. */
  drop(reason: AgentError): void {
    const dropped = this.#connection;
    this.#attempt.abort(reason);
    this.parts.clock.after(renewAfter, () => {
      if (dropped === undefined || this.#connection !== dropped || this.#closed) return;
      this.#abandonManager();
      this.#lost(reason);
      this.start();
    });
  }

  /** Closes in order, and by force after `ms` milliseconds. */
  async close(ms: number): Promise<void> {
    this.#closed = true;
    if (this.#manager === undefined) return;
    this.#wake();
    this.#limit();
    const attempt = this.#attempt;
    const closing = new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', 'the transport is closing');
    if (this.#connection === undefined) attempt.abort(closing);
    const closed = this.#manager.close().catch(() => undefined);
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      void closed.then(() => { cancel(); resolve(); });
    });
    attempt.abort(closing);
    this.#connection = undefined;
  }

  get #hosts(): readonly string[] {
    return this.parts.broker.hostnames;
  }

  get #host(): string {
    return this.#hosts[this.#turn % this.#hosts.length] ?? 'localhost';
  }

  /** The server of the next attempt. */
  async #next(): Promise<Endpoint> {
    await this.#wait();
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { broker, clock, unprotect } = this.parts;
    const host = this.#host;
    if (this.#closed) throw new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', 'the transport is closing');
    this.#limit = clock.after(broker.connectTimeout * 1000, () => {
      attempt.abort(timeoutFault(broker, host, 'complete a connection'));
    });
    // A file or a secret on a dead network drive must not stop the attempts either.
    return await Promise.race([endpointOf(broker, host, attempt.signal, unprotect), aborted(attempt.signal)]);
  }

  async #wait(): Promise<void> {
    const delay = this.#delay;
    this.#delay = 0;
    if (delay <= 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.after(delay, resolve);
      this.#wake = () => { cancel(); resolve(); };
    });
  }

  #opened(connection: ChannelModel | undefined): void {
    if (connection === undefined) return;
    this.#limit();
    this.#connection = connection;
    this.#openedAt = this.parts.clock.now();
    this.#failures = 0;
    this.#proven = false;
    this.parts.listener.opened(connection, addressOf(this.parts.broker, this.#host));
  }

  #failed(error: unknown): void {
    this.#limit();
    const { broker, listener } = this.parts;
    const host = this.#host;
    const fault = connectFault(error, broker, host);
    this.#turn += 1;
    this.#failures += 1;
    this.#delay = this.#delayAfter(fault);
    listener.failed(fault, addressOf(broker, host), this.#delay);
  }

  #delayAfter(fault: AgentError): number {
    const roundDone = this.#failures % this.#hosts.length === 0;
    if (!roundDone) return (this.parts.random ?? Math.random)() * this.parts.broker.reconnect.initial * 1000;
    // A refused login changes when a person acts; asking every second fills the broker's log.
    return fault.code === 'PSA_BROKER_REFUSED' ? this.#backoff.longest() : this.#backoff.next();
  }

  #lost(error: unknown): void {
    const { broker, clock, listener } = this.parts;
    const host = this.#host;
    const fault = lossFault(error, broker, host);
    this.#connection = undefined;
    // Frees the socket of a connection that died by its heartbeat: amqplib only half-closes it.
    this.#attempt.abort(fault);
    if (clock.now() - this.#openedAt >= broker.reconnect.maximum * 1000) this.#backoff.reset();
    // A host that drops connections before it took anything is no better than one that refuses them.
    if (!this.#proven) this.#turn += 1;
    this.#delay = this.#backoff.next();
    listener.lost(fault, addressOf(broker, host));
  }

  #abandonManager(): void {
    const manager = this.#manager;
    manager?.removeAllListeners();
    void manager?.close().catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true });
  });
}
