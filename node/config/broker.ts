/** What a schema cannot say of `broker`, and of what becomes an AMQP short string. */
import { isIP } from 'node:net';
import type { Fault } from '../model/errors.js';
import { fault, valueAt, warning, type Warning } from './fault.js';
import { isHost, isThisHost } from './host.js';
import { limits } from './limits.js';
import { show } from './secret.js';

const passwordSources = ['password', 'password_file', 'password_env', 'password_dpapi'];
const tlsKeys = ['ca_cert', 'client_cert', 'client_key', 'server_name', 'verify'];
/** Settings that are sent as an AMQP short string. */
const shortStrings = ['/node/deployment_id', '/broker/vhost', '/broker/exchange/name', '/broker/routing_key', '/broker/app_id'];

type Section = Readonly<Record<string, unknown>>;

function section(document: unknown, pointer: string): Section {
  const value = valueAt(document, pointer);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};
}

/** The faults of `broker` and of what is sent as a short string; in `complete` the defaults are filled in, which nobody has written. */
export function brokerFaults(written: unknown, complete: unknown): Fault[] {
  const broker = section(written, '/broker');
  const faults = shortStrings.flatMap((pointer) => longFaults(pointer, valueAt(written, pointer)));
  const hosts = hostsOf(broker);
  faults.push(...hosts.flatMap((host, index) => (
    isHost(host) && host.includes(':') && isIP(host) === 0 ? [fault(`/broker/hostnames/${String(index)}`, 'a host name or address', show(host))] : []
  )));
  const sources = passwordSources.filter((key) => Object.hasOwn(broker, key));
  if (sources.length > 1) faults.push(fault('/broker', `at most one of ${passwordSources.join(', ')}`, sources.join(', ')));
  faults.push(...tlsFaults(section(written, '/broker/tls')));
  const { reconnect_initial: initial, reconnect_maximum: maximum } = section(complete, '/broker');
  if (typeof initial === 'number' && typeof maximum === 'number' && initial > maximum) {
    faults.push(fault('/broker/reconnect_maximum', `at least reconnect_initial, ${String(initial)}`, String(maximum)));
  }
  return faults;
}

/** The schema has counted characters; of more than one byte each, fewer of them are too long. */
function longFaults(pointer: string, value: unknown): Fault[] {
  if (typeof value !== 'string' || value.length > limits.shortString) return [];
  const bytes = Buffer.byteLength(value);
  if (bytes <= limits.shortString) return [];
  const expected = `text of at most ${String(limits.shortString)} bytes in UTF-8, for AMQP takes no more`;
  return [fault(pointer, expected, `${String(bytes)} bytes in ${show(value)}`)];
}

function tlsFaults(tls: Section): Fault[] {
  const faults: Fault[] = [];
  const { client_cert: certificate, client_key: key } = tls;
  if ((certificate === undefined) !== (key === undefined)) {
    faults.push(fault('/broker/tls', 'client_cert and client_key together', key === undefined ? 'client_cert alone' : 'client_key alone'));
  }
  const given = tlsKeys.filter((name) => Object.hasOwn(tls, name));
  const enabled = tls['enabled'] ?? false;
  if (given.length > 0 && enabled === false) {
    faults.push(fault('/broker/tls', `enabled: true beside ${given.join(', ')}, for without it nothing is encrypted`, 'TLS that is not enabled'));
  }
  return faults;
}

/** What works of `broker` but is hardly meant. */
export function brokerWarnings(written: unknown): Warning[] {
  const broker = valueAt(written, '/broker');
  if (typeof broker !== 'object' || broker === null) return [];
  const tls = section(broker, '/tls');
  const warnings: Warning[] = [];
  if ('password' in broker) {
    warnings.push(warning('/broker/password', 'the password stands in the file in plain text; use password_file, password_env or password_dpapi'));
  }
  if (tls['enabled'] === true && tls['verify'] === false) {
    warnings.push(warning('/broker/tls/verify', 'anyone can pose as the broker, for its certificate is not verified'));
  }
  const others = hostsOf(broker).filter((host) => isHost(host) && !isThisHost(host));
  if (tls['enabled'] !== true && others.length > 0) {
    warnings.push(warning('/broker/tls', `user name, password and samples go to ${show(others[0])} in clear text; set tls.enabled`));
  }
  return warnings;
}

function hostsOf(broker: object): string[] {
  const hosts = valueAt(broker, '/hostnames');
  return Array.isArray(hosts) ? hosts.map((host) => (typeof host === 'string' ? host : '')) : [];
}
