import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { StatusReport } from '../status/report.js';
import { startBroker } from './support/broker.js';
import { command } from './support/command.js';
import { consume } from './support/consumer.js';
import { startDeadHost, type DeadHost } from './support/deadHost.js';
import { loadPerCore } from './support/load.js';
import { until } from './support/wait.js';

// What the system never answers reaches nothing else: volumes (FUSE) and a name server that hang, beside entries that do not. The
// long form: PSUTIL_ISOLATION_SECONDS=120 node --test dist/test/isolation.system.test.js

const long = Number(process.env['PSUTIL_ISOLATION_SECONDS'] ?? 0);
const seconds = long || 12;
/** A machine busy with other things may cost a tick, or a twentieth of them for each that is to run on a core; the long form on a quiet one may not. */
const skippedByLoad = (due: number): number => {
  const load = loadPerCore();
  return long > 0 && load < 1 ? 0 : Math.max(1, due * 0.05 * Math.max(1, load));
};
const healthy = [
  { method: 'boot_time', interval: long > 0 ? 0.1 : 0.5, alias: 'fast' },
  { method: 'virtual_memory', result_argument: 'free', interval: 0.5, alias: 'memory' },
  { method: 'net_io_counters', result_argument: 'bytes_sent', interval: 0.5, alias: 'network' },
  { method: 'cpu_percent', args: { interval: 0.2 }, interval: 1, alias: 'cpu' },
  { method: 'disk_usage', args: { path: '/' }, result_argument: 'free', interval: 0.5, alias: 'disk' },
];

const broker = await startBroker();
after(() => broker.stop());

/** The ways in which a collector is asked to stop. */
type Request = 'SIGTERM' | 'SIGINT' | 'stop file';

interface Collector {
  status(): StatusReport;
  /** How it ended, and how long that took. */
  stop(request?: Request): Promise<{ code: number | null; ms: number }>;
}

/** A collector among dead volumes; `changed` are settings of its broker. */
function start(host: DeadHost, home: string, exchange: string, changed: object = {}): Collector {
  const config = join(home, 'settings.json');
  const volumes = host.volumes.map((path, index) => ({ method: 'disk_usage', args: { path }, result_argument: 'free', interval: 0.5, alias: `volume_${String(index)}` }));
  writeFileSync(config, JSON.stringify({
    node: { deployment_id: 'dep', node_name: 'web', node_id: 'web_1' },
    // The name is looked up first and the look-up lasts for minutes.
    broker: { hostnames: ['dead.example', '127.0.0.1'], port: broker.port, connect_timeout: 1, reconnect_initial: 0.1, exchange: { name: exchange }, ...changed },
    psutil_config: [...healthy, ...volumes], spool: { path: join(home, 'spool') }, log: { path: home }, status: { path: home, interval: 0.5 },
  }));
  const [program, ...args] = host.words(process.execPath, command, 'run', '--config', config);
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    status: () => JSON.parse(readFileSync(join(home, 'status.json'), 'utf8')) as StatusReport,
    async stop(request = 'SIGTERM') {
      const asked = performance.now();
      if (request === 'stop file') writeFileSync(join(home, 'stop'), '');
      else child.kill(request);
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 30_000);
      const code = await ended;
      clearTimeout(tooLong);
      return { code, ms: performance.now() - asked };
    },
  };
}

/** Whether a condition on a file that may not be there yet holds. */
function holds(condition: () => boolean): boolean {
  try {
    return condition();
  } catch {
    return false;
  }
}

async function check(volumes: number, deadFrom: 'start' | 'later', tell: (text: string) => void): Promise<void> {
  const host = await startDeadHost(volumes);
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-isolation-'));
  const exchange = `isolation-${String(volumes)}`;
  const consumer = await consume(broker.port, exchange);
  await host.tell({ names: 'dead', volumes: deadFrom === 'start' ? 'dead' : 'alive' });
  const collector = start(host, home, exchange);
  let stopped: { code: number | null; ms: number } | undefined;
  try {
    await until('the collector is connected', () => holds(() => collector.status().connected === true), 30);
    if (deadFrom === 'later') {
      await until('the volumes are read', () => collector.status().entries.every(({ taken }) => taken > 0));
      await host.tell({ volumes: 'dead' });
    }
    // What nobody answers is told of after ten seconds.
    await delay(seconds * 1000);
    stopped = await collector.stop();
    tell(`${String(volumes)} dead volumes, ${String(seconds)} s: ${String(consumer.received.length)} samples, stopped within ${stopped.ms.toFixed(0)} ms, load ${loadavg()[0]!.toFixed(1)}`);
    judge(collector.status(), consumer.received.map(({ body }) => String(body['name'])), host, tell);
  } finally {
    stopped ??= await collector.stop();
    await host.close();
    await consumer.close();
    rmSync(home, { recursive: true, force: true });
  }
  assert.deepEqual([stopped.code, stopped.ms < 6000], [0, true], `ended with ${String(stopped.code)} after ${stopped.ms.toFixed(0)} ms`);
}

function judge(status: StatusReport, arrived: readonly string[], host: DeadHost, tell: (text: string) => void): void {
  const lived = (Date.parse(status.updated) - Date.parse(status.since)) / 1000;
  assert.equal(status.state, 'stopped');
  assert.equal(status.dropped, 0);
  const of = (name: string): number => arrived.filter((other) => other === name).length;
  tell(status.entries.slice(0, healthy.length).map(({ name, taken, skipped, interval }) => `${name} ${String(of(name))} published of ${String(taken)} taken, ${String(skipped)} skipped, ${(lived / interval).toFixed(0)} due`).join('; '));
  for (const { name, interval, taken, skipped, unavailable, last_error } of status.entries.slice(0, healthy.length)) {
    const due = Math.floor((lived - 7) / interval);
    assert.equal(unavailable, 0, `${name}: ${JSON.stringify(last_error)}`);
    assert.ok(skipped <= skippedByLoad(due), `${name}: ${String(skipped)} ticks skipped of ${String(due)}`);
    assert.ok(taken + skipped >= due, `${name}: ${String(taken)} samples in ${lived.toFixed(1)} s`);
    assert.equal(of(name), taken, `${name}: published`);
  }
  const dead = status.entries.slice(healthy.length);
  dead.forEach((entry, index) => {
    assert.ok(entry.unavailable > 0, `${entry.name}: its absence is counted`);
    assert.ok(entry.last_error?.message.includes(host.volumes[index] ?? '?'), entry.last_error?.message);
    assert.match(entry.last_error?.message ?? '', /has not answered since \d|waits for its turn to be asked/);
  });
  const silent = dead.filter((entry) => /has not answered/.test(entry.last_error?.message ?? '')).length;
  tell(`${String(silent)} of ${String(dead.length)} told as not answering, the others as waiting; ${String(dead.reduce((sum, { unavailable }) => sum + unavailable, 0))} absences counted`);
}

describe('dead volumes and a dead name server', { concurrency: true, timeout: 600_000 }, () => {
  for (const [volumes, deadFrom] of [[1, 'later'], [8, 'start'], [32, 'later']] as const) {
    it(`${String(volumes)} volumes, dead from the ${deadFrom === 'start' ? 'start' : 'middle'}: every other entry goes on, and a stop ends the process within 6 s`, async (context) => {
      await check(volumes, deadFrom, (text) => { context.diagnostic(text); });
    });
  }
});

/** What the collectors that are stopped run among, each with one volume of its own. */
const deadHost = await startDeadHost(5);
after(() => deadHost.close());
await deadHost.tell({ volumes: 'dead' });
const own = deadHost.volumes.values();

/** Runs a collector among one dead volume until `ready` holds, and asks it to stop. */
async function stopped(request: Request, changed: (volume: string) => object, ready: (status: StatusReport) => boolean): Promise<StatusReport> {
  const volume = own.next().value;
  assert.ok(volume !== undefined, 'there is no volume left');
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-isolation-'));
  const collector = start({ ...deadHost, volumes: [volume] }, home, 'isolation-stop', { hostnames: ['127.0.0.1'], ...changed(volume) });
  let end: Awaited<ReturnType<Collector['stop']>> | undefined;
  try {
    await until('the collector is where it is to be stopped', () => holds(() => ready(collector.status())), 60);
    end = await collector.stop(request);
    assert.deepEqual([end.code, end.ms < 6000], [0, true], `ended with ${String(end.code)} after ${end.ms.toFixed(0)} ms`);
    return collector.status();
  } finally {
    if (end === undefined) await collector.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

const hangs = ({ entries }: StatusReport): boolean => entries.some(({ last_error }) => last_error !== null && /has not answered since/.test(last_error.message));

describe('a stop among calls that hang', { concurrency: true, timeout: 600_000 }, () => {
  for (const request of ['SIGINT', 'stop file'] as const) {
    it(`asked for by ${request}, ends the process within 6 s`, async () => {
      const { state, dropped } = await stopped(request, () => ({}), (status) => hangs(status) && status.connected === true);
      assert.deepEqual([state, dropped], ['stopped', 0]);
    });
  }
});

describe('files of the connection on a dead volume', { concurrency: true, timeout: 600_000 }, () => {
  const files: readonly (readonly [string, (volume: string) => object])[] = [
    ['password file', (volume) => ({ password_file: join(volume, 'password') })],
    ['ca_cert', (volume) => ({ tls: { enabled: true, ca_cert: join(volume, 'ca.pem') } })],
    ['client_cert', (volume) => ({ tls: { enabled: true, client_cert: join(volume, 'client.pem'), client_key: join(volume, 'client.key') } })],
  ];
  for (const [name, changed] of files) {
    it(`${name}: the attempt fails of it, the entries go on, and a stop ends the process within 6 s`, async () => {
      const ready = ({ delivery, entries }: StatusReport): boolean => delivery?.reason?.includes(name) === true && entries.slice(0, healthy.length).every(({ taken }) => taken > 5);
      const { delivery, entries, spooled, dropped, taken } = await stopped('SIGTERM', changed, ready);
      assert.match(delivery?.reason ?? '', /cannot be read \(The file \S+ has not answered since \d/);
      assert.deepEqual(entries.slice(0, healthy.length).map(({ last_error }) => last_error), healthy.map(() => null));
      assert.deepEqual([spooled, dropped], [taken, 0]);
    });
  }
});
