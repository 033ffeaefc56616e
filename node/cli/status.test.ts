import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { dataDirectory } from '../config/reader.js';
import { OperatorLog } from '../log/operatorLog.js';
import { systemClock } from '../model/clock.js';
import { ConfigError } from '../model/errors.js';
import { noBroker } from '../output/lines.js';
import { readStatus, writeStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import { TestClock } from '../test/support/clock.js';
import { told } from '../test/support/told.js';
import { recordFailedStart } from './failedStart.js';
import { runProgram } from './program.js';
import { alive } from './status.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-status-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
let folders = 0;
const folder = (): string => mkdtempSync(join(home, `${String(++folders)}-`));

const idle: StatusReport = {
  version: '1.2.3', state: 'sampling', pid: process.pid, account: null, since: 'S', updated: 'U', summary: 'all is well', reload: null, taken: 1, skipped: 2, unavailable: 3, ...noBroker, entries: [],
};
const busy: StatusReport = {
  ...idle, account: { name: 'NT SERVICE\\own', privileged: false }, connected: true, connected_since: 'C', broker: 'rabbit:5672', delivery: { state: 'held', since: 'D', reason: 'nobody is bound' }, published: 4, spooled: 5, spooled_bytes: 6,
  spool_oldest: 'O', spool_kept: 'memory', spool_fault: 'the disk is full', dropped: 7, dropped_by: { size: 1, age: 2, damage: 3, closed: 4, unroutable: 5, unsendable: 6, overload: 7 },
  unroutable: 8, returned: 9, nacked: 10, reconnects: 11, last_published: 'P', last_error: { time: 'E', code: 'X', message: 'it broke' },
  reload: { time: 'R', request: '', kept: 1, added: 2, removed: 3, refused: null },
  entries: ['one', 'two', 'three'].map((name, index) => ({
    index, name, unit: '', units: null, fault: null, method: 'm', interval: 1, taken: 0, skipped: 0, unavailable: 0, last: null, last_error: name === 'two' ? null : { time: 'T', message: `of ${name}` },
  })),
};

async function shown(report: StatusReport): Promise<string[]> {
  const data = folder();
  writeStatus(data, report);
  const json = await told(() => runProgram(['status', '--data', data, '--json']));
  assert.deepEqual([JSON.parse(json.out), json.result], [report, 0]);
  const { out, result } = await told(() => runProgram(['status', '--data', data]));
  assert.equal(result, 0);
  const [first, blank, ...lines] = out.trimEnd().split('\n');
  assert.match(first ?? '', report.pid === process.pid || report.state === 'stopped' || report.state === 'failed' ? /^all is well$/ : /^the collector is gone; it last said: all is well$/);
  assert.equal(blank, '');
  return lines;
}

describe('status', () => {
  it('tells a person everything that the file does', async () => {
    assert.deepEqual(await shown(busy), [
      `state       sampling (pid ${String(process.pid)}, since S, told U)`,
      'account     NT SERVICE\\own, not privileged: some readings are closed to it',
      'broker      connected to rabbit:5672 since C; reconnects 11',
      'samples     taken 1, published 4, last P',
      'spool       5 samples, 6 B, oldest O, in memory: the disk is full',
      'dropped     7 (size 1, age 2, damage 3, closed 4, unroutable 5, unsendable 6, overload 7)',
      'unroutable  8 waiting, 9 returned; 10 refused by the broker',
      'skipped     2 ticks; 3 values could not be had',
      'last error  E it broke',
      'reload      R 1 entries kept, 2 begun, 3 ended',
      '',
      'one    T of one',
      'three  T of three',
    ]);
  });

  it('tells times as the clock here shows them, and great numbers as people write them', async () => {
    const at = new Date(2026, 10, 28, 7, 5, 9, 250).toISOString();
    const lines = await shown({ ...busy, since: at, last_published: at, taken: 1234567, spooled_bytes: 3 * 1024 ** 2, dropped: 1000, dropped_by: { ...busy.dropped_by, size: 0, age: 1000, damage: 0, closed: 0, unroutable: 0, unsendable: 0, overload: 0 } });
    assert.match(lines[0] ?? '', /since 2026-11-28 07:05:09, told U/);
    assert.deepEqual([lines[3], lines[4]?.slice(0, 41), lines[5]], [
      'samples     taken 1,234,567, published 4, last 2026-11-28 07:05:09', 'spool       5 samples, 3.0 MiB, oldest O,', 'dropped     1,000 (age 1,000)',
    ]);
  });

  it('tells what there is none of', async () => {
    assert.deepEqual(await shown(idle), [
      `state       sampling (pid ${String(process.pid)}, since S, told U)`,
      'broker      none configured; reconnects 0',
      'samples     taken 1, published 0, last never',
      'spool       0 samples, 0 B, oldest none, without a spool',
      'dropped     0',
      'unroutable  0 waiting, 0 returned; 0 refused by the broker',
      'skipped     2 ticks; 3 values could not be had',
      'last error  none',
    ]);
    const lines = await shown({ ...idle, connected: false, spool_kept: 'disk', reload: { time: 'R', request: '', kept: 0, added: 0, removed: 0, refused: 'it has faults' } });
    assert.deepEqual([lines[1], lines[3], lines[8]], ['broker      not connected; reconnects 0', 'spool       0 samples, 0 B, oldest none, on disk', 'reload      R refused: it has faults']);
    assert.equal((await shown({ ...idle, connected: true, blocked: true }))[1], 'broker      connected to ? since ?, blocked by the broker; reconnects 0');
  });

  it('shows the faults of twenty entries at most', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...busy.entries[0]!, index, name: `e${String(index)}` }));
    assert.equal((await shown({ ...idle, entries: many })).length, 8 + 1 + 20);
  });

  it('tells a collector that is gone, unless it said that it went', async () => {
    const gone = 2 ** 22 + 1;
    const first = async (state: StatusReport['state'], pid: number): Promise<string | undefined> => (await shown({ ...idle, state, pid }))[0];
    for (const state of ['starting', 'sampling', 'stopping'] as const) assert.match(await first(state, gone) ?? '', new RegExp(`^state +${state}, but process ${String(gone)} is gone \\(`));
    for (const state of ['stopped', 'failed'] as const) assert.match(await first(state, gone) ?? '', new RegExp(`^state +${state} \\(pid`));
  });
});

describe('alive', () => {
  it('looks for a process with signal 0, which does nothing to it', () => {
    const asked: unknown[] = [];
    const answer = (code: string | undefined): boolean => {
      const kill = mock.method(process, 'kill', (...args: unknown[]) => {
        asked.push(args);
        if (code !== undefined) throw Object.assign(new Error(code), { code });
        return true;
      });
      try {
        return alive(77);
      } finally {
        kill.mock.restore();
      }
    };
    assert.deepEqual([answer(undefined), answer('EPERM'), answer('ESRCH')], [true, true, false]);
    assert.deepEqual(asked, Array(3).fill([77, 0]));
  });
});

describe('recordFailedStart', () => {
  const fault = (n: number) => ({ pointer: `/${String(n)}`, message: `fault ${String(n)}`, expected: 'x', found: 'y' });
  const error = new ConfigError('PSA_CONFIG_INVALID', 'it has faults', [1, 2, 3, 4, 5, 6].map(fault));
  const config = (content: object | string, data = folder()): string => {
    const path = join(data, 'settings.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const logged = (data: string): unknown[] => readFileSync(join(data, 'psutil.log'), 'utf8').trimEnd().split('\n').map((line) => {
    const { level, msg, code, pointer } = JSON.parse(line) as Record<string, unknown>;
    return [level, msg, code, pointer];
  });

  it('tells the operator too, with five of the faults', async () => {
    const data = folder();
    const told: string[] = [];
    const operator = (folder: string | undefined): OperatorLog => new OperatorLog(systemClock, folder, ({ id, text }) => { told.push(`${String(id)} ${text}`); return Promise.resolve(); });
    await recordFailedStart(config({ status: { path: data } }), error, {}, operator);
    assert.deepEqual(told, [`100 it has faults; fault 1; fault 2; fault 3; fault 4; fault 5\r\nThe collector of ${data}: its psutil.log and status.json tell more.`]);
  });

  it('waits for an event log that a busy machine answers late, and not for ever', async () => {
    for (const answers of [true, false]) {
      const clock = new TestClock();
      let write = (): void => undefined;
      let done = false;
      let asked = (): void => undefined;
      const begun = new Promise<void>((resolve) => { asked = resolve; });
      const operator = (): OperatorLog => new OperatorLog(clock, undefined, () => new Promise((resolve) => { write = resolve; asked(); }));
      const recorded = recordFailedStart(config({ status: { path: folder() } }), error, {}, operator).then(() => { done = true; });
      await begun;
      await clock.pass(9000);
      assert.equal(done, false);
      if (answers) write();
      else await clock.pass(1001);
      await recorded;
    }
  });

  it('leaves all faults in the log and five of them in the status', async () => {
    const [data, log] = [folder(), folder()];
    await recordFailedStart(config({ status: { path: data }, log: { path: log } }), error, {});
    assert.deepEqual(logged(log), [
      ['fatal', 'it has faults', 'PSA_CONFIG_INVALID', undefined], ...[1, 2, 3, 4, 5, 6].map((n) => ['error', `fault ${String(n)}`, 'PSA_CONFIG_INVALID', `/${String(n)}`]),
    ]);
    const { since, updated, last_error: last, version, ...report } = readStatus(data);
    assert.deepEqual({ ...report, since, updated, last_error: last, version }, { ...idle, state: 'failed', summary: 'failed: it has faults; fault 1; fault 2; fault 3; fault 4; fault 5', taken: 0, skipped: 0, unavailable: 0, since, updated, last_error: last, version });
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.deepEqual([since, last], [updated, { time: updated, code: 'PSA_CONFIG_INVALID', message: 'it has faults; fault 1; fault 2; fault 3; fault 4; fault 5' }]);
    assert.ok(Math.abs(Date.parse(updated) - Date.now()) < 60_000);
  });

  it('finds the places as a run would: the work directory first, then what the settings say, relative to them, then the data directory', async () => {
    const celery = folder();
    const path = config({ status: { path: 's' }, log: { path: 'l' } });
    await recordFailedStart(path, error, { CELERY_WORK_DIR: celery, AGENT_WORK_DIR: '/nowhere' });
    assert.deepEqual([logged(celery).length, existsSync(join(path, '..', 'l')), readStatus(join(path, '..', 's')).state], [7, false, 'failed']);
    const agent = folder();
    await recordFailedStart(path, error, { CELERY_WORK_DIR: '', AGENT_WORK_DIR: agent });
    assert.equal(logged(agent).length, 7);
    const beside = config({ status: { path: 's' }, log: { path: '' } });
    await recordFailedStart(beside, error, {});
    assert.equal(logged(join(beside, '..', 's')).length, 7, 'the log stands beside the status unless told otherwise');
    const state = folder();
    await recordFailedStart(config({ node: { node_id: 'web_1' } }), error, { XDG_STATE_HOME: state });
    assert.equal(readStatus(dataDirectory('web_1', { XDG_STATE_HOME: state })).state, 'failed');
    await recordFailedStart(config([]), error, { XDG_STATE_HOME: state });
    assert.equal(readStatus(dataDirectory(hostname(), { XDG_STATE_HOME: state })).state, 'failed');
  });

  it('tells nothing where nobody knows where: standard input, text that is no JSON, unless a collector has been there', async () => {
    const state = folder();
    await recordFailedStart('-', error, { XDG_STATE_HOME: state });
    assert.equal(existsSync(join(state, 'psutil-agent')), false);
    const path = config('{');
    const data = join(path, '..');
    await recordFailedStart(path, error, {});
    assert.deepEqual([existsSync(join(data, 'psutil.log')), existsSync(join(data, 'status.json'))], [false, false]);
    writeStatus(data, { ...idle, state: 'stopped' });
    await recordFailedStart(path, error, {});
    assert.deepEqual([logged(data).length, readStatus(data).state], [7, 'failed']);
  });

  it('leaves the status of a collector that runs alone, and never throws', async () => {
    for (const [state, pid, then] of [['sampling', process.pid, 'sampling'], ['starting', process.pid, 'starting'], ['sampling', 2 ** 22 + 1, 'failed'], ['stopped', process.pid, 'failed'], ['failed', process.pid, 'failed']] as const) {
      const data = folder();
      writeStatus(data, { ...idle, state, pid });
      await recordFailedStart(config({ status: { path: data } }), error, {});
      assert.equal(readStatus(data).state, then, `${state} ${String(pid)}`);
    }
    const under = config({});
    writeFileSync(under, JSON.stringify({ status: { path: join(under, 'x') } }));
    await recordFailedStart(under, error, {});
  });
});

describe('status --config', () => {
  it('finds the collector by its settings', async () => {
    const data = folder();
    const path = join(folder(), 'settings.json');
    writeFileSync(path, JSON.stringify({ status: { path: data }, psutil_config: [{ method: 'boot_time', interval: 5 }] }));
    writeStatus(data, idle);
    const [byConfig, byData] = await Promise.all([['--config', path], ['--data', data]].map((words) => told(() => runProgram(['status', ...words, '--json']))));
    assert.deepEqual([byConfig?.result, byConfig?.out], [0, byData?.out]);
    const none = await told(() => runProgram(['status', '--config', join(path, 'none')]));
    assert.match(String(none.error), /none/);
  });
});

describe('status --spool', () => {
  it('counts the samples of a spool that no collector uses', async () => {
    const path = folder();
    const text = await told(() => runProgram(['status', '--spool', path]));
    assert.deepEqual([text.out, text.result], [`${path}: 0 samples, 0 B\n`, 0]);
    assert.deepEqual(JSON.parse((await told(() => runProgram(['status', '--spool', path, '--json']))).out), { count: 0, bytes: 0 });
    const none = await told(() => runProgram(['status', '--spool', join(path, 'none')]));
    assert.match(String(none.error), /expected the folder of a spool, and it cannot be read \(ENOENT/);
    const both = await told(() => runProgram(['status', '--spool', path, '--data', path]));
    assert.match(String(both.error), /expected --data DIR, --config FILE or --spool DIR, found --data and --spool/);
  });
});
