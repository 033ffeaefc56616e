// The three that are compared: this collector, collectd with its amqp plugin, and the predecessor's way. Each publishes to the
// exchange it is given, an exchange of its own at one broker.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from './processes.mjs';
import { runtime } from './runtime.mjs';

const { env } = runtime;
/** The collector's command, to be started with these words. */
export const command = (...words) => start(runtime.node, [runtime.command, ...words], { env });

/** Fifty numbers of Linux, each an entry of its own as the predecessor's configurations have them. */
const selections = Object.entries({
  virtual_memory: ['total', 'available', 'percent', 'used', 'free', 'active', 'inactive', 'buffers', 'cached', 'shared', 'slab'],
  swap_memory: ['total', 'used', 'free', 'percent', 'sin', 'sout'],
  cpu_times: ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice'],
  cpu_stats: ['ctx_switches', 'interrupts', 'soft_interrupts', 'syscalls'],
  net_io_counters: ['bytes_sent', 'bytes_recv', 'packets_sent', 'packets_recv', 'errin', 'errout', 'dropin', 'dropout'],
  disk_usage: ['total', 'used', 'free', 'percent'],
  getloadavg: ['0', '1', '2'],
  pids: ['count'],
  users: ['count'],
  boot_time: [undefined],
  cpu_count: [undefined],
}).flatMap(([method, fields]) => fields.map((field) => ({
  method,
  ...(method === 'disk_usage' ? { args: { path: '/' } } : {}),
  ...(field === undefined ? {} : { result_argument: field }),
})));

/** So many entries, a number each. */
export function entriesOf(count, interval) {
  return Array.from({ length: count }, (_, index) => ({ ...selections[index % selections.length], interval, alias: `metric_${String(index)}` }));
}

/** A folder for one process's files, removed at `remove`. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'psutil-agent-bench-'));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}

/** Settings for this collector in a folder; `broker` is added to the broker's. */
export function writeSettings(home, entries, port, broker = {}, more = {}) {
  const file = join(home, 'settings.json');
  writeFileSync(file, JSON.stringify({
    node: { deployment_id: 'dep', node_name: 'web', node_id: 'web_1' },
    ...(port === undefined ? {} : { broker: { hostnames: ['127.0.0.1'], port, exchange: { name: 'collector' }, ...broker } }),
    psutil_config: entries, spool: { path: join(home, 'spool') }, status: { path: home }, log: { path: home }, ...more,
  }));
  return file;
}

/** What status.json of a folder says; empty before there is one. */
export function statusOf(home) {
  try {
    return JSON.parse(readFileSync(join(home, 'status.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** This collector, with confirms and spool, at so many samples a second. */
export function collector(port, rate, exchange) {
  const { path, remove } = folder();
  const file = writeSettings(path, entriesOf(rate, 1), port, { exchange: { name: exchange } });
  return { name: 'collector', home: path, remove, ...command('run', '--config', file) };
}

/** collectd: what it reads each interval is about fifty lists of values, a message each, without confirms or disk. */
export function collectd(port, rate, exchange) {
  const { path, remove } = folder();
  writeFileSync(join(path, 'collectd.conf'), `
Hostname "bench"
FQDNLookup false
BaseDir "${path}"
PIDFile "${path}/pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db"
Interval ${String(50 / rate)}
${['cpu', 'memory', 'swap', 'load', 'interface', 'df', 'users', 'uptime', 'processes', 'amqp'].map((plugin) => `LoadPlugin ${plugin}`).join('\n')}
<Plugin df>
  MountPoint "/"
</Plugin>
<Plugin amqp>
  <Publish "bench">
    Host "127.0.0.1"
    Port "${String(port)}"
    VHost "/"
    User "guest"
    Password "guest"
    Exchange "${exchange}"
    RoutingKey "dep"
    Persistent false
    Format "JSON"
    StoreRates false
  </Publish>
</Plugin>
`);
  return { name: 'collectd', home: path, remove, ...start('/usr/sbin/collectd', ['-f', '-C', join(path, 'collectd.conf')], { env }) };
}

/** The predecessor's way: one loop in Python, a connection a sample. */
export function predecessor(port, rate, exchange) {
  const { path, remove } = folder();
  const script = fileURLToPath(new URL('predecessor.py', import.meta.url));
  const entries = join(path, 'entries.json');
  writeFileSync(entries, JSON.stringify(entriesOf(rate, 1)));
  return { name: 'predecessor', home: path, remove, ...start('/usr/bin/python3', [script, String(port), exchange, entries], { env }) };
}
