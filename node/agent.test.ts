import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { Agent } from './agent.js';
import type { Result } from './catalog/value.js';
import { completeSettings } from './config/reader.js';
import { validate } from './config/validation.js';
import { readHistory } from './history/reader.js';
import { readStatus } from './status/file.js';
import { TestClock } from './test/support/clock.js';
import { systemClock } from './model/clock.js';
import { ConfigError, UnavailableError } from './model/errors.js';
import type { Settings } from './model/settings.js';
import type { Envelope, Message } from './model/message.js';
import { silentOutput } from './output/lines.js';
import type { Provider } from './providers/provider.js';
import { until } from './test/support/wait.js';

describe('Agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-agent-'));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  for (const [how, late] of [['answers', () => Promise.resolve(8)], ['fails with', () => Promise.reject(new UnavailableError('too late'))]] as const) it(`neither counts nor hands on what a call ${how} after the flush of a stop`, async () => {
    let answer: (result: Result | Promise<Result>) => void = () => undefined;
    let asked = 0;
    const provider: Provider = {
      platform: 'linux',
      read: (method) => {
        if (method === 'boot_time') return Promise.resolve(5);
        asked += 1;
        return new Promise((resolve) => { answer = resolve; });
      },
      processes: () => Promise.reject(new UnavailableError('none here')),
      close: () => undefined,
    };
    const { document } = validate({
      psutil_config: [{ method: 'cpu_count', interval: 0.1 }, { method: 'boot_time', interval: 0.1 }], status: { path: folder },
    });
    const taken: Envelope[] = [];
    const output = { ...silentOutput(), put: (batch: readonly Envelope[]) => { taken.push(...batch); return Promise.resolve(); } };
    const agent = new Agent({
      settings: completeSettings(document, folder, {}), provider, clock: systemClock, output, onStopRequest: () => undefined,
      log: { logger: pino({ level: 'silent' }), close: () => Promise.resolve() },
    });
    agent.start();
    await until('a healthy sample beside the call that hangs', () => taken.length > 0 && asked === 1);
    await agent.stop();
    const [before, counted] = [taken.length, agent.report().taken];
    assert.equal(before, counted);
    answer(late());
    await new Promise((resolve) => { setImmediate(() => { setImmediate(resolve); }); });
    assert.deepEqual([taken.length, agent.report().taken, agent.report().unavailable], [before, counted, 0]);
    assert.equal(asked, 1);
  });

  /** A collector on a clock of its own, of functions that count up, and what it handed on. */
  function collector(first: readonly object[], more: object = {}) {
    const clock = new TestClock();
    const data = join(folder, String(Math.random()));
    let count = 0;
    const provider: Provider = {
      platform: 'linux',
      read: (method) => Promise.resolve(method === 'net_io_counters' ? { eth0: { bytes_sent: (count += 1) * 100 } } : (count += 1)),
      processes: () => Promise.reject(new UnavailableError('none here')),
      close: () => undefined,
    };
    const settingsOf = (document: object): Settings => {
      const { document: valid, faults } = validate({ status: { path: data }, ...more, ...document });
      if (faults.length > 0) throw new ConfigError('PSA_CONFIG_INVALID', 'the configuration has a fault', faults);
      return completeSettings(valid, folder, {});
    };
    const next: { document: object; fail?: Error } = { document: { psutil_config: first } };
    const taken: Message[] = [];
    const output = { ...silentOutput(), put: (batch: readonly Envelope[]) => { taken.push(...batch.map(({ body }) => JSON.parse(body) as Message)); return Promise.resolve(); } };
    const lines: string[] = [];
    const logger = pino({ base: null, timestamp: false }, { write: (line: string) => { lines.push((JSON.parse(line) as { msg: string }).msg); } });
    const agent = new Agent({
      settings: settingsOf(next.document), provider, clock, output, onStopRequest: () => undefined,
      reread: () => {
        if (next.fail !== undefined) throw next.fail;
        return settingsOf(next.document);
      },
      log: { logger, close: () => Promise.resolve() },
    });
    agent.start();
    return { agent, clock, data, lines, taken, next, of: (name: string) => taken.filter((message) => message.name === name) };
  }

  const boots = { method: 'boot_time', interval: 3 };
  const rate = { method: 'net_io_counters', result_argument: 'bytes_sent', interval: 2, rate: true, alias: 'rate' };

  it('takes changed entries over while it runs: those that are as they were keep ticks, counters and what they measure from', async () => {
    const { agent, clock, data, next, of } = collector([boots, rate, { method: 'pids', result_argument: 'count', interval: 1, alias: 'goes' }]);
    await clock.pass(5100);
    const [taken, before] = [agent.report().taken, of('goes').length];
    next.document = { psutil_config: [{ method: 'cpu_count', interval: 1, alias: 'comes' }, rate, boots] };
    writeFileSync(join(data, 'reload'), 'a word');
    await clock.pass(600);
    assert.equal(existsSync(join(data, 'reload')), false);
    const { reload, entries, taken: now } = readStatus(data);
    assert.deepEqual({ ...reload, time: '' }, { time: '', request: 'a word', refused: null, kept: 2, added: 1, removed: 1 });
    assert.ok(now >= taken, 'what entries that ended have taken still counts');
    assert.deepEqual(entries.map(({ index, name }) => [index, name]), [[0, 'comes'], [1, 'rate'], [2, 'boot_time']]);
    await clock.pass(4400);
    assert.deepEqual(of('boot_time').length, 4, 'at 0, 3, 6 and 9 s');
    assert.equal(of('rate').length, 5, 'at 2, 4, 6, 8 and 10 s: the measurement did not begin anew');
    assert.equal(of('goes').length, before);
    assert.ok(of('comes').length >= 5);
    const { entries: after, ...whole } = agent.report();
    assert.deepEqual(agent.overview(), whole);
    assert.deepEqual(after.slice(1).map((entry) => entry.taken), [5, 4]);
    await agent.stop();
    const history = readHistory(data, 0, clock.wall());
    assert.deepEqual(history.series.map(({ name, path, unit, every }) => [name, path, unit, every]), [['goes', '', '', 1], ['boot_time', '', 's', 3], ['rate', '', 'B/s', 2], ['comes', '', 'count', 1]]);
    assert.deepEqual(history.events.map(({ event }) => event), ['start', 'reload', 'stop']);
    assert.equal(history.minutes.reduce((sum, minute) => sum + minute.taken, 0), agent.report().taken);
  });

  it('changes nothing where the configuration has a fault, or more than psutil_config has changed, and says why', async () => {
    const { agent, clock, lines, next, of } = collector([boots], { publish: { units: true } });
    for (const [document, reason] of [
      [{ psutil_config: [{ method: 'boot_tim', interval: 1 }] }, /^the configuration has a fault; .*boot_tim/],
      [{ psutil_config: Array.from({ length: 9 }, (_, at) => ({ method: `boot_${String(at)}`, interval: 1 })) }, /^[^;]*; [^;]*boot_0[^;]*; [^;]*boot_1[^;]*; [^;]*boot_2[^;]*$/],
      [{ psutil_config: [rate], publish: { units: false }, node: { node_id: 'x' } }, /node, publish differs/],
      [undefined, /^the file is gone$/],
    ] as const) {
      if (document === undefined) next.fail = new Error('the file is gone');
      else next.document = document;
      agent.reload();
      const { reload, entries } = agent.report();
      assert.match(reload?.refused ?? '', reason);
      assert.deepEqual([reload?.request, reload?.kept, reload?.added, reload?.removed, entries.length], ['', 1, 0, 0, 1]);
      assert.equal(lines.at(-1), 'the configuration was not taken over: everything is as it was');
    }
    await clock.pass(3100);
    assert.equal(of('boot_time').length, 2);
    await agent.stop();
  });

  it('takes nothing over once it stops, and says whose account it has', async () => {
    const { agent, next } = collector([boots]);
    next.document = { psutil_config: [rate] };
    assert.equal(agent.report().account, null);
    await agent.stop();
    agent.reload('late');
    assert.deepEqual([agent.report().reload, agent.report().entries.map(({ name }) => name)], [null, ['boot_time']]);
  });

  it('samples what it counts itself', async () => {
    const { agent, clock, of } = collector([boots, { method: 'agent', result_argument: 'taken', interval: 1 }]);
    await clock.pass(6500);
    const counted = of('agent').map(({ metric }) => metric);
    assert.ok(counted.length >= 6, String(counted));
    assert.deepEqual(counted, counted.toSorted((one, other) => one - other));
    assert.ok((counted.at(-1) ?? 0) >= counted.length, String(counted));
    await agent.stop();
  });

  it('goes on where its folder cannot be written, and says so in the log', async () => {
    writeFileSync(join(folder, 'a file'), '');
    const { agent, clock, lines, of } = collector([boots], { status: { path: join(folder, 'a file', 'below') } });
    await clock.pass(200_000);
    for (const said of ['status.json cannot be written', 'the history cannot be written; a report will lack what is not kept meanwhile']) assert.ok(lines.includes(said), lines.join('\n'));
    assert.ok(of('boot_time').length > 60);
    assert.match(agent.report().last_error?.message ?? '', /^a request cannot be taken away \(/);
    assert.equal(await agent.stop(), 0);
    assert.equal(lines.at(-1), 'stopped');
  });
});
