import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from '../model/errors.js';
import type { Settings } from '../model/settings.js';
import { countOf, dataDirectory, readConfiguration, readSettings } from './reader.js';
import { monitorSchema, type Schema } from './schema.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-reader-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const environment = { HOME: '/home/u', ProgramData: 'C:\\ProgramData' };

function settingsOf(document: object, env: Readonly<Record<string, string>> = environment): Settings {
  const file = join(home, 'settings.json');
  writeFileSync(file, JSON.stringify({ psutil_config: [], ...document }));
  return readSettings(file, env).settings;
}

/** Every setting at a value that is not its default, and where it arrives. */
const table: readonly (readonly [pointer: string, given: unknown, arrives: (settings: Settings) => unknown, as?: unknown])[] = [
  ['node/deployment_id', 'shop', (settings) => settings.identity.deploymentId],
  ['node/node_name', 'web', (settings) => settings.identity.nodeName],
  ['node/node_id', 'web_1', (settings) => settings.identity.nodeId],
  ['node/host', 'h', (settings) => settings.identity.host],
  ['broker/hostnames', ['a', 'b'], (settings) => settings.broker?.hostnames],
  ['broker/port', 1234, (settings) => settings.broker?.port],
  ['broker/vhost', 'v', (settings) => settings.broker?.vhost],
  ['broker/username', 'u', (settings) => settings.broker?.username],
  ['broker/password', 'p', (settings) => settings.broker?.password, { kind: 'plain', password: 'p' }],
  ['broker/password_file', 'p', (settings) => settings.broker?.password, { kind: 'file', path: join(home, 'p') }],
  ['broker/password_env', 'P', (settings) => settings.broker?.password, { kind: 'environment', variable: 'P' }],
  ['broker/password_dpapi', 'cA==', (settings) => settings.broker?.password, { kind: 'dpapi', blob: 'cA==' }],
  ['broker/tls/enabled', true, (settings) => settings.broker?.tls.enabled],
  ['broker/tls/ca_cert', 'ca.pem', (settings) => settings.broker?.tls.caCert, join(home, 'ca.pem')],
  ['broker/tls/client_cert', 'c.pem', (settings) => settings.broker?.tls.clientCert, join(home, 'c.pem')],
  ['broker/tls/client_key', '/k.pem', (settings) => settings.broker?.tls.clientKey, '/k.pem'],
  ['broker/tls/server_name', 's', (settings) => settings.broker?.tls.serverName],
  ['broker/tls/verify', false, (settings) => settings.broker?.tls.verify],
  ['broker/heartbeat', 7, (settings) => settings.broker?.heartbeat],
  ['broker/connect_timeout', 8, (settings) => settings.broker?.connectTimeout],
  ['broker/confirm_timeout', 9, (settings) => settings.broker?.confirmTimeout],
  ['broker/reconnect_initial', 1.5, (settings) => settings.broker?.reconnect.initial],
  ['broker/reconnect_maximum', 11, (settings) => settings.broker?.reconnect.maximum],
  ['broker/exchange/name', 'e', (settings) => settings.broker?.exchange.name],
  ['broker/exchange/type', 'fanout', (settings) => settings.broker?.exchange.type],
  ['broker/exchange/durable', true, (settings) => settings.broker?.exchange.durable],
  ['broker/exchange/auto_delete', false, (settings) => settings.broker?.exchange.autoDelete],
  ['broker/exchange/internal', true, (settings) => settings.broker?.exchange.internal],
  ['broker/routing_key', 'r', (settings) => settings.broker?.routingKey],
  ['broker/delivery_mode', 'persistent', (settings) => settings.broker?.deliveryMode],
  ['broker/app_id', 'app', (settings) => settings.broker?.appId],
  ['broker/max_in_flight', 12, (settings) => settings.broker?.maxInFlight],
  ['broker/drain_rate', 13, (settings) => settings.broker?.drainRate],
  ['schedule/jitter', 14, (settings) => settings.schedule.jitter],
  ['schedule/align', true, (settings) => settings.schedule.align],
  ['publish/units', true, (settings) => settings.publish.units],
  ['publish/time', 'ms', (settings) => settings.publish.time],
  ['publish/id', true, (settings) => settings.publish.id],
  ['publish/unroutable', 'drop', (settings) => settings.publish.unroutable],
  ['spool/path', 's', (settings) => settings.spool.path, join(home, 's')],
  ['spool/max_bytes', 65_537, (settings) => settings.spool.maxBytes],
  ['spool/max_age', 15, (settings) => settings.spool.maxAge],
  ['log/path', 'l', (settings) => settings.log.path, join(home, 'l')],
  ['log/level', 'debug', (settings) => settings.log.level],
  ['log/max_bytes', 2048, (settings) => settings.log.maxBytes],
  ['log/files', 2, (settings) => settings.log.files],
  ['history/enabled', false, (settings) => settings.history.enabled],
  ['history/max_bytes', 70_000, (settings) => settings.history.maxBytes],
  ['history/max_series', 7, (settings) => settings.history.maxSeries],
  ['status/path', 't', (settings) => settings.status.path, join(home, 't')],
  ['status/interval', 16, (settings) => settings.status.interval],
];

/** Settings that end in the entries, in the validation, or in the service that PowerShell makes. */
const elsewhere = ['psutil_config', 'allow_powershell', 'service/priority'];

/** What has to stand beside a setting, so that it is valid. */
const beside: Readonly<Record<string, object>> = {
  'broker/tls/client_cert': { client_key: 'k' }, 'broker/tls/client_key': { client_cert: 'c' },
};

function documentOf(pointer: string, value: unknown): Record<string, unknown> {
  const keys = pointer.split('/');
  const last = keys.pop() ?? '';
  const inner: Record<string, unknown> = { ...(keys.at(-1) === 'tls' ? { enabled: true } : {}), ...beside[pointer], [last]: value };
  return keys.reduceRight((inside, key) => ({ [key]: inside }), inner);
}

/** The pointers of all settings that the schema has, without the slash at their begin. */
function pointersIn(schema: Schema, base: string): string[] {
  return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).flatMap(([name, inner]) =>
    'properties' in inner ? pointersIn(inner, `${base}${name}/`) : [`${base}${name}`]);
}

describe('the hand-over from a settings file to the settings', () => {
  for (const [pointer, given, arrives, as = given] of table) {
    it(`${pointer} arrives`, () => {
      assert.deepEqual(arrives(settingsOf(documentOf(pointer, given))), as);
      const without = pointer.startsWith('broker/') ? { broker: {} } : {};
      assert.notDeepEqual(arrives(settingsOf(without)), as, 'its default is another');
    });
  }

  it('has a row for every setting of the schema', () => {
    assert.deepEqual(table.map(([pointer]) => pointer).sort(), pointersIn(monitorSchema(), '').filter((pointer) => !elsewhere.includes(pointer)).sort());
  });

  it('gives every entry its keys and all arguments of its method', () => {
    const psutil_config = [
      { method: 'cpu_percent', interval: '5' },
      { method: 'disk_io_counters', args: { perdisk: 'true' }, result_argument: '*.read_bytes', interval: 0.5, alias: 'reads', rate: true, scale: 8, unit: 'bit/s' },
    ];
    assert.deepEqual(settingsOf({ psutil_config }).entries, [
      { index: 0, method: 'cpu_percent', args: { interval: null, percpu: false }, interval: 5, name: 'cpu_percent', rate: false, scale: 1 },
      {
        index: 1, method: 'disk_io_counters', args: { perdisk: true, nowrap: true }, select: ['*', 'read_bytes'], interval: 0.5, name: 'reads', rate: true,
        scale: 8, unit: 'bit/s',
      },
    ]);
  });
});

describe('what is not set', () => {
  it('has the defaults that the schema and this host give', () => {
    const data = dataDirectory(hostname(), environment);
    assert.deepEqual(settingsOf({ broker: {} }), {
      identity: { deploymentId: 'default', nodeName: hostname(), nodeId: hostname(), host: hostname() },
      entries: [],
      broker: {
        hostnames: ['localhost'], port: 5672, vhost: '/', username: 'guest', password: { kind: 'plain', password: 'guest' }, tls: { enabled: false, verify: true },
        heartbeat: 15, connectTimeout: 10, confirmTimeout: 30, reconnect: { initial: 0.5, maximum: 30 },
        exchange: { name: 'cloudify-monitoring', type: 'topic', durable: false, autoDelete: true, internal: false },
        routingKey: 'default', deliveryMode: 'transient', appId: 'psutil-agent', maxInFlight: 256, drainRate: 5000,
      },
      schedule: { jitter: 0, align: false }, publish: { units: false, time: 's', id: false, unroutable: 'hold' },
      spool: { path: join(data, 'spool'), maxBytes: 1_073_741_824, maxAge: 604_800 },
      log: { path: data, level: 'info', maxBytes: 10_485_760, files: 5 }, status: { path: data, interval: 5 },
      history: { enabled: true, maxBytes: 4_194_304, maxSeries: 200 },
    });
  });

  it('follows from what is set', () => {
    assert.equal(settingsOf({ broker: { tls: { enabled: true } } }).broker?.port, 5671);
    const lasting = settingsOf({ broker: { exchange: { name: 'metrics', durable: true } } }).broker;
    assert.deepEqual([lasting?.exchange.autoDelete, lasting?.deliveryMode], [false, 'persistent']);
    const written = settingsOf({ broker: { exchange: { durable: true, auto_delete: true }, delivery_mode: 'transient' } }).broker;
    assert.deepEqual([written?.exchange.autoDelete, written?.deliveryMode], [true, 'transient']);
    assert.equal(settingsOf({ node: { deployment_id: 'shop' }, broker: {} }).broker?.routingKey, 'shop');
    assert.deepEqual([settingsOf({ node: { node_id: 'n' } }).identity.host, settingsOf({ node: { node_id: 'n' } }).identity.nodeName], ['n', hostname()]);
    const { spool, log } = settingsOf({ status: { path: 'data' } });
    assert.deepEqual([spool.path, log.path], [join(home, 'data', 'spool'), join(home, 'data')]);
    assert.equal(settingsOf({}).broker, undefined);
  });

  it('the log goes to the work directory of Cloudify\'s agent before all else', () => {
    const log = { path: 'l' };
    assert.equal(settingsOf({ log }, { ...environment, CELERY_WORK_DIR: '/c', AGENT_WORK_DIR: '/a' }).log.path, '/c');
    assert.equal(settingsOf({ log }, { ...environment, CELERY_WORK_DIR: '', AGENT_WORK_DIR: '/a' }).log.path, '/a');
  });
});

describe('dataDirectory', { skip: process.platform === 'win32' }, () => {
  it('is one of the node\'s own, whatever its id is', () => {
    assert.equal(dataDirectory('web_1', { HOME: '/h' }), '/h/.local/state/psutil-agent/web_1');
    assert.equal(dataDirectory('web_1', { XDG_STATE_HOME: '/s', HOME: '/h' }), '/s/psutil-agent/web_1');
    assert.equal(dataDirectory('web_1', {}), '/var/lib/.local/state/psutil-agent/web_1');
    for (const [id, name] of [['../../etc', '__.._etc'], ['a/b\\c', 'a_b_c'], ['..', '_'], ['.a. ', '_a._'], ['', '_'], ['a.b-c', 'a.b-c'], ['é', '_']]) {
      assert.equal(dataDirectory(id ?? '', { HOME: '/h' }), join('/h/.local/state/psutil-agent', name ?? ''), id);
    }
  });
});

describe('dataDirectory on Windows', () => {
  it('is below ProgramData', () => {
    const { platform } = process;
    try {
      Object.defineProperty(process, 'platform', { value: 'win32' });
      assert.equal(dataDirectory('a/b', { ProgramData: 'D:\\Data', HOME: '/h' }), join('D:\\Data', 'PsutilAgent', 'a_b'));
      assert.equal(dataDirectory('web_1', {}), join('C:\\ProgramData', 'PsutilAgent', 'web_1'));
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  });
});

describe('readSettings', () => {
  it('throws all faults of a configuration that is not valid', () => {
    const file = join(home, 'faulty.json');
    writeFileSync(file, JSON.stringify([{ method: 'x', interval: 1 }, { method: 'boot_time' }]));
    assert.throws(() => readSettings(file, {}), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, 'PSA_CONFIG_INVALID');
      assert.equal(error.message, `${file}: the configuration has 2 faults`);
      assert.deepEqual(error.faults.map(({ pointer }) => pointer), ['/0/method', '/1']);
      return true;
    });
  });

  it('hands on the warnings, and a bare list in map form as it was written', () => {
    const file = join(home, 'list.json');
    writeFileSync(file, '[]');
    assert.deepEqual(readSettings(file, environment).warnings, [{ pointer: '', message: 'the configuration: the list is empty, nothing will be sampled' }]);
    assert.deepEqual(readConfiguration(file).parsed, { psutil_config: [] });
    writeFileSync(file, '{"psutil_config": [{"method": "boot_time", "interval": "5"}], "broker": {}}');
    assert.deepEqual(readConfiguration(file).parsed, { psutil_config: [{ method: 'boot_time', interval: '5' }], broker: {} });
  });

  it('counts faults, those that are not shown too', () => {
    assert.deepEqual([countOf(1, 0), countOf(2, 0), countOf(100, 1)], ['one fault', '2 faults', '101 faults, of which 100 are shown']);
  });
});
