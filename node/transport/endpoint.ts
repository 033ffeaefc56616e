import { credentials, type SocketOptions } from 'amqplib';
import { hostname } from 'node:os';
import { isIPv6 } from 'node:net';
import type { BrokerSettings } from '../model/settings.js';
import { BrokerError } from '../model/errors.js';
import { readPassword, type Unprotect } from './credentials.js';
import { tlsOptions } from './tls.js';

/** What one attempt to connect needs. The URL carries no credentials, so that it may be logged by anybody. */
export interface Endpoint {
  readonly url: string;
  readonly connectionOptions: SocketOptions & { readonly signal: AbortSignal };
}

/**
 * The endpoint of one of the broker's hosts, its password and certificates read now. `signal` ends the connection at
 * any time by destroying its socket, which is the only end a dead network allows.
 * Throws BrokerError or ConfigError PSA_SECRET_UNAVAILABLE.
 */
export async function endpointOf(
  broker: BrokerSettings,
  host: string,
  signal: AbortSignal,
  unprotect?: Unprotect,
): Promise<Endpoint> {
  const { tls } = broker;
  const url = `${tls.enabled ? 'amqps' : 'amqp'}://${addressOf(broker, host)}/${encodeURIComponent(broker.vhost)}?heartbeat=${String(broker.heartbeat)}`;
  if (!URL.canParse(url)) {
    throw new BrokerError('PSA_BROKER_UNREACHABLE', 'resolve', `broker.hostnames: "${host}" must be a host name or an address`);
  }
  const password = await readPassword(broker.password, unprotect);
  const connectionOptions = {
    ...(tls.enabled ? await tlsOptions(tls, host) : {}),
    credentials: credentials.plain(broker.username, password),
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `${broker.appId} on ${hostname()}` },
    signal,
  };
  return { url, connectionOptions };
}

/** host:port, with brackets around an IPv6 address. */
export function addressOf(broker: BrokerSettings, host: string): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${String(broker.port)}`;
}
