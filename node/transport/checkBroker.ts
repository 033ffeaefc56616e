import { connect as dial, type ChannelModel } from 'amqplib';
import { connect, type LookupFunction } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { display } from '../model/display.js';
import type { BrokerSettings, ExchangeSettings } from '../model/settings.js';
import { BrokerError, type AgentError, type BrokerStep } from '../model/errors.js';
import type { Unprotect } from './credentials.js';
import { openChannel, type OpenChannel } from './channel.js';
import { addressOf, endpointOf } from './endpoint.js';
import { channelFault, connectFault, replyCode, resolveTimeoutFault, timeoutFault } from './errors.js';
import { Resolver } from './resolver.js';

/** One step of a check, on one of the broker's hosts. */
export interface CheckedStep {
  /** `binding` never fails: where nobody is bound, samples wait. */
  readonly step: BrokerStep | 'binding';
  readonly ok: boolean;
  /** What was found, or why it failed and what to do. */
  readonly detail: string;
  readonly host: string;
}

/** How far a broker can be reached. */
export interface BrokerCheck {
  /** Every step went well on one host at least: the collector would publish. */
  readonly ok: boolean;
  readonly steps: readonly CheckedStep[];
  /** Where none did: the first host's fault. */
  readonly error?: AgentError;
}

/**
 * Tries each of the broker's hosts step by step: resolve, connect, tls, login, vhost, exchange, publish, binding; a host's steps
 * end with the first that fails. `bound`: what a collector that runs with this broker knows of queues bound to the exchange. It delivers nothing to any consumer and leaves nothing behind. Never rejects.
 */
export async function checkBroker(broker: BrokerSettings, tools: { readonly unprotect?: Unprotect; readonly resolver?: Resolver; readonly bound?: string | undefined } = {}): Promise<BrokerCheck> {
  const checks = [];
  for (const host of broker.hostnames) {
    const check = new HostCheck(broker, host, tools.resolver ?? new Resolver(), tools.unprotect, tools.bound);
    await check.run();
    checks.push(check);
  }
  const steps = checks.flatMap((check) => check.steps);
  const ok = checks.some((check) => check.fault === undefined);
  const error = checks[0]?.fault;
  return { ok, steps, ...(ok || error === undefined ? {} : { error }) };
}

class HostCheck {
  readonly steps: CheckedStep[] = [];
  fault: AgentError | undefined;
  readonly #end = new AbortController();

  constructor(
    private readonly broker: BrokerSettings,
    private readonly host: string,
    private readonly resolver: Resolver,
    private readonly unprotect: Unprotect | undefined,
    private readonly bound: string | undefined,
  ) {}

  async run(): Promise<void> {
    try {
      this.#passed('resolve', await this.#resolve());
      await this.#connect();
      this.#passed('connect', `${addressOf(this.broker, this.host)} accepts connections`);
      const connection = await this.#open();
      await this.#within(timeoutFault(this.broker, addressOf(this.broker, this.host), 'answer'), this.#exchange(connection));
      await this.#within(undefined, connection.close());
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#end.abort();
    }
  }

  #passed(step: CheckedStep['step'], detail: string): void {
    this.steps.push({ step, ok: true, detail, host: this.host });
  }

  #failed(error: unknown): void {
    const fault = connectFault(error, this.broker, this.host);
    this.fault = fault;
    // A password that cannot be read fails before the login it is for.
    const step = fault instanceof BrokerError ? fault.step : 'login';
    this.steps.push({ step, ok: false, detail: fault.message, host: this.host });
  }

  /** What is waited for, for connectTimeout at most; then the fault is thrown, or without one it is let be. */
  async #within<T>(fault: AgentError | undefined, work: Promise<T>): Promise<T | undefined> {
    let cancel = (): void => undefined;
    const limit = new Promise<undefined>((resolve, reject) => {
      const timer = setTimeout(() => {
        if (fault === undefined) resolve(undefined);
        else reject(fault);
      }, this.broker.connectTimeout * 1000);
      cancel = () => { clearTimeout(timer); };
    });
    // Whatever it comes to after that is of no interest.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, limit]);
    } finally {
      cancel();
    }
  }

  /** Every step's own look at the name is answered by the first's. */
  get #lookup(): LookupFunction {
    return this.resolver.lookupFunction(() => undefined, () => undefined);
  }

  async #resolve(): Promise<string> {
    const addresses = await this.#within(resolveTimeoutFault(this.broker, this.host), this.resolver.addresses(this.host));
    return (addresses ?? []).map(({ address }) => address).join(', ');
  }

  /** A bare TCP connection: it tells a port that is closed from one that does not speak AMQP. */
  async #connect(): Promise<void> {
    const { broker, host } = this;
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host, port: broker.port, lookup: this.#lookup });
      socket.setTimeout(broker.connectTimeout * 1000, () => { socket.destroy(timeoutFault(broker, addressOf(broker, host), 'accept a connection')); });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.destroy();
        resolve();
      });
    });
  }

  async #open(): Promise<ChannelModel> {
    const { broker, host } = this;
    const { url, connectionOptions } = await endpointOf({ broker, host, signal: this.#end.signal, lookup: this.#lookup, unprotect: this.unprotect });
    const timer = setTimeout(() => {
      this.#end.abort(new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', `${addressOf(broker, host)} did not answer as RabbitMQ within ${String(broker.connectTimeout)} s: check that RabbitMQ listens on this port`));
    }, broker.connectTimeout * 1000);
    try {
      const connection = await dial(url, connectionOptions);
      connection.on('error', () => undefined);
      const { product, version }: Partial<Record<string, unknown>> = connection.connection.serverProperties;
      if (broker.tls.enabled) this.#passed('tls', broker.tls.verify ? 'the certificate is good' : 'NOT VERIFIED: broker.tls.verify is off');
      this.#passed('login', `${told(product) ?? 'the broker'} ${told(version) ?? 'of no version'} accepts user "${broker.username}"`);
      this.#passed('vhost', `"${broker.vhost}" is open to the user`);
      return connection;
    } catch (error) {
      throw await this.#handshakeFault(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why the handshake failed, knowing that the port accepts connections. Notes the steps before it that went well. */
  async #handshakeFault(error: unknown): Promise<AgentError> {
    const { broker, host } = this;
    const fault = connectFault(error, broker, host);
    if (!(fault instanceof BrokerError)) return fault;
    if (fault.step === 'connect' && !broker.tls.enabled && (await this.#speaksTls())) {
      return new BrokerError('PSA_BROKER_TLS', 'tls', `${addressOf(broker, host)} speaks TLS and was spoken to without: set broker.tls.enabled to true, or use the plain port (5672)`);
    }
    if (broker.tls.enabled && (fault.step === 'login' || fault.step === 'vhost')) this.#passed('tls', 'the handshake went well');
    if (fault.step === 'vhost') this.#passed('login', `user "${broker.username}" is accepted`);
    if (fault.step !== 'connect') return fault;
    return new BrokerError('PSA_BROKER_UNREACHABLE', broker.tls.enabled ? 'tls' : 'login', fault.message);
  }

  #speaksTls(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connectTls({ host: this.host, port: this.broker.port, rejectUnauthorized: false });
      const end = (speaks: boolean) => {
        socket.destroy();
        resolve(speaks);
      };
      socket.setTimeout(this.broker.connectTimeout * 1000, () => { end(false); });
      socket.once('secureConnect', () => { end(true); });
      socket.once('error', () => { end(false); });
      socket.once('close', () => { end(false); });
    });
  }

  async #exchange(connection: ChannelModel): Promise<void> {
    const { exchange } = this.broker;
    const existed = await exists(connection, exchange.name);
    const opened = await openChannel(connection, exchange).catch((error: unknown) => {
      throw channelFault(error, this.broker, 'exchange');
    });
    const declared = existed ? `is there, declared as the settings have it (${flagsOf(exchange)})` : `was declared (${flagsOf(exchange)}), and is removed again`;
    this.#passed('exchange', `"${exchange.name}" ${opened.passive === undefined ? declared : `is there and is used as it is: ${differenceIn(opened.passive)}`}`);
    const fault = await this.#publish(opened);
    if (!existed && opened.passive === undefined) await remove(connection, exchange.name);
    if (fault !== undefined) throw fault;
    this.#passed('publish', `the user may publish with the routing key "${this.broker.routingKey}"`);
    this.#passed('binding', existed ? (this.bound ?? boundUnknown) : `${nobodyIsBound}, for the exchange was not there: samples are handled as publish.unroutable says until one is`);
  }

  /**
   * Whether the user may publish, without publishing: RabbitMQ checks every permission, that of the routing key too,
   * then refuses a message whose expiration is no number (406), so that none reaches a consumer.
   */
  async #publish({ channel, closed }: OpenChannel): Promise<AgentError | undefined> {
    const { exchange, routingKey } = this.broker;
    const confirmed = new Promise<'taken' | undefined>((resolve) => {
      channel.publish(exchange.name, routingKey, Buffer.alloc(0), { expiration: 'check' }, (error) => {
        resolve(error === null ? 'taken' : undefined);
      });
    });
    if ((await confirmed) === 'taken') return undefined;
    const error = await closed;
    return replyCode(error) === 406 ? undefined : channelFault(error, this.broker, 'publish');
  }
}

/** How what is told of the binding begins where nobody gets the samples. */
export const nobodyIsBound = 'no queue is bound';
/** AMQP lists no bindings, and a message to try them with would reach consumers. */
const boundUnknown = 'whether a queue is bound is not known: AMQP tells it of a published sample only, and none was published; a running collector tells it in its status (delivery, unroutable), rabbitmqctl list_bindings anywhere';

function flagsOf({ type, durable, autoDelete, internal }: ExchangeSettings): string {
  return [type, durable ? 'durable' : 'not durable', autoDelete ? 'auto-delete' : 'not auto-delete', ...(internal ? ['internal'] : [])].join(', ');
}

/** The broker's reason for not declaring the exchange; where that is a flag, which one. It names the first that differs. */
function differenceIn(reason: string): string {
  // Of arguments, which the settings have none of, it tells in the same words.
  const [, flag, ours, theirs] = /inequivalent arg '(type|durable|auto_delete|internal)' .*received '([^']*)' but current is '([^']*)'/.exec(reason) ?? [];
  if (flag === undefined) return reason;
  return `its ${flag} is ${String(theirs)}, the settings' is ${String(ours)} (the first difference that the broker names); set broker.exchange.${flag} to match. ${reason}`;
}

/** What a broker says of itself, which may be anything. */
function told(value: unknown): string | undefined {
  return typeof value === 'string' ? display(value, 40) : undefined;
}

async function exists(connection: ChannelModel, exchange: string): Promise<boolean> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.checkExchange(exchange);
    await channel.close();
    return true;
  } catch (error) {
    if (replyCode(error) === 404) return false;
    throw error;
  }
}

/** Takes away an exchange that the check declared, unless somebody has bound a queue to it meanwhile. */
async function remove(connection: ChannelModel, exchange: string): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await channel.deleteExchange(exchange, { ifUnused: true }).catch(() => undefined);
}
