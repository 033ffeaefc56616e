/** What the transport tells of itself: events for the log, and its state for status.json. */
import type { BrokerStep, ErrorCode } from '../model/errors.js';

/** One thing that happened, in a sentence for the log. No secret is ever in it. */
export interface TransportEvent {
  readonly kind:
    | 'connected'
    | 'disconnected'
    /** An attempt to connect, or to open the channel on a connection, failed. */
    | 'failed'
    /** The broker closed the channel; it is opened again. */
    | 'reopening'
    | 'blocked'
    | 'unblocked'
    /** Samples came back because nobody is bound for them. */
    | 'unroutable'
    | 'routed'
    /** The broker refused to take samples (nack); they are sent again. */
    | 'rejected'
    /** A sample that AMQP cannot carry was let go. */
    | 'unsendable'
    /** The exchange exists with other flags and is used as it is. */
    | 'exchange'
    /** TLS without verification. */
    | 'unverified'
    /** The queue behind the transport failed. */
    | 'queue';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly code?: ErrorCode;
  readonly step?: BrokerStep;
  /** host:port */
  readonly host?: string;
}

/** How the transport stands. Times are wall-clock milliseconds since 1970; counters start at 0 with the process. */
export interface TransportState {
  /** A channel is open and the exchange is there. */
  readonly connected: boolean;
  readonly connectedSince?: number;
  /** When the broker last confirmed a sample. */
  readonly lastPublished?: number;
  /** Samples confirmed and routed. */
  readonly published: number;
  /** Times that a sample came back as unroutable. */
  readonly returned: number;
  /** Samples let go because they came back (publish.unroutable: drop). */
  readonly unroutableDropped: number;
  /** Times that the broker refused a sample (nack); each was sent again. */
  readonly rejected: number;
  /** Samples let go because AMQP cannot carry them. */
  readonly unsendable: number;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** The broker asked for a pause (memory or disk alarm). */
  readonly blocked: boolean;
  /** Samples are held because nobody is bound for them. */
  readonly unroutable: boolean;
  readonly lastError?: { readonly time: number; readonly code: ErrorCode; readonly message: string };
  /** host:port of the connection. */
  readonly host?: string;
}
