import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncBuiltinESMExports } from 'node:module';
import { after, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import type { StatusReport } from '../status/report.js';
import { settle, TestClock } from '../test/support/clock.js';
import { freePort } from '../test/support/broker.js';
import { fitHeap } from './heap.js';
import { exitTime, StopSignal } from './stopSignal.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-run-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const main = fileURLToPath(new URL('main.js', import.meta.url));
let files = 0;

/** A run of the program to its end, with settings beside which all that it keeps lies. */
function run(settings: object, ...args: string[]): Promise<{ code: number | null; out: string; err: string; data: string; status: () => StatusReport; log: () => string[] }> {
  const data = join(home, String(++files));
  const config = `${data}.json`;
  writeFileSync(config, JSON.stringify({ status: { path: data }, psutil_config: [{ method: 'boot_time', interval: 5 }], ...settings }));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, 'run', '--config', config, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('close', (code) => {
      resolve({
        code, out, err, data, status: () => JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport,
        log: () => readFileSync(join(data, 'psutil.log'), 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { level: string; msg: string })).map(({ level, msg }) => `${level} ${msg}`),
      });
    });
  });
}

describe('run', { skip: process.platform === 'win32' }, () => {
  it('--once: a sample of every entry to stdout, warnings to stderr and the log, then the end', async () => {
    const entries = ['a', 'a'].map((alias) => ({ method: 'boot_time', interval: 5, alias }));
    const { code, out, err, status, log } = await run({ psutil_config: entries, node: { node_id: 'n' } }, '--once');
    const warning = '/psutil_config/1: publishes the same name "a" as /psutil_config/0; give one of them an alias of its own';
    assert.deepEqual([code, err], [0, `warning: ${warning}\n`]);
    assert.deepEqual(out.trimEnd().split('\n').map((line) => (JSON.parse(line) as { name: string; host: string })).map(({ name, host }) => [name, host]), [['a', 'n'], ['a', 'n']]);
    assert.deepEqual([status().state, status().taken, status().published, status().connected], ['stopped', 2, 2, null]);
    assert.deepEqual(log().map((line) => line.replace(/^(info stopped).*/, '$1')), [`warn ${warning}`, 'info stopped']);
  });

  it('--output file appends', async () => {
    const target = join(home, 'deep', 'out.jsonl');
    for (const count of [1, 2]) {
      const { code, out, status } = await run({}, '--once', '--output', `file:${target}`);
      assert.deepEqual([code, out, status().state], [0, '', 'stopped']);
      assert.equal(readFileSync(target, 'utf8').trimEnd().split('\n').length, count);
    }
  });

  it('with a broker that is away keeps what it took, and says where', async () => {
    const port = await freePort();
    const settings = { broker: { hostnames: ['127.0.0.1'], port } };
    const { code, err, data, status } = await run(settings, '--once');
    assert.deepEqual([code, status().spooled, status().connected], [4, 1, false]);
    const [first, rest] = [`psutil-agent: 1 sample is kept in ${join(data, 'spool')}: `, err.slice(err.indexOf('spool: ') + 7)];
    assert.ok(err.startsWith(first), err);
    assert.match(rest, new RegExp(`^(nobody listens at 127\\.0\\.0\\.1:${String(port)}: check broker\\.hostnames.*|a connection to 127\\.0\\.0\\.1:${String(port)} is being opened)\\n$`));
    const longer = await run({ ...settings, psutil_config: ['a', 'b'].map((alias) => ({ method: 'boot_time', interval: 60, alias })) }, '--duration', '0.2');
    assert.equal(longer.code, 0, 'that is what a spool is for');
    assert.match(longer.err, /^(psutil-agent: (1 sample is|2 samples are) kept in .*\n)?$/);
    assert.equal(longer.status().state, 'stopped', 'after its duration');
  });
});

describe('StopSignal', () => {
  const state = async (signal: StopSignal): Promise<boolean> => {
    let asked = false;
    void signal.asked.then(() => { asked = true; });
    await settle();
    return asked;
  };
  const listeners = (): number[] => ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'].map((name) => process.listenerCount(name));

  it('is asked for by each of the signals, once a duration is over, and by whoever calls it', async () => {
    const before = listeners();
    for (const ask of [
      ...(['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const).map((name) => (): void => { process.emit(name, name); }),
      (signal: StopSignal): void => { signal.stop(); },
    ]) {
      const signal = new StopSignal(new TestClock(), undefined);
      assert.equal(await state(signal), false);
      ask(signal);
      assert.equal(await state(signal), true);
      signal.release();
      assert.deepEqual(listeners(), before.map((count) => count + 1), 'a second one ends the process');
      for (const name of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP']) process.removeAllListeners(name);
    }
    const clock = new TestClock();
    const timed = new StopSignal(clock, 3);
    await clock.pass(2999);
    assert.equal(await state(timed), false);
    await clock.pass(1);
    assert.equal(await state(timed), true);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP']) process.removeAllListeners(name);
  });

  it('leaves nothing that would end the process once it is closed', async () => {
    const before = listeners();
    const clock = new TestClock();
    const signal = new StopSignal(clock, 3);
    signal.close();
    await clock.pass(3000);
    assert.equal(await state(signal), false);
    assert.deepEqual(listeners(), before);
  });

  it('gives the process as long as a stop takes from the first request on, and no longer for a second', () => {
    const due: number[] = [];
    const signal = new StopSignal({ now: () => 0, wall: () => 0, after: (ms) => { due.push(ms); return () => { due.push(-ms); }; } }, 3);
    signal.stop();
    signal.stop();
    signal.release();
    assert.deepEqual(due, [3000, exitTime, -3000]);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP']) process.removeAllListeners(name);
  });
});

describe('fitHeap', () => {
  const small = '--semi-space-growth-factor=1';
  const fast = ['--no-optimize-for-size', '--sparkplug', '--opt', '--incremental-marking-soft-trigger=0', '--semi-space-growth-factor=2', small];

  /** A collector of so many readings a second, what it asks of V8, and the processor time and young generation that it is told of. */
  function collector(t: TestContext, readings: number) {
    const clock = new TestClock();
    const flags: string[] = [];
    const told = { waiting: 0, busy: 0, young: 0, grows: 0, looks: 0 };
    const spaces = v8.getHeapSpaceStatistics();
    t.mock.method(v8, 'setFlagsFromString', (flag: string) => { flags.push(flag); });
    t.mock.method(v8, 'getHeapSpaceStatistics', () => {
      told.looks += 1;
      told.young += told.grows;
      return spaces.map((space) => ({ ...space, space_size: space.space_name === 'new_space' ? told.young : 2 ** 30 }));
    });
    t.mock.method(process, 'cpuUsage', (before?: NodeJS.CpuUsage) => ({ user: before === undefined ? 0 : told.busy * 600, system: before === undefined ? 0 : told.busy * 400 }));
    syncBuiltinESMExports();
    return { clock, flags, told, fit: () => { fitHeap(readings, told.waiting, clock); } };
  }
  after(() => { syncBuiltinESMExports(); });

  it('one that is busy by its settings has speed at once, and a young generation that holds what it needs and grows no further', (t) => {
    const { clock, flags, told, fit } = collector(t, 250);
    told.grows = 1024 * 1024;
    fit();
    assert.deepEqual([flags, told.young], [fast, 8 * 1024 * 1024]);
    assert.equal(clock.waiting, 0, 'nobody looks any more');
  });

  it('one with minutes of samples to make up for has it at once, too', (t) => {
    const { clock, flags, told, fit } = collector(t, 1);
    told.grows = 1024 * 1024;
    told.waiting = 19_999;
    fit();
    assert.deepEqual([flags, clock.waiting], [[], 1]);
    told.waiting = 20_000;
    fit();
    assert.deepEqual(flags, fast);
  });

  it('one whose young generation does not grow goes on with it as it is', (t) => {
    const { flags, told, fit } = collector(t, 250);
    fit();
    assert.deepEqual(flags, fast);
    assert.ok(told.looks > 10);
  });

  it('any other is watched, and has it once it takes three percent of a processor twice in a row', async (t) => {
    const { clock, flags, told, fit } = collector(t, 249);
    fit();
    told.busy = 149;
    await clock.pass(60_000);
    assert.deepEqual([flags, clock.waiting], [[], 1]);
    for (const busy of [150, 149, 150]) {
      told.busy = busy;
      await clock.pass(5000);
      assert.deepEqual(flags, [], 'a start on a busy machine is no pace');
    }
    await clock.pass(5000);
    assert.deepEqual(flags, fast);
  });
});
