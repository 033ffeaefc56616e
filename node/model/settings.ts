import type { Arguments } from '../catalog/value.js';
import type { Identity } from './message.js';

/** One entry of psutil_config, valid and complete. */
export interface Entry {
  /** Its place in psutil_config, from 0. */
  readonly index: number;
  readonly method: string;
  /** Every argument of the method, defaults filled in. */
  readonly args: Arguments;
  /** The selection, as a path of keys; absent: every number of the result. */
  readonly select?: readonly string[];
  /** Seconds between calls. */
  readonly interval: number;
  /** The metric's name: alias or method. */
  readonly name: string;
  /** Whether the growth a second of counters is published instead of what they have reached. */
  readonly rate: boolean;
  /** What every value is multiplied by. */
  readonly scale: number;
  /** The unit of the published values; absent: the catalog's. */
  readonly unit?: string;
}

/** Where a broker's password comes from; at most one. It is read again on every attempt to connect. */
export type PasswordSource =
  | { readonly kind: 'plain'; readonly password: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly variable: string }
  /** Base64 of a DPAPI blob (CryptProtectData, machine scope) of the UTF-8 password. */
  | { readonly kind: 'dpapi'; readonly blob: string };

/** TLS of the broker connection; files are PEM, read again on every attempt to connect. */
export interface TlsSettings {
  readonly enabled: boolean;
  readonly caCert?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  /** The name the server's certificate must carry; the host name unless set. */
  readonly serverName?: string;
  readonly verify: boolean;
}

/** The exchange, as design 3.3. */
export interface ExchangeSettings {
  readonly name: string;
  readonly type: 'topic' | 'direct' | 'fanout' | 'headers';
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
}

/** How to reach RabbitMQ and how to publish there. Times in seconds. */
export interface BrokerSettings {
  /** Tried in turn. */
  readonly hostnames: readonly string[];
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: PasswordSource;
  readonly tls: TlsSettings;
  /** AMQP heartbeat, seconds; 0 is off. */
  readonly heartbeat: number;
  /** Longest time for one attempt to connect. */
  readonly connectTimeout: number;
  /** Longest wait for a confirm before the connection is given up as dead. */
  readonly confirmTimeout: number;
  /** First and longest delay between attempts; it doubles, with jitter. */
  readonly reconnect: { readonly initial: number; readonly maximum: number };
  readonly exchange: ExchangeSettings;
  /** The routing key; deployment_id unless set. */
  readonly routingKey: string;
  readonly deliveryMode: 'transient' | 'persistent';
  readonly appId: string;
  /** Samples in flight, sent and not yet confirmed. */
  readonly maxInFlight: number;
  /** Most samples per second while a backlog drains. */
  readonly drainRate: number;
}

/** The spool's place and bounds. */
export interface SpoolSettings {
  readonly path: string;
  readonly maxBytes: number;
  /** Seconds; older samples are let go. */
  readonly maxAge: number;
}

export interface LogSettings {
  /** The directory of psutil.log. */
  readonly path: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** A file is rotated when it reaches this size. */
  readonly maxBytes: number;
  /** Rotated files kept. */
  readonly files: number;
}

export interface StatusSettings {
  /** The directory of status.json; the stop file is looked for there too. */
  readonly path: string;
  /** Seconds between writes. */
  readonly interval: number;
}

/** What the collector remembers of the last hours, for a report. */
export interface HistorySettings {
  readonly enabled: boolean;
  /** Bytes of its files. */
  readonly maxBytes: number;
  /** Values that are remembered. */
  readonly maxSeries: number;
}

/** A settings file (schemas/monitor.schema.json), valid and complete. */
export interface Settings {
  readonly identity: Identity;
  readonly entries: readonly Entry[];
  /** Absent: samples go to stdout. */
  readonly broker?: BrokerSettings;
  readonly schedule: {
    /** Seconds; this node's ticks are shifted by a share of it that depends on node_id. */
    readonly jitter: number;
    /** Ticks fall on whole multiples of the interval since 1970. */
    readonly align: boolean;
  };
  readonly publish: {
    readonly units: boolean;
    /** What the message's time counts since 1970. */
    readonly time: 's' | 'ms';
    /** Whether the AMQP message_id stands in the message too. */
    readonly id: boolean;
    readonly unroutable: 'hold' | 'drop';
  };
  readonly spool: SpoolSettings;
  readonly log: LogSettings;
  readonly status: StatusSettings;
  readonly history: HistorySettings;
}
