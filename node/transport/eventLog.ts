import type { BrokerSettings } from '../model/settings.js';
import { BrokerError, type AgentError, type BrokerStep, type ErrorCode } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { TransportEvent } from './events.js';
import { seconds, unsendableText } from './state.js';

/** A line for the log. No secret is ever in it. */
export interface LogLine {
  readonly kind: TransportEvent['kind'] | 'passive';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly code?: ErrorCode;
  readonly step?: BrokerStep;
  /** host:port */
  readonly address?: string;
}

/** A kind of line is written at most once in this time, milliseconds; what comes meanwhile is counted. */
const quiet = 60_000;

/** Puts the transport's events into words: news once, what repeats counted. */
export class EventLog {
  /** Kinds of lines that were written within the last `quiet`, with what came since. */
  readonly #recent = new Map<string, { count: number; last: LogLine; readonly cancel: () => void }>();
  #passiveTold = false;
  #unroutable = false;
  /** The open connection was told of. */
  #open = false;
  /** The fault that was last told, while nothing has gone well since. */
  #fault: string | undefined;

  constructor(
    private readonly broker: BrokerSettings,
    private readonly clock: Clock,
    private readonly write: (line: LogLine) => void,
  ) {}

  add(event: TransportEvent): void {
    switch (event.kind) {
      case 'unverified':
        this.#tell('warn', event.kind, 'broker.tls.verify is off: anyone on the way can pose as the broker, read what is sent and learn the password');
        break;
      case 'cleartext':
        this.#tell('warn', event.kind, `the password goes to ${event.host} in clear, for broker.tls is not enabled: anyone on the way can read it and what is sent; use the broker's TLS port (5671)`);
        break;
      case 'opened': this.#open = false; break;
      case 'connected': this.#connected(event); break;
      case 'connectionLost': this.#fail(event, event.fault.message); break;
      case 'connectFailed': case 'channelFailed': this.#fail(event, `${event.fault.message}; again in ${seconds(event.retryIn)}`); break;
      case 'exchangeDeleted':
        this.#tell('info', event.kind, `${event.fault.message}; it is declared again`, { code: event.fault.code, address: event.address });
        break;
      case 'blocked': this.#tell('warn', event.kind, `the broker asks for a pause (${event.reason}): samples wait`); break;
      case 'unblocked': this.#tell('info', event.kind, 'the broker takes samples again'); break;
      case 'confirmed': this.#fault = undefined; break;
      case 'returned': this.#returned(event.held); break;
      case 'routed':
        this.#unroutable = false;
        this.#tell('info', event.kind, 'samples reach a consumer again: the held ones are sent');
        break;
      case 'nacked': this.#tell('warn', event.kind, 'the broker refused samples (nack), as it does for a full queue; they are sent again'); break;
      case 'unsendable': this.#tell('error', event.kind, unsendableText(event), { code: 'PSA_SAMPLE_UNSENDABLE' }); break;
      case 'resolving': case 'connecting': case 'dead': case 'idle': break;
    }
  }

  /** Writes what was counted and not written. */
  close(): void {
    for (const key of [...this.#recent.keys()]) this.#settle(key);
  }

  #connected({ address, passive }: { readonly address: string; readonly passive?: string }): void {
    if (!this.#open) this.#tell('info', 'connected', `connected to ${address}`, { address });
    this.#open = true;
    if (passive === undefined || this.#passiveTold) return;
    this.#passiveTold = true;
    this.#tell('warn', 'passive', `the exchange "${this.broker.exchange.name}" is used as it is: ${passive}`);
  }

  #returned(held: boolean): void {
    if (!held || this.#unroutable) return;
    this.#unroutable = true;
    this.#tell('warn', 'returned', `${nobodyBound(this.broker)}: samples are held and sent when somebody is`);
  }

  #fail(event: { readonly kind: TransportEvent['kind']; readonly fault: AgentError; readonly address: string }, message: string): void {
    const { fault, address, kind } = event;
    const step = fault instanceof BrokerError ? { step: fault.step } : {};
    const facts = { code: fault.code, address, ...step };
    // The same fault again, attempt after attempt, is no news.
    if (fault.message === this.#fault) this.#write({ kind, level: 'debug', message, ...facts });
    else this.#tell('warn', kind, message, facts, `${kind} ${fault.code} ${step.step ?? ''} ${address}`);
    this.#fault = fault.message;
  }

  #tell(level: LogLine['level'], kind: LogLine['kind'], message: string, facts: Partial<LogLine> = {}, key: string = kind): void {
    const line = { ...facts, kind, level, message };
    const recent = this.#recent.get(key);
    if (recent !== undefined) {
      recent.count += 1;
      recent.last = line;
      return;
    }
    this.#write(line);
    this.#watch(key, line);
  }

  #watch(key: string, last: LogLine): void {
    this.#recent.set(key, { count: 0, last, cancel: this.clock.after(quiet, () => { this.#settle(key, true); }) });
  }

  /** The end of a quiet time: tells how often the same came in it. */
  #settle(key: string, again = false): void {
    const recent = this.#recent.get(key);
    if (recent === undefined) return;
    recent.cancel();
    this.#recent.delete(key);
    if (recent.count === 0) return;
    const { last, count } = recent;
    this.#write({ ...last, message: count === 1 ? last.message : `${last.message} (the last of ${String(count)} like it within a minute)` });
    if (again) this.#watch(key, last);
  }

  #write(line: LogLine): void {
    try {
      this.write(line);
    } catch {
      // A log that fails must not end the transport: this runs within the connection's own events.
    }
  }
}

/** Why samples are held. */
export function nobodyBound({ exchange, routingKey }: BrokerSettings): string {
  return `nobody is bound to the exchange "${exchange.name}" for the routing key "${routingKey}"`;
}
