import { credentials, type SocketOptions } from 'amqplib';
import { hostname } from 'node:os';
import type { LookupFunction } from 'node:net';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError } from '../model/errors.js';
import { readPassword, type Unprotect } from './credentials.js';
import { tlsOptions } from './tls.js';

/** What one attempt to connect needs. The URL carries no credentials, so that it may be logged by anybody. */
export interface Endpoint {
  readonly url: string;
  readonly connectionOptions: SocketOptions & { readonly signal: AbortSignal; readonly lookup: LookupFunction };
}

export interface EndpointParts {
  readonly broker: BrokerSettings;
  readonly host: string;
  /** Ends the connection at any time by destroying its socket, which is the only end a dead network allows. */
  readonly signal: AbortSignal;
  readonly lookup: LookupFunction;
  readonly unprotect?: Unprotect | undefined;
}

/** The longest frame, bytes, that is asked for and taken: RabbitMQ's own default, and all that its confirms and notices need. */
const frameMax = 128 * 1024;

/**
 * The endpoint of one of the broker's hosts, its password and certificates read now. Throws BrokerError or ConfigError
 * PSA_SECRET_UNAVAILABLE.
 */
export async function endpointOf({ broker, host, signal, lookup, unprotect }: EndpointParts): Promise<Endpoint> {
  const { tls } = broker;
  const options = `heartbeat=${String(broker.heartbeat)}&frameMax=${String(frameMax)}&maxFrameSize=${String(frameMax)}`;
  const url = `${tls.enabled ? 'amqps' : 'amqp'}://${addressOf(broker, host)}/${encodeURIComponent(broker.vhost)}?${options}`;
  if (!URL.canParse(url)) {
    throw new BrokerError('PSA_BROKER_UNREACHABLE', 'resolve', `broker.hostnames: "${host}" must be a host name or an address`);
  }
  // Half the attempt's own time, so that what it fails of is the file's reason.
  const timeout = (broker.connectTimeout * 1000) / 2;
  const password = await readPassword(broker.password, unprotect, timeout);
  const connectionOptions = {
    ...(tls.enabled ? await tlsOptions(tls, host, timeout) : {}),
    credentials: credentials.plain(broker.username, password),
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `${broker.appId} on ${hostname()}` },
    signal,
    lookup,
  };
  return { url, connectionOptions };
}

/** host:port, with brackets around an IPv6 address. */
export function addressOf(broker: BrokerSettings, host: string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(broker.port)}`;
}
