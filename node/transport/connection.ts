import { connect, type AmqpConnectionManager, type ConnectionUrl } from 'amqp-connection-manager';
import type { ChannelModel } from 'amqplib';
import { isIP } from 'node:net';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, type AgentError } from '../model/errors.js';
import { display } from '../model/display.js';
import type { Clock } from '../model/clock.js';
import type { Random, Retries } from './backoff.js';
import type { Unprotect } from './credentials.js';
import { connectFault, lossFault, resolveTimeoutFault, timeoutFault } from './errors.js';
import { addressOf, endpointOf, type Endpoint } from './endpoint.js';
import type { Emit } from './events.js';
import { Resolver } from './resolver.js';
import { containSocket, isBlocked, limitInbound } from './wire.js';

export interface ConnectionParts {
  readonly broker: BrokerSettings;
  readonly clock: Clock;
  readonly retries: Retries;
  readonly emit: Emit;
  readonly random?: Random | undefined;
  readonly unprotect?: Unprotect | undefined;
  readonly resolver?: Resolver | undefined;
}

/** The manager's own fixed delay, seconds: next to none, for the connection waits in `findServers`. It takes 0 for unset. */
const managerDelay = 0.001;
/** A manager that has not seen a destroyed socket after this long, milliseconds, never will. */
const renewAfter = 1000;

/** One attempt to connect, and the connection it led to. */
interface Attempt {
  readonly host: string;
  readonly end: AbortController;
  /** The name is being resolved. */
  resolving: boolean;
  /** Its failure, or its loss, is told. */
  over: boolean;
}

/**
 * One connection to one of the broker's hosts at a time, kept by amqp-connection-manager. The manager asks for a server
 * before each attempt; the answer comes after the backoff, with the next host, the password and the certificates as they
 * are then.
 */
export class BrokerConnection {
  readonly #resolver: Resolver;
  #manager: AmqpConnectionManager | undefined;
  #attempt: Attempt | undefined;
  #model: ChannelModel | undefined;
  #openedAt = 0;
  #turn = 0;
  /** Attempts that failed since the last connection. */
  #failures = 0;
  #delay = 0;
  #closed = false;
  #cancelLimit: () => void = () => undefined;
  #endWait: () => void = () => undefined;

  constructor(private readonly parts: ConnectionParts) {
    this.#resolver = parts.resolver ?? new Resolver();
  }

  /** The open connection. */
  get model(): ChannelModel | undefined {
    return this.#model;
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
    const { emit } = this.parts;
    const current = (act: () => void) => () => {
      if (this.#manager === manager && !this.#closed) act();
    };
    manager.on('connect', current(() => { this.#opened(manager.connection); }));
    manager.on('connectFailed', ({ err }) => { current(() => { this.#failed(err); })(); });
    manager.on('disconnect', ({ err }) => { current(() => { this.#lost(err); })(); });
    manager.on('blocked', ({ reason }) => { current(() => { emit({ kind: 'blocked', reason: display(reason) }); })(); });
    manager.on('unblocked', current(() => { emit({ kind: 'unblocked' }); }));
  }

  /** Gives the connection, or the attempt at one, up as dead. */
  drop(reason: AgentError): void {
    if (this.#attempt !== undefined) this.#giveUp(this.#attempt, reason);
  }

  /** Destroys the socket: closing it in order would wait for the dead. */
  #giveUp(attempt: Attempt, reason: AgentError): void {
    attempt.end.abort(reason);
    this.parts.clock.after(renewAfter, () => {
      if (this.#attempt !== attempt || attempt.over || this.#closed) return;
      this.#abandonManager();
      if (this.#model === undefined) this.#failed(reason);
      else this.#lost(reason);
      this.start();
    });
  }

  /** Closes in order, and by force after `ms` milliseconds. */
  async close(ms: number): Promise<void> {
    this.#closed = true;
    if (this.#manager === undefined) return;
    this.#endWait();
    this.#cancelLimit();
    const attempt = this.#attempt;
    if (this.#model === undefined) attempt?.end.abort(closing());
    const closed = this.#manager.close().catch(() => undefined);
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      void closed.then(() => { cancel(); resolve(); });
    });
    attempt?.end.abort(closing());
    this.#model = undefined;
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
    const { broker, clock, emit, unprotect } = this.parts;
    const host = this.#host;
    const attempt: Attempt = { host, end: new AbortController(), resolving: false, over: false };
    this.#attempt = attempt;
    if (this.#closed) throw closing();
    const cancelTimer = clock.after(broker.connectTimeout * 1000, () => {
      this.#giveUp(attempt, attempt.resolving ? resolveTimeoutFault(broker, host) : timeoutFault(broker, addressOf(broker, host), 'complete a connection'));
    });
    const release = containSocket((error) => { this.#giveUp(attempt, connectFault(error, broker, host)); });
    this.#cancelLimit = () => {
      cancelTimer();
      release();
    };
    const resolving = (begun: boolean) => () => {
      attempt.resolving = begun;
      if (this.#attempt !== attempt || attempt.end.signal.aborted) return;
      emit(begun ? { kind: 'resolving', host } : { kind: 'connecting', address: addressOf(broker, host) });
    };
    if (isIP(host) !== 0) resolving(false)();
    const lookup = this.#resolver.lookupFunction(resolving(true), resolving(false));
    // A file or a secret on a dead network drive must not stop the attempts either.
    return await Promise.race([endpointOf({ broker, host, signal: attempt.end.signal, lookup, unprotect }), aborted(attempt.end.signal)]);
  }

  async #wait(): Promise<void> {
    const delay = this.#delay;
    this.#delay = 0;
    if (delay <= 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.after(delay, resolve);
      this.#endWait = () => { cancel(); resolve(); };
    });
  }

  #opened(model: ChannelModel | undefined): void {
    if (model === undefined) return;
    const { broker, clock, emit } = this.parts;
    const address = addressOf(broker, this.#host);
    this.#cancelLimit();
    this.#model = model;
    this.#openedAt = clock.now();
    this.#failures = 0;
    limitInbound(model, () => clock.now(), () => {
      this.drop(new BrokerError('PSA_BROKER_CHANNEL', 'publish', `${address} sends more than it can have cause to: the connection is closed`));
    });
    model.on('error', (error) => {
      // Where amqplib has closed nothing itself it waits for the broker's answer, for ever.
      queueMicrotask(() => { if (this.#model === model) this.drop(lossFault(error, broker, address)); });
    });
    emit({ kind: 'opened', address });
    if (isBlocked(model)) emit({ kind: 'blocked', reason: 'told with the login' });
  }

  #failed(error: unknown): void {
    this.#cancelLimit();
    const { broker, emit, retries } = this.parts;
    const host = this.#host;
    const fault = connectFault(error, broker, host);
    if (this.#attempt !== undefined) this.#attempt.over = true;
    this.#turn += 1;
    this.#failures += 1;
    this.#delay = this.#delayAfter(fault);
    retries.failed();
    emit({ kind: 'connectFailed', fault, address: addressOf(broker, host), retryIn: this.#delay });
  }

  #delayAfter(fault: AgentError): number {
    const { broker, random, retries } = this.parts;
    const roundDone = this.#failures % this.#hosts.length === 0;
    if (!roundDone) return (random ?? Math.random)() * broker.reconnect.initial * 1000;
    // A refused login changes when a person acts; asking every second fills the broker's log.
    return fault.code === 'PSA_BROKER_REFUSED' ? retries.connect.longest() : retries.connect.next();
  }

  #lost(error: unknown): void {
    const { broker, clock, emit, retries } = this.parts;
    const address = addressOf(broker, this.#host);
    const fault = lossFault(error, broker, address);
    this.#model = undefined;
    if (this.#attempt !== undefined) this.#attempt.over = true;
    // Frees the socket of a connection that died by its heartbeat: amqplib only half-closes it.
    this.#attempt?.end.abort(fault);
    if (clock.now() - this.#openedAt >= broker.reconnect.maximum * 1000) retries.connect.reset();
    // A host that drops connections before it took anything is no better than one that refuses them.
    if (!retries.healthy) this.#turn += 1;
    this.#delay = retries.connect.next();
    retries.failed();
    emit({ kind: 'connectionLost', fault, address });
  }

  #abandonManager(): void {
    const manager = this.#manager;
    manager?.removeAllListeners();
    void manager?.close().catch(() => undefined);
  }
}

function closing(): BrokerError {
  return new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', 'the transport is closing');
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => { reject(signal.reason as Error); });
  });
}
