import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Logger } from 'pino';
import { Agent } from './agent.js';
import type { Result } from './catalog/value.js';
import { completeSettings } from './config/reader.js';
import { validate } from './config/validation.js';
import { UnavailableError } from './model/errors.js';
import { noBroker } from './output/lines.js';
import type { OutputReport } from './output/output.js';
import { readStatus } from './status/file.js';
import type { ErrorInfo, StatusReport } from './status/report.js';
import { settle, TestClock } from './test/support/clock.js';
import { until } from './test/support/wait.js';

describe('Agent among its parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-agent-'));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  interface Watched {
    readonly agent: Agent;
    readonly clock: TestClock;
    /** What the parts were asked for, in order. */
    readonly told: unknown[];
    readonly taken: { body: { name: string; metric: number; unit: string; host: string }; routingKey: string }[];
    readonly data: string;
    readonly status: () => StatusReport;
    /** What the output was told to call. */
    readonly calls: { changed?: () => void; ended?: () => void };
    readonly output: { report: OutputReport; put: () => Promise<void> };
  }

  /** An agent of these settings in a folder of its own, whose clock stands still, whose provider answers with what `read` gives. */
  function watched(settings: object, read: (method: string) => Promise<Result> = () => Promise.resolve(5), asked: () => void = () => undefined): Watched {
    const data = mkdtempSync(join(folder, 'a-'));
    const clock = new TestClock();
    const told: unknown[] = [];
    const taken: Watched['taken'] = [];
    const calls: Watched['calls'] = {};
    const output = { report: noBroker, put: () => Promise.resolve() };
    const say = (level: string) => (facts: object, message: string) => { told.push([level, message, facts]); };
    const logger = Object.fromEntries(['info', 'warn', 'error', 'fatal'].map((level) => [level, say(level)])) as unknown as Logger;
    const { document, faults } = validate({ psutil_config: [{ method: 'boot_time', interval: 1 }], status: { path: data }, ...settings });
    assert.deepEqual(faults, []);
    const agent = new Agent({
      settings: completeSettings(document, data, {}), clock, onStopRequest: () => { told.push('asked to stop'); asked(); },
      provider: { platform: 'linux', read: (method) => read(method), processes: () => Promise.reject(new UnavailableError('none here')), close: () => { told.push('provider closed'); } },
      output: {
        start: (changed, ended) => { Object.assign(calls, { changed, ended }); told.push('output started'); },
        put: (batch) => { taken.push(...batch.map(({ body, routingKey }) => ({ body: JSON.parse(body) as Watched['taken'][number]['body'], routingKey }))); return output.put(); },
        stop: (ms) => { told.push(['output stopped', ms, readStatus(data).state]); return Promise.resolve(3); },
        report: () => output.report,
      },
      log: { logger, close: () => { told.push('log closed'); return Promise.resolve(); } },
    });
    return { agent, clock, told, taken, data, calls, output, status: () => readStatus(data) };
  }
  const kinds = (told: readonly unknown[]): unknown[] => told.map((one) => (Array.isArray(one) ? one.slice(0, 2).join(' ') : one));

  it('starts, samples, tells and stops in order', async () => {
    const { agent, clock, told, taken, status } = watched({ node: { node_id: 'n', deployment_id: 'd' } });
    agent.start();
    assert.equal(status().state, 'sampling');
    await clock.pass(2500);
    assert.deepEqual(taken.map(({ body, routingKey }) => [body.name, body.metric, body.unit, body.host, routingKey]), Array(3).fill(['boot_time', 5, '', 'n', 'd']));
    const stopping = agent.stop();
    await settle();
    assert.equal(await agent.stop(), 0, 'a second stop does nothing');
    assert.equal(await stopping, 3);
    assert.deepEqual(kinds(told), ['output started', 'info sampling', 'output stopped 5000', 'provider closed', 'info stopped', 'log closed']);
    assert.deepEqual(told[2], ['output stopped', 5000, 'stopping'], 'who looks meanwhile is told so');
    assert.deepEqual(told[4], ['info', 'stopped', { left: 3, ran: 3 }]);
    const started = (told[1] as [string, string, Record<string, unknown>])[2];
    assert.deepEqual(started, { version: started['version'], pid: process.pid, entries: 1, since: started['since'] });
    const before = taken.length;
    await clock.pass(10_000);
    assert.deepEqual([taken.length, agent.report().state, status().state], [before, 'stopped', 'stopped']);
  });

  it('hands each part what the settings say: jitter, alignment, units, the routing key, the interval of the status', async () => {
    const at = async (settings: object): Promise<number> => {
      const { agent, clock, taken } = watched({ psutil_config: [{ method: 'boot_time', interval: 100 }], ...settings });
      agent.start();
      let ms = 0;
      for (; taken.length === 0 && ms < 100_000; ms += 50) await clock.pass(50);
      await agent.stop();
      return ms;
    };
    assert.equal(await at({}), 50);
    const [one, other] = [await at({ schedule: { jitter: 60 }, node: { node_id: 'host-1' } }), await at({ schedule: { jitter: 60 }, node: { node_id: 'host-2' } })];
    assert.ok(one !== other && one <= 60_000 && other <= 60_000 && Math.max(one, other) > 1000, `${String(one)} ${String(other)}`);
    assert.equal(await at({ schedule: { jitter: 60 }, node: { node_id: 'host-1' } }), one, 'a host keeps its place');
    assert.ok(Math.abs((await at({ schedule: { jitter: 6 }, node: { node_id: 'host-1' } })) * 10 - one) <= 500, 'a share of the jitter');
    const aligned = watched({ psutil_config: [{ method: 'boot_time', interval: 60 }], schedule: { align: true } });
    aligned.agent.start();
    await aligned.clock.pass(60_000 - (aligned.clock.wall() % 60_000) - 1);
    assert.equal(aligned.taken.length, 0);
    await aligned.clock.pass(1);
    assert.equal(aligned.taken.length, 1);
    const units = watched({ publish: { units: true }, broker: { routing_key: 'k' }, status: { path: folder, interval: 7 } });
    units.agent.start();
    await units.clock.pass(0);
    assert.deepEqual(units.taken.map(({ body, routingKey }) => [body.unit, routingKey]), [['s', 'k']]);
    const updated = (): string => readStatus(folder).updated;
    const first = updated();
    await units.clock.pass(6999);
    assert.equal(updated(), first);
    await units.clock.pass(1);
    assert.notEqual(updated(), first);
    const second = updated();
    units.calls.changed?.();
    await units.clock.pass(1);
    units.calls.changed?.();
    assert.notEqual(updated(), second, 'what is news is told at once');
  });

  it('asks to stop when the stop file is there or the output ends, and leaves an older request alone', async () => {
    const { agent, clock, told, data, calls } = watched({});
    writeFileSync(join(data, 'stop'), '');
    agent.start();
    assert.equal(existsSync(join(data, 'stop')), false);
    await clock.pass(2000);
    assert.equal(told.includes('asked to stop'), false);
    writeFileSync(join(data, 'stop'), '');
    await clock.pass(500);
    assert.equal(told.filter((one) => one === 'asked to stop').length, 1);
    calls.ended?.();
    assert.equal(told.filter((one) => one === 'asked to stop').length, 2);
    await agent.stop();
    assert.equal(existsSync(join(data, 'stop')), false);
  });

  it('takes no more ticks while what it took is not kept', async () => {
    const disks = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`d${String(n)}`, { read_bytes: n }]));
    const { agent, clock, output, taken } = watched({ psutil_config: [{ method: 'disk_io_counters', args: { perdisk: true }, result_argument: '*.read_bytes', interval: 1 }] }, () => Promise.resolve(disks));
    let keep: () => void = () => undefined;
    output.put = () => new Promise((resolve) => { keep = resolve; });
    agent.start();
    await clock.pass(3500);
    assert.deepEqual([taken.length, agent.report().skipped], [20_000, 3]);
    keep();
    await clock.pass(1000);
    assert.deepEqual([taken.length, agent.report().skipped], [40_000, 3]);
    keep();
    await agent.stop();
  });

  it('looks for no more requests once it has stopped', async () => {
    const { agent, clock, data } = watched({}, undefined, () => { void agent.stop(); });
    assert.equal(agent.report().state, 'starting');
    agent.start();
    writeFileSync(join(data, 'stop'), '');
    await clock.pass(500);
    await until('the end', () => agent.report().state === 'stopped');
    await clock.pass(600_000);
    assert.equal(clock.waiting, 0);
  });

  it('goes on where a stop file cannot be taken away, and says so', async () => {
    const { agent, data } = watched({});
    mkdirSync(join(data, 'stop'));
    agent.start();
    assert.match(agent.report().last_error?.message ?? '', /^a request cannot be taken away \(/);
    assert.match(agent.report().last_error?.code ?? '', /^E/);
    rmSync(join(data, 'stop'), { recursive: true });
    await agent.stop();
  });

  it('counts what entries miss and skip, tells each once, and touches no other entry', async () => {
    let broken = true;
    let hang: (() => void) | undefined;
    const { agent, clock, told, taken, status } = watched({
      psutil_config: [{ method: 'boot_time', interval: 1 }, { method: 'cpu_count', interval: 1 }, { method: 'users', result_argument: 'count', interval: 1 }],
    }, (method) => method === 'boot_time' ? Promise.resolve(5) : method === 'cpu_count' ? (broken ? Promise.reject(new UnavailableError('nobody can tell')) : Promise.resolve(2))
      : new Promise((resolve) => { hang = () => { resolve([]); }; }));
    agent.start();
    await clock.pass(3500);
    assert.match(agent.overview().summary, /nobody can tell/);
    assert.equal(agent.overview().summary, agent.report().summary);
    broken = false;
    hang?.();
    await clock.pass(1000);
    const { entries, ...totals } = agent.report();
    assert.deepEqual([totals.taken, totals.skipped, totals.unavailable], [5 + 1 + 1, 3, 4]);
    assert.deepEqual(entries.map((entry) => [entry.taken, entry.skipped, entry.unavailable, entry.last_error?.message]), [[5, 0, 0, undefined], [1, 0, 4, 'nobody can tell'], [1, 3, 0, undefined]]);
    assert.equal(taken.length, 7);
    assert.deepEqual(told.filter((one) => Array.isArray(one) && one[0] === 'warn').map((one) => (one as unknown[]).slice(1)), [
      ['a value cannot be had', { entry: 1, name: 'cpu_count', method: 'cpu_count', reason: 'nobody can tell' }],
      ['ticks were skipped, for what was begun before had not ended; status.json counts them for each entry', { ticks: 1, entry: 2, name: 'users', method: 'users' }],
    ]);
    assert.deepEqual(told.filter((one) => Array.isArray(one) && one[1] === 'every value can be had again').length, 1);
    const stopping = agent.stop();
    await clock.pass(0);
    await stopping;
    assert.deepEqual(status().entries, JSON.parse(JSON.stringify(agent.report().entries)));
  });

  it('once: primes what measures, then takes one sample of every entry', async () => {
    let user = 0;
    const { agent, clock, taken, told, status, calls } = watched({ psutil_config: [{ method: 'cpu_percent', interval: 60 }, { method: 'cpu_count', interval: 60 }, { method: 'pids', result_argument: 'count', interval: 60 }] },
      (method) => method === 'cpu_times' ? Promise.resolve({ user: (user += 1), idle: 0 }) : method === 'cpu_count' ? Promise.resolve(2) : Promise.reject(new UnavailableError('no')));
    const done = agent.once();
    await clock.pass(99);
    assert.deepEqual([taken.length, status().state, kinds(told)], [0, 'sampling', ['output started']]);
    await clock.pass(1);
    await done;
    await settle();
    const updated = status().updated;
    await clock.pass(50);
    calls.changed?.();
    assert.notEqual(status().updated, updated, 'what is news is told at once');
    assert.deepEqual(Object.fromEntries(taken.map(({ body }) => [body.name, body.metric])), { cpu_percent: 100, cpu_count: 2 });
    await agent.stop();
  });

  it('sums up what was dropped, and tells the newer of two faults', async () => {
    const { agent, clock, output } = watched({});
    const error = (time: string, code: string): ErrorInfo => ({ time, code, message: code });
    output.report = { ...noBroker, dropped: 4, dropped_by: { ...noBroker.dropped_by, age: 4 }, last_error: error('2000-01-01T00:00:00.000Z', 'OLD') };
    const { dropped, dropped_by: by, last_error: last, since, updated } = agent.report();
    assert.deepEqual([dropped, by, last?.code], [4, { ...noBroker.dropped_by, age: 4, overload: 0 }, 'OLD']);
    assert.deepEqual([since, updated], [new Date(clock.wall()).toISOString(), new Date(clock.wall()).toISOString()]);
    await clock.pass(2000);
    agent.note('OWN', 'of this agent');
    assert.deepEqual(agent.report().last_error, { time: new Date(clock.wall()).toISOString(), code: 'OWN', message: 'of this agent' });
    assert.deepEqual([agent.report().since, agent.report().updated], [since, new Date(clock.wall()).toISOString()]);
    output.report = { ...output.report, last_error: error('2999-01-01T00:00:00.000Z', 'NEW') };
    assert.equal(agent.report().last_error?.code, 'NEW');
    output.report = { ...output.report, last_error: null };
    assert.equal(agent.report().last_error?.code, 'OWN');
  });

  it('that was given its configuration on standard input takes over no other', async () => {
    const { agent, told } = watched({});
    agent.start();
    agent.reload();
    const { refused, kept } = agent.report().reload ?? {};
    assert.deepEqual([refused, kept], ['the configuration came from standard input and cannot be read again; start the collector anew', 1]);
    assert.equal(kinds(told).at(-1), 'warn the configuration was not taken over: everything is as it was');
    await agent.stop();
  });

  it('an unexpected fault is left in log and status', async () => {
    const { agent, told, status } = watched({});
    const error = new Error('oh');
    await agent.fail(error);
    assert.deepEqual(told, [['fatal', 'unexpected fault', { err: error }], 'log closed']);
    assert.deepEqual([status().state, status().last_error?.code, status().last_error?.message], ['failed', 'PSA_UNEXPECTED', 'oh']);
  });

  it('does not wait for a disk that does not take the last samples', async () => {
    const { agent, clock, told, output } = watched({});
    output.put = () => new Promise(() => undefined);
    agent.start();
    await clock.pass(100);
    const stopping = agent.stop();
    await clock.pass(999);
    assert.equal(kinds(told).includes('output stopped 5000'), false);
    await clock.pass(1);
    assert.equal(await stopping, 3);
  });

  it('tells the log that its status cannot be written', async () => {
    const { agent, clock, told, data } = watched({});
    rmSync(data, { recursive: true });
    writeFileSync(data, '');
    agent.start();
    await clock.pass(5000);
    assert.deepEqual(told.filter((one) => Array.isArray(one) && one[0] === 'error').map((one) => (one as unknown[])[1]), ['status.json cannot be written']);
    rmSync(data);
    await agent.stop();
  });
});
