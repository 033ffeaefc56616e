/** From a file to settings: the one door through which configuration comes in. */
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../model/errors.js';
import type { Selector } from '../catalog/selector.js';
import { nameOf, readDocument } from './document.js';
import type { Warning } from './fault.js';
import type { BrokerSettings, Entry, PasswordSource, Settings } from '../model/settings.js';
import { completeArguments, selectorOf, validate, type ValidDocument, type ValidationResult } from './validation.js';

/** The environment's part in the settings. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration as read: what validation found, and the document as JSON in map form. */
export interface ReadConfiguration extends ValidationResult {
  readonly parsed: unknown;
  /** The JSON pointer of psutil_config. */
  readonly base: string;
}

/** Reads and checks a configuration file (`-`: standard input). Throws ConfigError only where it cannot be parsed. */
export function readConfiguration(path: string): ReadConfiguration {
  const parsed = readDocument(path);
  const bare = Array.isArray(parsed);
  return { ...validate(parsed), parsed: bare ? { psutil_config: parsed as unknown[] } : parsed, base: bare ? '' : '/psutil_config' };
}

/** The settings in a file, or a ConfigError with every fault. Relative paths in it are relative to it. */
export function readSettings(path: string, environment: Environment): { settings: Settings; warnings: readonly Warning[] } {
  return settingsFrom(readConfiguration(path), path, environment);
}

/** As `readSettings`, of what was read from `path`. */
export function settingsFrom({ faults, warnings, more, document }: ReadConfiguration, path: string, environment: Environment): { settings: Settings; warnings: readonly Warning[] } {
  if (faults.length > 0) {
    throw new ConfigError('PSA_CONFIG_INVALID', `${nameOf(path)}: the configuration has ${countOf(faults.length, more)}`, faults);
  }
  return { settings: completeSettings(document, folderOf(path), environment), warnings };
}

/** The folder that relative paths in a configuration file start from (`-`: standard input). */
export function folderOf(path: string): string {
  return path === '-' ? process.cwd() : dirname(resolve(path));
}

/** How many faults there are, and how many of them are shown where that is not all. */
export function countOf(shown: number, more: number): string {
  const total = shown + more;
  return `${total === 1 ? 'one fault' : `${String(total)} faults`}${more === 0 ? '' : `, of which ${String(shown)} are shown`}`;
}

type Section = Readonly<Record<string, unknown>>;

/** Settings of a valid document; what depends on this host is filled in. */
export function completeSettings(document: ValidDocument, base: string, environment: Environment): Settings {
  const sections = document as Readonly<Record<string, Section | undefined>>;
  const node = (sections['node'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const nodeId = node['node_id'] ?? hostname();
  const identity = {
    deploymentId: node['deployment_id'] ?? 'default',
    nodeName: node['node_name'] ?? hostname(),
    nodeId,
    host: node['host'] ?? nodeId,
  };
  const { broker, schedule, publish, spool, log, status, history } = sections as Record<string, Section>;
  const at = (path: unknown): string | undefined => (typeof path === 'string' ? resolve(base, path) : undefined);
  const statusPath = at(status?.['path']) ?? dataDirectory(nodeId, environment);
  const [selectors, argumentLists] = [new Map<string, Selector>(), new Map<string, Entry['args']>()];
  const workDirectory = environment['CELERY_WORK_DIR'] || environment['AGENT_WORK_DIR'] || undefined;
  return {
    identity,
    entries: document.psutil_config.map((entry, index): Entry => {
      const selector = selectorOf(entry);
      const select = selector === undefined ? undefined : once(selectors, selector);
      return {
        index,
        method: entry.method,
        args: once(argumentLists, completeArguments(entry)),
        ...(select === undefined ? {} : { select }),
        interval: entry.interval,
        name: entry.alias ?? entry.method,
        rate: entry.rate === true,
        scale: entry.scale ?? 1,
        ...(entry.unit === undefined ? {} : { unit: entry.unit }),
      };
    }),
    ...(broker === undefined ? {} : { broker: brokerSettings(broker, identity.deploymentId, at) }),
    schedule: schedule as unknown as Settings['schedule'],
    publish: publish as unknown as Settings['publish'],
    spool: {
      path: at(spool?.['path']) ?? join(statusPath, 'spool'),
      maxBytes: spool?.['max_bytes'] as number,
      maxAge: spool?.['max_age'] as number,
    },
    log: {
      path: workDirectory ?? at(log?.['path']) ?? statusPath,
      level: log?.['level'] as Settings['log']['level'],
      maxBytes: log?.['max_bytes'] as number,
      files: log?.['files'] as number,
    },
    status: { path: statusPath, interval: status?.['interval'] as number },
    history: {
      enabled: history?.['enabled'] as boolean,
      maxBytes: history?.['max_bytes'] as number,
      maxSeries: history?.['max_series'] as number,
    },
  };
}

/** Of what many entries say alike, the first: of ten thousand each its own would be megabytes. */
function once<T>(known: Map<string, T>, value: T): T {
  const text = JSON.stringify(value);
  const first = known.get(text);
  if (first === undefined) known.set(text, value);
  return first ?? value;
}

/** Where a node's files are kept unless the settings say otherwise: one directory a node. */
export function dataDirectory(nodeId: string, environment: Environment): string {
  const name = nodeId.replace(/[^\w.-]/g, '_').replace(/^\.+|[. ]+$/g, '_') || '_';
  if (process.platform === 'win32') return join(environment['ProgramData'] ?? 'C:\\ProgramData', 'PsutilAgent', name);
  const state = environment['XDG_STATE_HOME'] || join(environment['HOME'] || '/var/lib', '.local', 'state');
  return join(state, 'psutil-agent', name);
}

function brokerSettings(broker: Section, deploymentId: string, at: (path: unknown) => string | undefined): BrokerSettings {
  const tls = broker['tls'] as Section;
  const exchange = broker['exchange'] as Section;
  const enabled = tls['enabled'] === true;
  // What is to last is meant to last as a whole: one word makes the exchange stay and the messages too.
  const durable = exchange['durable'] === true;
  const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
  return {
    hostnames: broker['hostnames'] as readonly string[],
    port: (broker['port'] as number | undefined) ?? (enabled ? 5671 : 5672),
    vhost: broker['vhost'] as string,
    username: broker['username'] as string,
    password: passwordSource(broker, at),
    tls: {
      enabled,
      verify: tls['verify'] !== false,
      ...optional('caCert', at(tls['ca_cert'])),
      ...optional('clientCert', at(tls['client_cert'])),
      ...optional('clientKey', at(tls['client_key'])),
      ...optional('serverName', tls['server_name'] as string | undefined),
    },
    heartbeat: broker['heartbeat'] as number,
    connectTimeout: broker['connect_timeout'] as number,
    confirmTimeout: broker['confirm_timeout'] as number,
    reconnect: { initial: broker['reconnect_initial'] as number, maximum: broker['reconnect_maximum'] as number },
    exchange: {
      name: exchange['name'] as string,
      type: exchange['type'] as BrokerSettings['exchange']['type'],
      durable,
      autoDelete: (exchange['auto_delete'] as boolean | undefined) ?? !durable,
      internal: exchange['internal'] === true,
    },
    routingKey: (broker['routing_key'] as string | undefined) ?? deploymentId,
    deliveryMode: (broker['delivery_mode'] as BrokerSettings['deliveryMode'] | undefined) ?? (durable ? 'persistent' : 'transient'),
    appId: broker['app_id'] as string,
    maxInFlight: broker['max_in_flight'] as number,
    drainRate: broker['drain_rate'] as number,
  };
}

/** The predecessor's default, RabbitMQ's own: guest. */
function passwordSource(broker: Section, at: (path: unknown) => string | undefined): PasswordSource {
  const file = at(broker['password_file']);
  if (file !== undefined) return { kind: 'file', path: file };
  if (typeof broker['password_env'] === 'string') return { kind: 'environment', variable: broker['password_env'] };
  if (typeof broker['password_dpapi'] === 'string') return { kind: 'dpapi', blob: broker['password_dpapi'] };
  return { kind: 'plain', password: typeof broker['password'] === 'string' ? broker['password'] : 'guest' };
}
