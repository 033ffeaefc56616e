import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { functions } from './catalog/functions.js';
import type { StatusReport } from './status/report.js';
import { startBroker, type TestBroker } from './test/support/broker.js';
import { consume } from './test/support/consumer.js';
import { psutil } from './test/support/psutil.js';
import type { Outcome } from './test/support/contract.js';
import { until } from './test/support/wait.js';
import { windowsModule } from './test/support/windowsModule.js';
import type { Prefix, WineEnded } from './test/support/wine.js';

// The collector under node.exe for Windows, in Wine, whose counters are this machine's. One Windows for all files of test/windows/: the tests below
// first, and last those that put something into its registry and its PowerShell.

let prefix: Prefix;
let broker: TestBroker;
let module: string;

before(async () => {
  await windowsModule.ready;
  ({ prefix, folder: module } = windowsModule);
  broker = await startBroker();
});
after(() => (broker as TestBroker | undefined)?.stop());

const agent = (...args: string[]): Promise<WineEnded> => windowsModule.agent(...args);

/** Writes a settings file on drive C:, with a data directory of its own. */
function configure(name: string, settings: object): { config: string; data: string } {
  const data = `C:\\data\\${name}`;
  const file = join(prefix.drive, `${name}.json`);
  writeFileSync(file, JSON.stringify({ node: { deployment_id: 'dep', node_name: 'web', node_id: name }, status: { path: data, interval: 0.5 }, ...settings }));
  return { config: prefix.path(file), data: join(prefix.drive, 'data', name) };
}

const statusOf = (data: string): StatusReport => JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport;
const given: Record<string, object> = { disk_usage: { path: 'C:\\' }, pid_exists: { pid: 4 }, cpu_percent: { interval: 0.5 }, cpu_times_percent: { interval: 0.5 }, net_io_counters: { pernic: true }, win_service_get: { name: 'Eventlog' }, clock_offset: { server: '127.0.0.1', timeout: 1 } };

/** What Linux psutil says at one moment. */
interface Machine {
  readonly memory: { readonly total: number };
  readonly disk: { readonly total: number };
  readonly nics: Readonly<Record<string, { readonly bytes_recv: number }>>;
  readonly cpu: { readonly user: number; readonly nice: number };
  readonly count: number;
}

async function machine(): Promise<Machine> {
  const disk = `psutil.disk_usage(${JSON.stringify(prefix.drive)})`;
  const asked = { memory: 'psutil.virtual_memory()', disk, nics: 'psutil.net_io_counters(pernic=True)', cpu: 'psutil.cpu_times()', count: 'psutil.cpu_count()' };
  const answers = await Promise.all(Object.entries(asked).map(async ([key, expression]) => [key, await psutil(expression)] as const));
  return Object.fromEntries(answers) as unknown as Machine;
}

/** What Wine cannot tell; anything else must answer. */
const untold = new Set(['cpu_stats', 'swap_memory', 'disk_io_counters', 'getloadavg', 'users', 'sensors_battery', 'sensors_temperatures', 'sensors_fans', 'gpu_percent', 'gpu_memory', 'kernel_memory', 'event_count', 'clock_offset', 'certificate_expiry']);

describe('node.exe for Windows, under Wine', () => {
  it('every function answers or says why not, and totals agree with this machine\'s psutil', async () => {
    const entries = functions.filter(({ group }) => group !== 'external').map(({ name, fields, bulk }) => ({
      method: name, ...(name in given ? { args: given[name] } : {}), interval: 5,
      ...(bulk === true || fields.every(({ type }) => type === 'string') ? { result_argument: 'count' } : {}),
    }));
    const { config, data } = configure('all', { psutil_config: entries });
    const earlier = await machine();
    const { code, out, err } = await agent('run', '--config', config, '--once');
    const later = await machine();
    assert.equal(code, 0, err);
    const report = statusOf(data);
    for (const { method, taken, last_error: error } of report.entries) {
      console.log(`${method}: ${error === null ? `${String(taken)} values` : `unavailable: ${error.message}`}`);
      if (!untold.has(method)) assert.ok(taken > 0, `${method}: ${error?.message ?? 'nothing'}`);
      else if (method !== 'users') assert.ok(taken > 0 || error !== null, method);
    }
    const values = new Map<string, number>();
    for (const line of out.trim().split('\n')) {
      const { name, path, metric } = JSON.parse(line) as { name: string; path: string; metric: number };
      values.set(`${name} ${path}`, metric);
    }
    const value = (key: string): number => values.get(key) ?? assert.fail(`no ${key}; there are ${[...values.keys()].join(', ')}`);
    const page = 4096;
    assert.ok(Math.abs(value('virtual_memory total') - earlier.memory.total) <= page);
    assert.equal(value('disk_usage total'), earlier.disk.total);
    assert.equal(value('cpu_count '), earlier.count);
    const within = (ours: number, before: number, then: number, slack: number, what: string): void => {
      assert.ok(ours >= before - slack && ours <= then + slack, `${what}: ${String(before)} <= ${String(ours)} <= ${String(then)}`);
    };
    within(value('cpu_times user'), earlier.cpu.user, later.cpu.user + later.cpu.nice, 2, 'CPU user seconds');
    for (const name of ['lo', 'eth0'].filter((nic) => nic in earlier.nics)) {
      within(value(`net_io_counters ${name}_bytes_recv`), earlier.nics[name]!.bytes_recv, later.nics[name]!.bytes_recv, 0, `${name} bytes received`);
    }
    assert.equal(value('pid_exists '), 0);
  });

  it('every function, in every form of its arguments, keeps what the catalog says of types, units, ranges and counters', async (context) => {
    const { code, out, err } = await windowsModule.program('contractProgram', [], 240);
    assert.equal(code, 0, err);
    const outcomes = JSON.parse(out) as Outcome[];
    assert.deepEqual(outcomes.flatMap(({ faults }) => faults), []);
    context.diagnostic(`${String(outcomes.length)} forms, ${String(outcomes.reduce((sum, { numbers }) => sum + numbers, 0))} numbers`);
    for (const { name, group, platforms } of functions.filter((one) => one.group !== 'external')) {
      const forms = outcomes.filter(({ call }) => call.startsWith(`${name}(`));
      assert.ok(forms.length > 0, name);
      const silent = !platforms.includes('win32') || untold.has(name) || name === 'disk_partitions';
      if (!silent) assert.ok(forms.some(({ numbers }) => numbers > 0), `${group}: ${JSON.stringify(forms)}`);
      else assert.ok(forms.every(({ numbers, absent }) => numbers > 0 || absent.length > 0) || name === 'users' || name === 'disk_partitions', JSON.stringify(forms));
    }
  });

  it('the seed\'s example reaches the real RabbitMQ', async () => {
    const consumer = await consume(broker.port);
    const entry = (result_argument: string, alias: string): object => ({ method: 'cpu_times_percent', args: { interval: 1, percpu: false }, result_argument, interval: 5, alias });
    const { config, data } = configure('seed', {
      broker: { hostnames: ['127.0.0.1'], port: broker.port },
      psutil_config: [{ method: 'virtual_memory', result_argument: 'free', interval: 5, alias: 'memory_MemFree' }, entry('user', 'cpu_total_user'), entry('system', 'cpu_total_system')],
    });
    const { code, err } = await agent('run', '--config', config, '--duration', '9');
    assert.equal(code, 0, err);
    await until('six samples', () => consumer.received.length >= 6);
    await consumer.close();
    assert.deepEqual(consumer.received.map(({ body }) => body['name']).sort(), ['cpu_total_system', 'cpu_total_system', 'cpu_total_user', 'cpu_total_user', 'memory_MemFree', 'memory_MemFree']);
    const { published, spooled, state } = statusOf(data);
    assert.deepEqual([published, spooled, state], [6, 0, 'stopped']);
  });

  it('a status that a reader holds open, which Windows lets nobody replace, is written once it is let go', async () => {
    const { config, data } = configure('held', { status: { path: 'C:\\data\\held', interval: 3600 }, psutil_config: [{ method: 'boot_time', interval: 1 }] });
    // Holds the file from the first status until 200 ms after the collector, at its end, has begun to write another: longer than
    // one write waits by itself, and well within the second for which it is tried. What it still says is read while it is held.
    const holder = join(prefix.drive, 'holder.cjs');
    writeFileSync(holder, `
      const { closeSync, existsSync, openSync, readdirSync, readFileSync } = require('node:fs');
      const folder = 'C:\\\\data\\\\held', file = folder + '\\\\status.json';
      const every = (condition, next) => { const timer = setInterval(() => { if (condition()) { clearInterval(timer); next(); } }, 5); };
      every(() => existsSync(file) && readFileSync(file, 'utf8').includes('"sampling"'), () => {
        const held = openSync(file, 'r');
        every(() => readdirSync(folder).some((name) => name.startsWith('status.json.')), () => {
          setTimeout(() => { const { state } = JSON.parse(readFileSync(file, 'utf8')); closeSync(held); console.log('let go of', state); }, 200);
        });
      });
    `);
    const [{ code, err }, held] = await Promise.all([
      agent('run', '--config', config, '--output', 'file:C:\\data\\held.jsonl', '--duration', '10'),
      prefix.wine([join(module, 'bin/node.exe'), prefix.path(holder)], { timeout: 60 }),
    ]);
    assert.equal(code, 0, err);
    assert.match(held.out, /let go of sampling/);
    assert.equal(statusOf(data).state, 'stopped');
  });

  it('bad input ends as on Linux: exit code and one sentence', async () => {
    const { config } = configure('bad', { psutil_config: [{ method: 'Popen', interval: 0 }] });
    const { code, err } = await agent('validate', '--config', config);
    assert.equal(code, 3);
    assert.match(err, /\/psutil_config\/0\/method: .*\r?\n.*\/psutil_config\/0\/interval|\/interval: .*\r?\n.*\/method/);
    assert.doesNotMatch(err, /\n\s+at /);
  });
});

await import('./test/windows/counters.js');
await import('./test/windows/isolation.js');
await import('./test/windows/process.js');
await import('./test/windows/numbers.js');
