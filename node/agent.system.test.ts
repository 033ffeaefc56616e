import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { StatusReport } from './status/report.js';
import { sampleSchema } from './status/schema.js';
import { freePort, startBroker, type TestBroker } from './test/support/broker.js';
import { command, psutilAgent, psutilAgentHere } from './test/support/command.js';
import { consume } from './test/support/consumer.js';
import { psutil } from './test/support/psutil.js';
import { until } from './test/support/wait.js';

// The whole collector, on this machine's clock, against a real RabbitMQ.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-run-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
let folders = 0;

/** A settings file in a data directory of its own. */
function configure(settings: object): { config: string; data: string } {
  const data = join(home, String(++folders));
  const config = `${data}.json`;
  writeFileSync(config, JSON.stringify({ node: { deployment_id: 'dep', node_name: 'web', node_id: 'web_1' }, status: { path: data, interval: 0.2 }, ...settings }));
  return { config, data };
}

const status = (data: string): StatusReport => JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport;

/** Starts a collector that goes on until it is told to stop. */
function start(config: string): { send(signal: NodeJS.Signals): void; stop(signal: NodeJS.Signals): Promise<number | null>; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [command, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const stop = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { ended, stop, send: (signal) => { child.kill(signal); } };
}

/** Waits until the collector's status, once there is one, is as wanted. */
function untilStatus(what: string, data: string, wanted: (report: StatusReport) => boolean): Promise<number> {
  return until(what, () => existsSync(join(data, 'status.json')) && wanted(status(data)));
}

const seed = [
  { method: 'virtual_memory', result_argument: 'free', interval: 1, alias: 'memory_MemFree' },
  { method: 'cpu_times_percent', args: { interval: 0.5, percpu: false }, result_argument: 'user', interval: 1, alias: 'cpu_total_user' },
  { method: 'cpu_times_percent', args: { interval: 0.5, percpu: false }, result_argument: 'system', interval: 1, alias: 'cpu_total_system' },
];

describe('the schedule', () => {
  it('an entry every 0.2 s beside five that each measure for 1 s gives 50 samples in 10 s', async (t) => {
    const measuring = Array.from({ length: 5 }, (_, n) => ({ method: 'cpu_percent', args: { interval: 1, percpu: n % 2 === 1 }, interval: 1, alias: `m${String(n)}` }));
    const { config, data } = configure({ psutil_config: [{ method: 'virtual_memory', result_argument: 'free', interval: 0.2, alias: 'fast' }, ...measuring] });
    const { code, out } = await psutilAgent(['run', '--config', config, '--output', 'stdout', '--duration', '10']);
    assert.equal(code, 0);
    const names = out.trim().split('\n').map((line) => (JSON.parse(line) as { name: string }).name);
    const fast = names.filter((name) => name === 'fast').length;
    const skipped = status(data).entries[0]?.skipped ?? NaN;
    t.diagnostic(`${String(fast)} samples, ${String(skipped)} ticks skipped`);
    // One neighbour that blocked would leave 10. A tick that a busy machine is too late for is counted; the 10 s begin before
    // the first tick, so the last may fall outside.
    assert.ok(fast >= 40 && fast <= 51, `${String(fast)} samples`);
    assert.ok(fast + skipped >= 48, `${String(fast)} samples, ${String(skipped)} skipped`);
    for (let n = 0; n < 5; n++) assert.ok(names.filter((name) => name === `m${String(n)}`).length >= 6);
  });
});

describe('to RabbitMQ', () => {
  let broker: TestBroker;
  before(async () => { broker = await startBroker(); });
  after(() => broker.stop());

  it('samples that nobody took are told in the last status, and sent by the next collector', async () => {
    const { config, data } = configure({
      broker: { hostnames: ['127.0.0.1'], port: broker.port, exchange: { name: 'nobody-yet' } }, spool: { path: join(home, 'held') },
      psutil_config: [{ method: 'virtual_memory', result_argument: 'total', interval: 0.5 }],
    });
    const first = start(config);
    await untilStatus('samples that came back', data, ({ unroutable, taken }) => unroutable > 0 && taken >= 3);
    assert.match((await psutilAgentHere(['check-broker', '--config', config])).err, /no queue is bound for these samples, as the running collector/);
    assert.equal(await first.stop('SIGTERM'), 0);
    const { state, taken, spooled, spooled_bytes: bytes, spool_oldest: oldest, dropped } = status(data);
    assert.deepEqual([state, spooled, dropped], ['stopped', taken, 0]);
    assert.ok(bytes > 0 && oldest !== null);
    const consumer = await consume(broker.port, 'nobody-yet');
    const next = start(config);
    await until('what was kept', () => consumer.received.length >= taken);
    assert.equal(await next.stop('SIGTERM'), 0);
    await consumer.close();
  });

  it('a consumer that declares the exchange as the predecessor did receives the seed\'s example', async () => {
    const consumer = await consume(broker.port);
    const { config, data } = configure({
      broker: { hostnames: ['127.0.0.1'], port: broker.port },
      psutil_config: [
        ...seed,
        { method: 'disk_usage', args: { path: '/' }, result_argument: 'total', interval: 1, alias: 'disk' },
        { method: 'cpu_stats', result_argument: 'syscalls', interval: 1, alias: 'zero' },
      ],
    });
    const collector = start(config);
    const of = (name: string): unknown[] => consumer.received.filter(({ body }) => body['name'] === name).map(({ body }) => body['metric']);
    await until('three samples of each', () => [...seed.map(({ alias }) => alias), 'disk', 'zero'].every((name) => of(name).length >= 3));
    await untilStatus('their confirms', data, ({ published }) => published >= 15);
    assert.equal(await collector.stop('SIGTERM'), 0);
    await consumer.close();

    const check = new Ajv2020().compile(sampleSchema());
    for (const { body } of consumer.received) assert.ok(check(body), JSON.stringify(check.errors));
    const [first] = consumer.received;
    assert.deepEqual(Object.keys(first!.body), ['node_id', 'node_name', 'deployment_id', 'name', 'path', 'metric', 'unit', 'type', 'host', 'service', 'time']);
    assert.equal(first!.routingKey, 'dep');
    const { contentType, appId, timestamp, messageId, deliveryMode } = first!.properties as unknown as Record<string, unknown>;
    assert.deepEqual([contentType, appId, deliveryMode ?? 1], ['application/json', 'psutil-agent', 1]);
    assert.equal(timestamp, first!.body['time']);
    assert.equal(typeof messageId, 'string');
    assert.equal(new Set(consumer.received.map(({ properties }) => properties.messageId as string)).size, consumer.received.length);

    assert.ok(of('zero').every((value) => value === 0));
    const { total } = (await psutil('psutil.disk_usage("/")')) as { total: number };
    assert.deepEqual(new Set(of('disk')), new Set([total]));
    const memory = first!.body['service'];
    assert.equal(typeof memory, 'string');
    assert.match(String(memory), /^dep\.web\.web_1\./);
  });

  it('what the collector costs and how it fares are samples like any other', async () => {
    const exchange = 'own-cost';
    const { config, data } = configure({
      broker: { hostnames: ['127.0.0.1'], port: broker.port, exchange: { name: exchange } }, publish: { time: 'ms', id: true },
      psutil_config: [{ method: 'agent', interval: 0.5 }, { method: 'agent', interval: 0.5, result_argument: 'taken', rate: true, alias: 'samples' }],
    });
    const consumer = await consume(broker.port, exchange);
    const collector = start(config);
    const last = (path: string, name = 'agent'): number => Number(consumer.received.findLast(({ body }) => body['name'] === name && body['path'] === path)?.body['metric'] ?? NaN);
    await until('confirms that were measured', () => last('confirm_time_p99') > 0 && last('', 'samples') > 0 && last('published') > 0);
    const { pid } = status(data);
    const here = (await psutil(`{"rss": psutil.Process(${String(pid)}).memory_info().rss, "fds": psutil.Process(${String(pid)}).num_fds(), "threads": psutil.Process(${String(pid)}).num_threads()}`)) as Record<string, number>;
    const near = (path: string, expected: number | undefined, slack: number): void => { assert.ok(Math.abs(last(path) - (expected ?? NaN)) <= slack, `${path}: ${String(last(path))}, psutil ${String(expected)}`); };
    near('rss', here['rss'], 30e6);
    near('num_fds', here['fds'], 5);
    near('num_threads', here['threads'], 3);
    const checked = await psutilAgentHere(['check-broker', '--config', config]);
    assert.match(checked.err, /a queue is bound, as the running collector/);
    for (const { body, properties } of consumer.received) {
      assert.equal(body['message_id'], properties.messageId);
      assert.ok(Math.abs(Number(body['time']) - Date.now()) < 120_000);
    }
    assert.deepEqual(['connected', 'reconnects', 'dropped', 'unroutable'].map((path) => last(path)), [1, 0, 0, 0]);
    assert.ok(last('cpu_percent') >= 0 && last('confirm_time') <= last('confirm_time_p99') && last('spool_age') < 60);
    assert.equal(await collector.stop('SIGTERM'), 0);
    await consumer.close();
    assert.ok(last('taken') <= status(data).taken && last('published') <= status(data).published);
    assert.deepEqual(status(data).entries.map(({ last_error: error }) => error), [null, null]);
  });

  it('reloads while it samples 1,000 a second lose no sample, double none, and touch no entry that did not change', async (t) => {
    // The whole figure is 200: RELOADS=200.
    const reloads = Number(process.env['RELOADS'] ?? 12);
    const exchange = 'reloads';
    const consumer = await consume(broker.port, exchange);
    const steady = Array.from({ length: 50 }, (_, n) => (n % 2 === 0
      ? { method: 'cpu_count', interval: 0.1, alias: `steady${String(n)}` }
      : { method: 'net_io_counters', result_argument: 'packets_recv', rate: true, interval: 0.1, alias: `steady${String(n)}` }));
    const version = (n: number): object => ({
      broker: { hostnames: ['127.0.0.1'], port: broker.port, exchange: { name: exchange } },
      psutil_config: [
        ...Array.from({ length: 50 }, (_, k) => ({ method: 'boot_time', interval: 0.1, alias: `v${String(n)}_${String(k)}` })),
        // Another place in the list each time.
        ...steady.slice(n % 50), ...steady.slice(0, n % 50),
      ],
    });
    const { config, data } = configure(version(0));
    const write = (settings: object): void => {
      const whole = { ...(JSON.parse(readFileSync(config, 'utf8')) as object), ...settings };
      writeFileSync(`${config}.new`, JSON.stringify(whole));
      renameSync(`${config}.new`, config);
    };
    const collector = start(config);
    await untilStatus('samples', data, ({ published }) => published > 100);
    const began = Date.now();
    const answered = async (n: number, request?: string): Promise<NonNullable<StatusReport['reload']>> => {
      const before = status(data).reload?.time;
      if (request === undefined) collector.send('SIGHUP');
      else writeFileSync(join(data, 'reload'), request);
      await untilStatus(`the answer to reload ${String(n)}`, data, ({ reload }) => reload !== null && reload.time !== before);
      return status(data).reload ?? assert.fail();
    };
    for (let n = 1; n <= reloads; n += 1) {
      write(version(n));
      const byFile = n % 6 === 0 ? String(n) : undefined;
      const { refused, kept, added, removed, request } = await answered(n, byFile);
      assert.deepEqual([refused, kept, added, removed, request], [null, 50, 50, 50, byFile ?? '']);
      if (n % 5 === 0) {
        write({ psutil_config: [{ method: 'no_such', interval: 1 }] });
        assert.match((await answered(n)).refused ?? '', /no_such/);
      }
    }
    const took = (Date.now() - began) / 1000;
    assert.equal(await collector.stop('SIGTERM'), 0);
    const report = status(data);
    await until('all that was taken', () => consumer.received.length >= report.taken);
    await consumer.close();

    const numbers = consumer.received.map(({ properties }) => Number(String(properties.messageId).split('-')[1]));
    assert.equal(numbers.findIndex((number, at) => number !== at + 1), -1, 'every id once, in order');
    assert.deepEqual([report.taken, report.published, report.dropped, report.spooled], [numbers.length, numbers.length, 0, 0]);
    const counts = new Map<unknown, number>();
    for (const { body } of consumer.received) counts.set(body['name'], (counts.get(body['name']) ?? 0) + 1);
    const ticks = report.entries.filter(({ name }) => name.startsWith('steady')).map(({ name, taken, skipped, unavailable }) => {
      assert.equal(counts.get(name), taken, `${name}: its counter was kept over every reload`);
      assert.equal(unavailable, 0);
      // The first reading of a rate starts the measurement: once, not once a reload.
      return taken + skipped + (Number(name.slice('steady'.length)) % 2);
    });
    assert.equal(ticks.length, 50);
    assert.ok(Math.max(...ticks) - Math.min(...ticks) <= 2, `all had the same ticks: ${String(Math.min(...ticks))} to ${String(Math.max(...ticks))}`);
    t.diagnostic(`${String(reloads)} reloads in ${took.toFixed(1)} s, ${String(numbers.length)} samples, ${(numbers.length / took).toFixed(0)} a second, skipped ${String(report.skipped)} ticks`);
  });

  it('a stop file ends it in order, and is taken away', async () => {
    const { config, data } = configure({ broker: { hostnames: ['127.0.0.1'], port: broker.port }, psutil_config: seed });
    const collector = start(config);
    await untilStatus('the connection', data, ({ state, connected }) => state === 'sampling' && connected === true);
    writeFileSync(join(data, 'stop'), '');
    assert.equal(await collector.ended, 0);
    assert.equal(existsSync(join(data, 'stop')), false);
    assert.equal(status(data).state, 'stopped');
  });

  it('what a broker that is away did not get comes when it is back, under the same collector and a later one', async () => {
    const port = await freePort();
    const { config, data } = configure({ broker: { hostnames: ['127.0.0.1'], port, reconnect_maximum: 1 }, psutil_config: seed });
    const first = start(config);
    await untilStatus('samples that wait', data, ({ spooled, last_error: error }) => spooled >= 6 && error !== null);
    const { last_error: error, connected } = status(data);
    assert.equal(connected, false);
    assert.equal(error?.code, 'PSA_BROKER_UNREACHABLE');
    assert.equal(await first.stop('SIGINT'), 0);
    const kept = status(data).spooled;
    assert.ok(kept >= 6);

    const consumer = await consume(broker.port);
    writeFileSync(config, readFileSync(config, 'utf8').replace(String(port), String(broker.port)));
    const second = start(config);
    await until('those kept, and more', () => consumer.received.length >= kept + 3);
    assert.equal(await second.stop('SIGTERM'), 0);
    await consumer.close();
    const times = consumer.received.filter(({ body }) => body['name'] === 'memory_MemFree').map(({ body }) => Number(body['time']));
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
  });

  const wrong: [string, object, RegExp, string][] = [
    ['name', { hostnames: ['no-such-host.invalid'] }, /no-such-host\.invalid/, 'PSA_BROKER_UNREACHABLE'],
    ['password', { password: 'hunter2hunter2' }, /guest/, 'PSA_BROKER_REFUSED'],
  ];
  for (const [what, change, pattern, code] of wrong) {
    it(`check-broker and run --once with a wrong ${what}: exit 4, one clear message`, async () => {
      const { config } = configure({ broker: { hostnames: ['127.0.0.1'], port: broker.port, ...change }, psutil_config: [{ method: 'boot_time', interval: 5 }] });
      const checked = await psutilAgent(['check-broker', '--config', config]);
      assert.equal(checked.code, 4);
      assert.match(checked.err, pattern);
      const json = await psutilAgentHere(['check-broker', '--config', config, '--json']);
      const outcome = JSON.parse(json.out) as { ok: boolean; error: { code: string }; steps: object[] };
      assert.deepEqual([outcome.ok, outcome.error.code], [false, code]);
      const ran = await psutilAgent(['run', '--config', config, '--once']);
      assert.equal(ran.code, 4, ran.err);
      assert.match(ran.err, pattern);
      for (const { out, err } of [checked, json, ran]) assert.doesNotMatch(out + err, /hunter2|\n\s+at /);
    });
  }

  it('check-broker with everything right: exit 0, every step', async () => {
    const { config } = configure({ broker: { hostnames: ['127.0.0.1'], port: broker.port }, psutil_config: seed });
    const { code, out, err } = await psutilAgent(['check-broker', '--config', config, '--json']);
    assert.equal(code, 0, err);
    const { steps } = JSON.parse(out) as { steps: { step: string; ok: boolean }[] };
    assert.ok(steps.every(({ ok }) => ok));
    assert.ok(['resolve', 'connect', 'login', 'vhost', 'exchange', 'publish', 'binding'].every((step) => steps.some((one) => one.step === step)));
  });
});
