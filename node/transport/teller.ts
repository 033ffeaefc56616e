import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, messageOf, type AgentError } from '../model/errors.js';
import type { TransportEvent } from './event.js';

/** Puts what happens to the transport into events. */
export class Teller {
  #asItIsTold = false;
  #fault: string | undefined;

  constructor(
    private readonly broker: BrokerSettings,
    private readonly report: (event: TransportEvent) => void,
  ) {}

  /** An attempt failed, or what there was is lost, and nothing has gone well since. */
  get failing(): boolean {
    return this.#fault !== undefined;
  }

  /** Something went well: the next fault is news. */
  well(): void {
    this.#fault = undefined;
  }

  started(): void {
    if (!this.broker.tls.enabled || this.broker.tls.verify) return;
    this.#tell('unverified', 'warn', 'broker.tls.verify is off: anyone on the way can pose as the broker, read what is sent and learn the password');
  }

  connected(host: string): void {
    this.#tell('connected', 'info', `connected to ${host}`, { host });
  }

  asItIs(reason: string): void {
    if (this.#asItIsTold) return;
    this.#asItIsTold = true;
    this.#tell('exchange', 'warn', `the exchange "${this.broker.exchange.name}" is used as it is: ${reason}`);
  }

  lost(fault: AgentError, host: string): void {
    this.#fail('disconnected', fault, fault.message, host);
  }

  failed(fault: AgentError, host: string, retryIn: number): void {
    this.#fail('failed', fault, `${fault.message}; again in ${(retryIn / 1000).toFixed(1)} s`, host);
  }

  vanished(fault: AgentError, host: string): void {
    this.#tell('reopening', 'info', `${fault.message}; it is declared again`, { code: fault.code, host });
  }

  unroutable(): void {
    const { exchange, routingKey } = this.broker;
    this.#tell('unroutable', 'warn', `nobody is bound to the exchange "${exchange.name}" for the routing key "${routingKey}": samples are held and sent when somebody is`);
  }

  routed(): void {
    this.#tell('routed', 'info', 'samples reach a consumer again: the held ones are sent');
  }

  rejected(): void {
    this.#tell('rejected', 'warn', 'the broker refused a sample (nack), as it does for a full queue; it is sent again');
  }

  unsendable(id: string, error: unknown): void {
    this.#tell('unsendable', 'error', `the sample ${id} cannot be carried by AMQP and is let go: ${messageOf(error)}`);
  }

  blocked(reason: string): void {
    this.#tell('blocked', 'warn', `the broker asks for a pause (${reason}): samples wait`);
  }

  unblocked(): void {
    this.#tell('unblocked', 'info', 'the broker takes samples again');
  }

  queueFailed(error: unknown): void {
    this.#tell('queue', 'error', `the queue of samples failed: ${messageOf(error)}`);
  }

  #fail(kind: TransportEvent['kind'], fault: AgentError, message: string, host: string): void {
    // The same fault again, attempt after attempt, is no news.
    const level = fault.message === this.#fault ? 'debug' : 'warn';
    this.#fault = fault.message;
    const step = fault instanceof BrokerError ? { step: fault.step } : {};
    this.#tell(kind, level, message, { code: fault.code, host, ...step });
  }

  #tell(kind: TransportEvent['kind'], level: TransportEvent['level'], message: string, more: Partial<TransportEvent> = {}): void {
    try {
      this.report({ ...more, kind, level, message });
    } catch {
      // A log that fails must not end the transport: this runs within the connection's own events.
    }
  }
}
