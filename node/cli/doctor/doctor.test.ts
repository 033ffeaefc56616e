import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ExitCode, UnavailableError } from '../../model/errors.js';
import { version } from '../../model/version.js';
import { noBroker } from '../../output/lines.js';
import type { CounterList } from '../../providers/counterList.js';
import { writeStatus } from '../../status/file.js';
import type { StatusReport } from '../../status/report.js';
import { TestClock } from '../../test/support/clock.js';
import { told } from '../../test/support/told.js';
import { startTimeServer } from '../../test/support/timeServer.js';
import { runProgram } from '../program.js';
import { judgeOffset, judgeUnasked } from './clock.js';
import { checkCollector } from './collector.js';
import { checkCounters } from './counters.js';
import { findingsOf, type Check, type Note } from './finding.js';
import { judgeRoom } from './folders.js';
import { checkAccount, checkProgram } from './host.js';
import { lifeOf, type Subject, type Witness } from './subject.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-doctor-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const account = { name: 'root', privileged: true };
const subject: Subject = { file: undefined, account };
const report: StatusReport = {
  version, state: 'sampling', pid: process.pid, account: null, since: '2026-01-01T00:00:00.000Z', updated: new Date().toISOString(), summary: 'samples flow', reload: null,
  taken: 1, skipped: 0, unavailable: 0, ...noBroker, entries: [],
};
const witness = (other: Partial<StatusReport>, life: Witness['life'] = 'running'): Subject => ({
  ...subject, file: 's.json', settings: { log: { path: '/l' }, status: { path: '/s', interval: 5 } } as Subject['settings'] & object, collector: { report: { ...report, ...other }, life },
});

/** What a check notes, a line each. */
async function noted(run: (note: Note) => Promise<void> | void): Promise<string[]> {
  const lines: string[] = [];
  await run((result, message) => { lines.push(`${result}: ${message}`); });
  return lines;
}

describe('doctor', () => {
  const run = async (settings: object, ...options: string[]): Promise<{ result: unknown; out: string; path: string }> => {
    const path = join(mkdtempSync(join(home, 's-')), 'settings.json');
    writeFileSync(path, JSON.stringify({ status: { path: '.' }, ...settings }));
    const { result, out, error } = await told(() => runProgram(['doctor', path, ...options]));
    assert.equal(error, undefined);
    return { result, out, path };
  };

  it('tells each check on a line, and leaves nothing behind', async () => {
    const server = await startTimeServer();
    const clock = { method: 'clock_offset', args: { server: '127.0.0.1', port: server.port }, interval: 60 };
    const { result, out, path } = await run({ psutil_config: [{ method: 'boot_time', interval: 5 }, clock] });
    server.close();
    assert.equal(result, 0, out);
    const lines = out.trimEnd().split('\n');
    const host = process.platform === 'win32' ? ['counters'] : [];
    assert.deepEqual(lines.slice(0, -2).map((line) => line.slice(8, 19).trim()).filter((name) => name !== 'account'), ['program', 'settings', 'broker', 'folders', 'clock', ...host, 'metrics', 'collector']);
    assert.match(out, /^ok {6}folders {4}.* can be written by \S+$/m);
    assert.match(out, /^ok {6}clock {6}within 0\.\d+ s of 127\.0\.0\.1$/m);
    assert.match(out, /^ok {6}metrics {4}all 1 metrics can be had, tried once$/m);
    assert.match(out, /^warning collector {2}no collector has run with these settings yet: start one with .*settings\.json$/m);
    assert.match(lines.at(-1) ?? '', /^no faults, \d warnings?$/);
    assert.deepEqual(readdirSync(join(path, '..')), ['settings.json']);
    assert.equal(server.asked.length, 1);
  });

  it('--json: one object; the exit code is the first fault\'s', async () => {
    const { result, out } = await run({ psutil_config: [{ method: 'disk_usage', args: { path: '/no/such' }, interval: 5 }], status: { path: join(home, 'file', 'below') } }, '--json');
    const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: { check: string; result: string; message: string }[] };
    assert.deepEqual([ok, checks.find(({ check }) => check === 'metrics')?.result], [true, 'warning']);
    assert.equal(result, 0);
    writeFileSync(join(home, 'file'), '');
    const broken = await run({ psutil_config: [], status: { path: join(home, 'file', 'below') } }, '--json');
    assert.equal(broken.result, ExitCode.spool);
    assert.match(broken.out, /"check":"folders","result":"fault","message":"[^"]*cannot be used \([^"]*make the folder above it, or set status.path to another folder"/);
    const wrong = await run({ psutil_config: [{ method: 'boot_tim', interval: 5 }] });
    assert.equal(wrong.result, ExitCode.configuration);
    assert.match(wrong.out, /^FAULT {3}settings {3}.*did you mean "boot_time"/m);
    assert.doesNotMatch(wrong.out, /^\w+ +broker/m);
  });

  it('takes the word of the collector that runs', async () => {
    const path = join(mkdtempSync(join(home, 's-')), 'settings.json');
    writeFileSync(path, JSON.stringify({ status: { path: '.' }, psutil_config: [{ method: 'boot_time', interval: 5 }] }));
    const entry = { index: 0, name: 'd', unit: '', units: null, method: 'm', interval: 1, taken: 0, skipped: 0, unavailable: 3, last: null, last_error: { time: 't', message: 'D: is not ready' }, fault: 'D: is not ready' };
    writeStatus(join(path, '..'), { ...report, updated: new Date().toISOString(), entries: [entry], summary: '1 of 1 metrics cannot be had: D: is not ready' });
    const { out } = await told(() => runProgram(['doctor', path]));
    assert.match(out, /^warning metrics {4}1 of 1 metrics cannot be had, .*, as the running collector \(pid \d+\) tells: .*$\n^warning metrics {4}d: D: is not ready$/m);
  });
});

describe('a check', () => {
  const check = (run: Check['run']): Check => ({ name: 'c', exitCode: ExitCode.platform, limit: 1000, run });

  it('that hangs is let be, and what it had noted stands', async () => {
    const clock = new TestClock();
    const found = findingsOf(check(async (_, note) => {
      note('ok', 'first');
      await new Promise(() => undefined);
    }), subject, clock);
    await clock.pass(1000);
    assert.deepEqual((await found).map(({ result, message }) => `${result}: ${message}`), ['ok: first', 'fault: no answer within 1 s: what is asked here hangs, and the rest of this check was let be']);
  });

  it('that throws has found a fault; what steers a terminal is shown as text', async () => {
    const found = await findingsOf(check(() => Promise.reject(new Error('\u001b[2Jno'))), subject, new TestClock());
    assert.deepEqual(found, [{ check: 'c', result: 'fault', message: '\\u001b[2Jno' }]);
  });
});

describe('what is told of', () => {
  it('the program: its version, and a collector that runs another', async () => {
    assert.match((await noted((note) => checkProgram(subject, note)))[0] ?? '', new RegExp(`^ok: psutil-agent ${version}, Node `));
    const [, other] = await noted((note) => checkProgram(witness({ version: '0.0.1' }), note));
    assert.match(other ?? '', new RegExp(`^warning: the collector that runs is version 0\\.0\\.1, this is ${version}: start the monitor again`));
    assert.equal((await noted((note) => checkProgram(witness({ version: '0.0.1' }, 'ended'), note))).length, 1);
  });

  it('the account: another one of less rights that the collector has', async () => {
    const [, other] = await noted((note) => checkAccount(witness({ account: { name: 'NT SERVICE\\m', privileged: false } }), note));
    assert.match(other ?? '', /^warning: the collector runs as NT SERVICE\\m, not as root: /);
    assert.equal((await noted((note) => checkAccount(witness({ account: { name: 'SYSTEM', privileged: true } }), note))).length, 1);
  });

  it('a collector: flowing, held, away, gone, silent, failed, stopped', async () => {
    const since = report.since;
    const delivery = (state: NonNullable<StatusReport['delivery']>['state'], reason: string | null): Partial<StatusReport> => ({ delivery: { state, since, reason } });
    const first = async (other: Partial<StatusReport>, life?: Witness['life']): Promise<string> => (await noted((note) => checkCollector(witness({ ...other }, life), note)))[0] ?? '';
    assert.match(await first(delivery('flowing', null)), /^ok: pid \d+, since .*: samples flow$/);
    assert.match(await first(delivery('held', 'nobody')), /^warning: .*samples flow\. Bind a queue there/);
    assert.match(await first(delivery('refused', 'no')), /^fault: /);
    assert.match(await first({ spool_fault: 'full' }), /^fault: /);
    assert.match(await first({}, 'gone'), /^fault: the collector is gone \(process \d+\), without a word, after .*; it last said: samples flow\. See psutil\.log in \/l/);
    assert.match(await first({}, 'silent'), /^fault: .* has told nothing since .*, though it should every 5 s/);
    assert.match(await first({ state: 'failed', summary: 'failed: it has faults' }, 'ended'), /^fault: the last start came to nothing.*failed: it has faults$/);
    assert.match(await first({ state: 'stopped', summary: 'stopped' }, 'ended'), /^warning: stopped, since .*: start it with/);
    const over = await noted((note) => checkCollector(witness({ ...delivery('idle', null), last_error: { time: 't', code: 'c', message: 'away' }, dropped: 4, dropped_by: { ...report.dropped_by, size: 1, age: 3 }, skipped: 2 }), note));
    assert.deepEqual(over.slice(1), ['ok: its last fault, at t, is over: away', 'warning: 4 samples were dropped since it began (size 1, age 3)', 'warning: 2 ticks were skipped, for readings take longer than their intervals, or samples come faster than they can be kept: raise the intervals of those that status tells of']);
    const now = await noted((note) => checkCollector(witness({ ...delivery('refused', 'away; again in 3 s'), last_error: { time: 't', code: 'c', message: 'away' } }), note));
    assert.equal(now.length, 1, 'what holds is not told as over');
  });

  it('whether a collector lives: by its process, and by how old its word is', () => {
    const now = Date.parse('2026-01-01T00:00:30Z');
    const of = (pid: number, updated: string, state: StatusReport['state'] = 'sampling'): string => lifeOf({ pid, updated, state }, 5, now);
    assert.deepEqual([of(process.pid, '2026-01-01T00:00:06Z'), of(process.pid, '2026-01-01T00:00:04Z'), of(2 ** 22 + 1, '2026-01-01T00:00:29Z'), of(1, '2026-01-01T00:00:00Z', 'failed')], ['running', 'silent', 'gone', 'ended']);
  });

  it('the room for the spool', async () => {
    const of = async (free: number, kept = 0): Promise<string> => (await noted((note) => { judgeRoom(free, kept, { path: '/s', maxBytes: 2 ** 30, maxAge: 1 }, note); }))[0] ?? '';
    assert.equal(await of(2 ** 31), 'ok: 2.0 GiB are free where the spool stands (/s), which may grow by 1.0 GiB');
    assert.match(await of(2 ** 29), /^warning: 512\.0 MiB are free .*: free some space, or lower spool\.max_bytes$/);
    assert.match(await of(2 ** 29, 2 ** 29), /^ok: /);
    assert.match(await of(2 ** 20), /^fault: 1\.0 MiB are free .*: while the broker is away samples soon fit into memory only/);
  });

  it('the clock: by a server, by the kernel, by Windows Time', async () => {
    const by = async (offset: number): Promise<string> => (await noted((note) => { judgeOffset(offset, 'ntp', note); }))[0] ?? '';
    assert.equal(await by(-0.0123), 'ok: within 0.012 s of ntp');
    assert.match(await by(5), /^warning: this clock is 5\.0 s behind ntp: /);
    assert.match(await by(-400), /^fault: this clock is 400\.0 s ahead of ntp: /);
    const unasked = async (service: Parameters<typeof judgeUnasked>[0]): Promise<string> => (await noted((note) => { judgeUnasked(service, note); }))[0] ?? '';
    assert.equal(await unasked({ source: 'the kernel', kernel: { synchronised: true, error: 0.02 } }), 'ok: the kernel takes it for synchronised, within 0.020 s');
    assert.match(await unasked({ source: 'the kernel', kernel: { synchronised: false, error: 16 } }), /^warning: no time service keeps this clock right/);
    assert.match(await unasked({ source: 'Windows Time', off: true }), /^warning: Windows Time is told not to/);
    assert.match(await unasked({ source: 'Windows Time' }), /^warning: it is not known/);
  });

  it('performance counters: damaged, closed, or there', async () => {
    const list = (other: Partial<CounterList>) => () => Promise.resolve({ objects: () => Promise.resolve(['Memory', 'System']), items: () => Promise.reject(new Error()), fault: () => Promise.resolve(undefined), close: () => undefined, ...other });
    const of = (other: Partial<CounterList>): Promise<string[]> => noted((note) => checkCounters(subject, note, list(other)));
    assert.deepEqual(await of({}), ['ok: 2 objects of performance counters can be read']);
    assert.match((await of({ fault: (path) => Promise.resolve(path.includes('Memory') ? 'there is none' : undefined) }))[0] ?? '', /^fault: .*: there is none; as administrator run lodctr \/R/);
    assert.match((await of({ objects: () => Promise.reject(new UnavailableError('access is denied')) }))[0] ?? '', /^fault: the performance counters cannot be listed: access is denied; /);
    if (process.platform !== 'win32') assert.deepEqual(await noted((note) => checkCounters(subject, note)), []);
  });
});
