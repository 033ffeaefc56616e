import type { AgentError, ErrorCode } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { DeliveryState } from '../model/delivery.js';
import type { TransportEvent } from './events.js';

/** How the transport stands. Times are wall-clock milliseconds since 1970; counters start at 0 with the process. */
export interface TransportState {
  readonly delivery: {
    readonly state: DeliveryState;
    /** When it began. */
    readonly since: number;
    /** Why nothing flows, one sentence: what holds now, not what went wrong once. */
    readonly reason?: string;
  };
  /** A channel is open and the exchange is there. */
  readonly connected: boolean;
  readonly connectedSince?: number;
  /** When the broker last confirmed a sample. */
  readonly lastPublished?: number;
  /** Samples confirmed and routed. */
  readonly published: number;
  /** Times that a sample came back as unroutable. */
  readonly returned: number;
  /** Samples dropped because they came back (publish.unroutable: drop). */
  readonly unroutableDropped: number;
  /** Times that the broker refused a sample (nack); each was sent again. */
  readonly nacked: number;
  /** Samples dropped because AMQP cannot carry them. */
  readonly unsendable: number;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** The broker asks for a pause (memory or disk alarm). */
  readonly blocked: boolean;
  /** Samples are held because nobody is bound for them. */
  readonly unroutable: boolean;
  /** An attempt failed since there last was a channel. */
  readonly failing: boolean;
  readonly lastError?: { readonly time: number; readonly code: ErrorCode; readonly message: string };
  /** host:port of the connection. */
  readonly address?: string;
}

/** What only a person can put right. */
const refusals: ReadonlySet<ErrorCode> = new Set(['PSA_BROKER_REFUSED', 'PSA_BROKER_TLS', 'PSA_SECRET_UNAVAILABLE']);
const failing: ReadonlySet<DeliveryState> = new Set(['unreachable', 'refused']);
const stateOf = ({ code }: AgentError): 'unreachable' | 'refused' => (refusals.has(code) ? 'refused' : 'unreachable');

/** The transport's state: a fold over its events. */
export class TransportFold {
  #published = 0;
  #returned = 0;
  #unroutableDropped = 0;
  #nacked = 0;
  #unsendable = 0;
  #connections = 0;
  #connectedSince: number | undefined;
  #lastPublished: number | undefined;
  #lastError: TransportState['lastError'];
  #address: string | undefined;
  /** The broker's reason for a pause. */
  #blocked: string | undefined;
  #unroutable = false;
  #refusing = false;
  /** The fault since which there was no channel. */
  #fault: AgentError | undefined;
  #road: { readonly state: 'connecting' | 'unreachable' | 'refused'; readonly reason: string } | undefined =
    { state: 'connecting', reason: 'the first connection is not made yet' };
  #since: number;
  #told: DeliveryState = 'connecting';

  /** `nobody` is the sentence for samples that are held. */
  constructor(private readonly clock: Clock, private readonly nobody: string) {
    this.#since = clock.wall();
  }

  /** Whether the state of the delivery has changed by it. */
  apply(event: TransportEvent): boolean {
    this.#count(event);
    this.#move(event);
    const { state } = this.#delivery();
    if (state === this.#told) return false;
    // Several hosts may fail each in its own way: it is one outage.
    if (!failing.has(state) || !failing.has(this.#told)) this.#since = this.clock.wall();
    this.#told = state;
    return true;
  }

  /** `waiting`: samples that are not confirmed. */
  state(waiting: number): TransportState {
    const { state, reason } = this.#delivery();
    return {
      delivery: {
        state: state === 'flowing' && waiting === 0 ? 'idle' : state, since: this.#since,
        ...(reason === undefined ? {} : { reason }),
      },
      connected: this.#connectedSince !== undefined,
      published: this.#published, returned: this.#returned, unroutableDropped: this.#unroutableDropped, nacked: this.#nacked,
      unsendable: this.#unsendable, reconnects: Math.max(0, this.#connections - 1),
      blocked: this.#blocked !== undefined, unroutable: this.#unroutable, failing: this.#fault !== undefined,
      ...(this.#connectedSince === undefined ? {} : { connectedSince: this.#connectedSince }),
      ...(this.#lastPublished === undefined ? {} : { lastPublished: this.#lastPublished }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#address === undefined ? {} : { address: this.#address }),
    };
  }

  /** The connection was closed in order: what held then is still told. */
  close(): void {
    this.#connectedSince = undefined;
  }

  #delivery(): { readonly state: DeliveryState; readonly reason?: string } {
    if (this.#road !== undefined) return this.#road;
    if (this.#blocked !== undefined) return { state: 'blocked', reason: `the broker asks for a pause (${this.#blocked}): its host needs memory or disk space; rabbitmqctl status shows the alarm` };
    if (this.#unroutable) return { state: 'held', reason: this.nobody };
    if (this.#refusing) return { state: 'nacked', reason: 'the broker refuses samples (nack), as it does for a full queue: see that its consumers run, or raise its limit' };
    return { state: 'flowing' };
  }

  #count(event: TransportEvent): void {
    switch (event.kind) {
      case 'opened': this.#connections += 1; break;
      case 'confirmed':
        this.#published += event.count;
        this.#lastPublished = this.clock.wall();
        break;
      case 'returned':
        this.#returned += 1;
        if (!event.held) this.#unroutableDropped += 1;
        break;
      case 'nacked': this.#nacked += event.count; break;
      case 'unsendable':
        this.#unsendable += 1;
        this.#lastError = { time: this.clock.wall(), code: 'PSA_SAMPLE_UNSENDABLE', message: unsendableText(event) };
        break;
      default:
    }
  }

  #move(event: TransportEvent): void {
    switch (event.kind) {
      case 'resolving': this.#try(`the name "${event.host}" is being resolved`); break;
      case 'connecting': this.#try(`a connection to ${event.address} is being opened`); break;
      case 'opened':
        this.#address = event.address;
        this.#blocked = undefined;
        this.#try(`a channel to ${event.address} is being opened`);
        break;
      case 'connected':
        this.#connectedSince = this.clock.wall();
        this.#fault = undefined;
        this.#road = undefined;
        break;
      case 'connectFailed': case 'channelFailed': this.#fail(event.fault, event.retryIn); break;
      case 'exchangeDeleted':
        this.#connectedSince = undefined;
        this.#try(event.fault.message);
        break;
      case 'connectionLost':
        this.#address = undefined;
        this.#blocked = undefined;
        this.#fail(event.fault);
        break;
      case 'blocked': this.#blocked = event.reason; break;
      case 'unblocked': this.#blocked = undefined; break;
      case 'confirmed': this.#refusing = false; break;
      case 'returned': if (event.held) this.#unroutable = true; break;
      case 'routed': this.#unroutable = false; break;
      case 'nacked': this.#refusing = true; break;
      default:
    }
  }

  /** An attempt changes nothing of a fault before it has gone well. */
  #try(what: string): void {
    this.#road = this.#fault === undefined ? { state: 'connecting', reason: what } : { state: stateOf(this.#fault), reason: `${this.#fault.message}; ${what}` };
  }

  #fail(fault: AgentError, retryIn?: number): void {
    this.#connectedSince = undefined;
    this.#fault = fault;
    this.#lastError = { time: this.clock.wall(), code: fault.code, message: fault.message };
    const next = retryIn === undefined ? '' : `; again in ${seconds(retryIn)}`;
    this.#road = { state: stateOf(fault), reason: fault.message + next };
  }
}

/** Why a sample was dropped as one that AMQP cannot carry. */
export function unsendableText({ id, reason }: { readonly id: string; readonly reason: string }): string {
  return `the sample ${id} cannot be carried by AMQP and is dropped: ${reason}`;
}

/** Milliseconds for a person. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
