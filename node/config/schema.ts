/**
 * The JSON Schemas (2020-12) of psutil_config and of the settings file, made from the catalog.
 * schemas/*.json are their written form (`npm run schemas`); a test holds both equal.
 */
import type { Argument, CatalogFunction } from '../catalog/function.js';
import { functions } from '../catalog/functions.js';
import { hostPattern, longestHost } from './host.js';
import { limits } from './limits.js';

/** A JSON Schema as data. */
export type Schema = { readonly [keyword: string]: unknown };

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Names of the schema files; references between them are relative. */
export const schemaIds = { psutilConfig: 'psutil-config.schema.json', monitor: 'monitor.schema.json' } as const;

/** Shortest and longest interval between calls, seconds. */
const shortestInterval = 0.1;
const longestInterval = 604_800;

/** The longest waiting time of a setting, seconds: a day. */
const day = 86_400;
/** The largest number that an argument takes where the catalog says no less: 32 bits, as system calls do. */
const largestArgument = 2 ** 32 - 1;
/** So that no value can leave the numbers that JSON readers have. */
const largestScale = 1e15;
/** Characters of a path, Windows' limit, and of other text. */
const longestPath = 32_767;
const longestText = 1024;
const tebibyte = 2 ** 40;
/** Text that selects something: not blanks, and no word for nothing. */
export const somethingSelected = '^(?!\\s*([Nn]one|NONE|[Nn]ull|NULL)?\\s*$)';

function argumentSchema(argument: Argument): Schema {
  return {
    type: argument.nullable ? [argument.type, 'null'] : argument.type,
    ...(argument.minimum === undefined ? {} : { minimum: argument.minimum }),
    ...(argument.type === 'number' || argument.type === 'integer' ? { maximum: argument.maximum ?? largestArgument } : {}),
    ...(argument.type === 'string' ? { maxLength: longestPath } : {}),
    ...(argument.values === undefined ? {} : { enum: argument.nullable ? [...argument.values, null] : argument.values }),
    ...(argument.selects === true && argument.type === 'string' && argument.values === undefined ? { pattern: somethingSelected } : argument.notEmpty === true ? { pattern: '\\S' } : {}),
    ...(argument.required || argument.selects === true ? {} : { default: argument.default }),
    description: argument.meaning,
  };
}

/** What `args` may be for one function. */
function argumentsSchema(definition: CatalogFunction): Schema {
  const required = definition.arguments.filter((argument) => argument.required).map((argument) => argument.name);
  return {
    type: 'object',
    properties: Object.fromEntries(definition.arguments.map((argument) => [argument.name, argumentSchema(argument)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

/** What the args of functions that take the same arguments may be. */
function methodRule(args: Schema, names: readonly string[]): Schema {
  return {
    if: { type: 'object', properties: { method: { enum: names } }, required: ['method'] },
    then: {
      type: 'object',
      properties: { args },
      ...('required' in args ? { required: ['args'] } : {}),
    },
  };
}

/** One rule for all functions with the same arguments: a configuration of thousands of entries is held against each. */
function methodRules(): Schema[] {
  const rules = new Map<string, { readonly args: Schema; readonly names: string[] }>();
  for (const definition of functions) {
    const args = argumentsSchema(definition);
    const key = JSON.stringify(args);
    const rule = rules.get(key);
    if (rule === undefined) rules.set(key, { args, names: [definition.name] });
    else rule.names.push(definition.name);
  }
  return [...rules.values()].map(({ args, names }) => methodRule(args, names));
}

let psutilConfig: Schema | undefined;

/** The schema of psutil_config: a list of entries. It is made when it is first asked for: a document with many faults asks for each. */
export function psutilConfigSchema(): Schema {
  psutilConfig ??= makePsutilConfigSchema();
  return psutilConfig;
}

function makePsutilConfigSchema(): Schema {
  return {
    $schema: dialect,
    $id: schemaIds.psutilConfig,
    title: 'psutil_config',
    description: 'The psutil functions to call, each on its own interval.',
    type: 'array',
    maxItems: limits.entries,
    items: {
      type: 'object',
      properties: {
        method: { type: 'string', enum: functions.map((definition) => definition.name), description: 'a psutil function', examples: ['cpu_times_percent'] },
        args: { type: 'object', description: 'its keyword arguments', examples: [{ interval: 1 }] },
        result_argument: text('a field of the result, or a path into it', { examples: ['user'] }),
        interval: { type: 'number', minimum: shortestInterval, maximum: longestInterval, description: 'seconds between calls', examples: [5] },
        alias: text('the metric\'s name; the method\'s unless given', { examples: ['cpu_total_user'] }),
        rate: { type: 'boolean', default: false, description: 'publish how fast a counter grows, a second, instead of what it has reached' },
        scale: { type: 'number', default: 1, minimum: -largestScale, maximum: largestScale, description: 'what every value is multiplied by' },
        unit: { type: 'string', maxLength: 64, description: 'the unit of the published values; the catalog\'s unless given', examples: ['%'] },
      },
      required: ['method', 'interval'],
      additionalProperties: false,
      allOf: methodRules(),
    },
  };
}

/** An object that may be left out, its members' defaults then standing. */
function section(description: string, properties: Record<string, Schema>, extras: Schema = {}): Schema {
  return { type: 'object', description, properties, additionalProperties: false, ...extras };
}

/** Text that is not blank and steers no terminal. What has no default of its own carries an example, for editors and docs/settings.md. */
const text = (description: string, extras: Schema = {}): Schema => ({
  type: 'string', maxLength: longestText, pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f]*$', description, ...extras,
});
const path = (description: string, example: string): Schema => text(description, { maxLength: longestPath, examples: [example] });
/** Text that AMQP sends as a short string; its bytes, which a schema cannot count, are counted elsewhere. */
const shortString = (description: string, extras: Schema): Schema => text(description, { maxLength: limits.shortString, ...extras });
const flag = (description: string, fallback: boolean): Schema => ({ type: 'boolean', description, default: fallback });
const seconds = (description: string, minimum: number, fallback: number, maximum = day): Schema => ({
  type: 'number', description, minimum, maximum, default: fallback,
});
const whole = (description: string, minimum: number, fallback: number, maximum: number): Schema => ({
  type: 'integer', description, minimum, maximum, default: fallback,
});
const choice = (description: string, values: readonly string[], fallback: string): Schema => ({
  type: 'string', description, enum: values, default: fallback,
});

function brokerSchema(): Schema {
  return section('RabbitMQ; without it samples go to stdout', {
    hostnames: {
      type: 'array', items: text('host name or address', { pattern: hostPattern, maxLength: longestHost }), minItems: 1, maxItems: 100, default: ['localhost'], description: 'tried in turn',
    },
    port: { type: 'integer', minimum: 1, maximum: 65535, description: '5672, with TLS 5671, unless given', examples: [5671] },
    vhost: shortString('virtual host', { default: '/' }),
    username: text('user name', { default: 'guest' }),
    password: { type: 'string', maxLength: longestText, description: 'in plain text: better one of the three below', examples: ['guest'] },
    password_file: path('file whose first line is the password', 'C:\\ProgramData\\secrets\\rabbitmq.txt'),
    password_env: text('environment variable that holds the password', { examples: ['RABBITMQ_PASSWORD'] }),
    password_dpapi: text('base64 of the password sealed by DPAPI (machine scope): Protect-PsutilPassword makes it, on the host that is to open it', { maxLength: longestPath, examples: ['AQAAANCMnd8BFdERjHoAwE/Cl+s='] }),
    tls: section('TLS to the broker', {
      enabled: { ...flag('speak TLS', false), examples: [true] },
      ca_cert: path('PEM file of the authorities to trust; the system\'s unless given', 'C:\\certificates\\ca.pem'),
      client_cert: path('PEM file of the client\'s certificate', 'C:\\certificates\\client.pem'),
      client_key: path('PEM file of its private key', 'C:\\certificates\\client.key'),
      server_name: text('name the server\'s certificate must carry; the host name unless given', { examples: ['rabbitmq.example.com'] }),
      verify: flag('refuse a server that cannot prove who it is', true),
    }, { default: {} }),
    heartbeat: { type: 'integer', minimum: 0, maximum: 65535, default: 15, description: 'AMQP heartbeat, seconds; 0 is off' },
    connect_timeout: seconds('longest time for one attempt to connect', 0.1, 10),
    confirm_timeout: seconds('longest wait for a confirm before the connection counts as dead', 0.1, 30),
    reconnect_initial: seconds('first delay between attempts', 0.01, 0.5),
    reconnect_maximum: seconds('longest delay between attempts', 0.01, 30),
    exchange: section('the exchange, declared as the predecessor did', {
      name: shortString('its name', { default: 'cloudify-monitoring' }),
      type: choice('its type', ['topic', 'direct', 'fanout', 'headers'], 'topic'),
      durable: flag('survives a restart of the broker', false),
      auto_delete: { type: 'boolean', description: 'goes when its last binding goes; true, but false for a durable one, unless given', examples: [false] },
      internal: flag('not for publishers', false),
    }, { default: {} }),
    routing_key: shortString('routing key; deployment_id unless given', { examples: ['metrics.web'] }),
    delivery_mode: {
      type: 'string', enum: ['transient', 'persistent'], examples: ['persistent'],
      description: 'whether the broker keeps messages on disk; transient, with a durable exchange persistent, unless given',
    },
    app_id: shortString('AMQP app_id', { default: 'psutil-agent' }),
    max_in_flight: whole('samples in flight at most, sent and not yet confirmed', 1, 256, 65_535),
    drain_rate: { type: 'number', minimum: 1, maximum: 1_000_000, default: 5000, description: 'most samples a second while a backlog drains' },
  });
}

/** The schema of the settings file. Defaults that depend on the host are filled in elsewhere and stand in the description. */
export function monitorSchema(): Schema {
  return {
    $schema: dialect,
    $id: schemaIds.monitor,
    title: 'PsutilAgent settings',
    ...section('What to sample, where to send it, and how.', {
      node: section('whom the samples speak for', {
        deployment_id: shortString('deployment; the routing key too', { default: 'default' }),
        node_name: text('name of the node; the host\'s name unless given', { examples: ['web'] }),
        node_id: text('node instance; the host\'s name unless given', { examples: ['web_1'] }),
        host: text('the message\'s host; node_id unless given', { examples: ['web-1.example.com'] }),
      }, { default: {} }),
      broker: brokerSchema(),
      psutil_config: { $ref: schemaIds.psutilConfig },
      allow_powershell: flag('whether psutil_config may run commands with PowerShell', false),
      service: section('the Windows service that Start-PsutilMonitor makes; of no meaning to the collector itself', {
        // NSSM's words without their _PRIORITY_CLASS.
        priority: choice('its priority class: below normal it goes blind when the processor is full, and realtime may keep the host from working', ['realtime', 'high', 'above_normal', 'normal', 'below_normal', 'idle'], 'normal'),
      }, { default: {} }),
      schedule: section('when entries are due', {
        jitter: seconds('spreads a fleet: ticks are shifted by up to this much, by node_id', 0, 0),
        align: flag('ticks fall on whole multiples of the interval since 1970', false),
      }, { default: {} }),
      publish: section('what is published', {
        units: flag('fill in the message\'s unit', false),
        time: choice('the message\'s time: whole seconds or milliseconds since 1970', ['s', 'ms'], 's'),
        id: flag('put the AMQP message_id into the message too, as message_id, for consumers that see no AMQP properties', false),
        unroutable: choice('samples that nobody is bound for: keep until somebody is, or let go', ['hold', 'drop'], 'hold'),
      }, { default: {} }),
      spool: section('where samples wait for the broker', {
        path: path('directory; spool in the data directory unless given', 'D:\\psutil\\spool'),
          // Far more than one sample has, so that no bound can be meant and lets nothing through.
        max_bytes: whole('most bytes kept; the oldest samples go first', 65_536, 1_073_741_824, tebibyte),
        max_age: seconds('seconds after which a sample is let go', 1, 604_800, 3650 * day),
      }, { default: {} }),
      log: section('psutil.log', {
        path: path('directory; the data directory unless given; CELERY_WORK_DIR and AGENT_WORK_DIR go before it', 'D:\\psutil\\log'),
        level: choice('least level written', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
        max_bytes: whole('size at which the file is rotated', 1024, 10_485_760, tebibyte),
        files: whole('rotated files kept', 1, 5, 100),
      }, { default: {} }),
      status: section('status.json', {
        path: path('directory; the data directory unless given', 'D:\\psutil\\status'),
        interval: seconds('seconds between writes', 0.1, 5, 3600),
      }, { default: {} }),
      history: section('the last hours, for a report: files beside status.json with each value\'s least, mean and greatest a minute', {
        enabled: flag('keep it', true),
        max_bytes: whole('most bytes kept; the oldest go first', 65_536, 4_194_304, 134_217_728),
        max_series: whole('values kept; at least one of each entry, as far as it goes', 1, 200, 5000),
      }, { default: {} }),
    }, { required: ['psutil_config'] }),
  };
}
