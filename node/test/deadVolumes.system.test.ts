import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { StatusReport } from '../status/report.js';
import { command } from './support/command.js';
import { startDeadHost, type DeadHost } from './support/deadHost.js';
import { until } from './support/wait.js';

// Volumes that do not answer for a while, and faults that nobody expected beside calls that hang.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-isolation-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const healthy = [
  { method: 'virtual_memory', result_argument: 'free', interval: 1, alias: 'memory' },
  { method: 'cpu_times', result_argument: 'user', interval: 1, alias: 'cpu' },
  { method: 'disk_usage', args: { path: '/' }, result_argument: 'total', interval: 1, alias: 'root' },
  { method: 'net_if_stats', result_argument: 'count', interval: 1, alias: 'links' },
  { method: 'boot_time', interval: 1, alias: 'boot' },
];

interface Collector {
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;
  readonly status: () => StatusReport;
}

/** Starts a collector among the host's volumes. */
function start(host: DeadHost, name: string, settings: object, ...nodeOptions: string[]): Collector {
  const data = join(home, name);
  const config = `${data}.json`;
  writeFileSync(config, JSON.stringify({ node: { node_id: name }, status: { path: data, interval: 0.5 }, ...settings }));
  const [program, ...words] = host.words(process.execPath, ...nodeOptions, command, 'run', '--config', config);
  // What --import loads has used the threads before the launcher could ask for more.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '48' };
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], ...(nodeOptions.length > 0 ? { env } : {}) });
  child.stderr.resume();
  return {
    child,
    code: new Promise((resolve) => child.once('exit', resolve)),
    status: () => JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport,
  };
}

const dead = (volumes: readonly string[]): object[] =>
  volumes.map((path, index) => ({ method: 'disk_usage', args: { path }, result_argument: 'free', interval: 1, alias: `dead${String(index)}` }));

function untilSampling({ status }: Collector, what: string, wanted: (report: StatusReport) => boolean): Promise<number> {
  return until(what, () => {
    try {
      return wanted(status());
    } catch {
      return false;
    }
  });
}

describe('beside dead volumes', { concurrency: true, skip: process.platform !== 'linux' || process.getuid?.() !== 0 }, () => {
  // Nobody listens there: what is asked is how the collector fares, not what becomes of its samples.
  const port = 1;
  let silent: DeadHost;
  before(async () => {
    silent = await startDeadHost(16);
    await silent.tell({ volumes: 'dead', names: 'dead' });
  });
  after(() => silent.close());

  it('volumes that answer again are sampled again', async (t) => {
    const host = await startDeadHost(8);
    t.after(() => host.close());
    await host.tell({ volumes: 'dead' });
    const collector = start(host, 'again', { broker: { hostnames: ['127.0.0.1'], port }, psutil_config: dead(host.volumes) });
    t.after(() => collector.child.kill('SIGKILL'));
    await untilSampling(collector, 'a word on each', ({ entries }) => entries.every(({ last_error: error }) => error !== null));
    await host.tell({ volumes: 'alive' });
    await untilSampling(collector, 'samples of each', ({ entries }) => entries.every(({ taken }) => taken >= 2));
    collector.child.kill('SIGTERM');
    assert.equal(await collector.code, 0);
  });

  const endings: [what: string, code: number, fault: string][] = [
    ['an exception', 1, 'setTimeout(() => { throw new Error("planted"); }, 15000)'],
    ['a rejection', 1, 'setTimeout(() => { Promise.reject(new Error("planted")); }, 15000)'],
  ];
  for (const [at, [what, expected, fault]] of endings.entries()) {
    it(`${what} that nobody expected ends the process with ${String(expected)}, so that its service restarts it`, async (t) => {
      const collector = start(
        silent, what.replaceAll(' ', ''), { broker: { hostnames: ['dead.example'], port }, psutil_config: [...healthy, ...dead(silent.volumes.slice(8 * at, 8 * at + 8))] },
        '--import', `data:text/javascript,${encodeURIComponent(fault)}`,
      );
      t.after(() => collector.child.kill('SIGKILL'));
      await untilSampling(collector, 'hanging calls', ({ entries }) => entries.some(({ taken }) => taken >= 2));
      assert.equal(await collector.code, expected);
      const { state, last_error: error } = collector.status();
      assert.deepEqual([state, error?.code, error?.message], ['failed', 'PSA_UNEXPECTED', 'planted']);
    });
  }
});
