import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EntryReport, StatusReport } from './status/report.js';
import { command } from './test/support/command.js';
import { until } from './test/support/wait.js';

// The collector's own process, on a host whose kernel files and volumes appear one by one: a mount namespace of its own, in which
// /proc is a folder of this test's, with links into the real one. For a boot under load run it beside busy loops.

const patience = 120;
/** What is there from the start. */
const early = [
  { method: 'disk_usage', args: { path: '/' }, result_argument: 'free' }, { method: 'net_if_addrs', result_argument: 'count' },
  { method: 'getloadavg' }, { method: 'net_if_stats', result_argument: 'count' }, { method: 'powershell', args: { command: '7' }, alias: 'missing' },
  { method: 'pids', result_argument: 'count' },
];

interface Late {
  readonly method: string;
  readonly args?: object;
  readonly result_argument?: string;
  readonly rate?: boolean;
}

/** What appears, one after another: each link in /proc (or folder), and what comes to life by it. */
const sources: readonly (readonly [name: string, entries: (volume: string) => readonly Late[]])[] = [
  ['stat', () => [{ method: 'cpu_times' }, { method: 'cpu_percent' }, { method: 'cpu_times_percent', result_argument: 'idle' }, { method: 'boot_time' }]],
  ['meminfo', () => [{ method: 'virtual_memory' }, { method: 'swap_memory', result_argument: 'total' }]],
  ['vmstat', () => [{ method: 'swap_memory', result_argument: 'sin' }]],
  ['net', () => [{ method: 'net_io_counters', rate: true }]],
  ['pid', () => [{ method: 'Process', result_argument: 'cpu_percent' }]],
  ['diskstats', () => [{ method: 'disk_io_counters', args: { perdisk: true } }]],
  ['volume', (path) => [{ method: 'disk_usage', args: { path }, result_argument: 'percent' }]],
];

test('sources that appear one by one after a starved boot: each entry comes to life, the collector is not started again', { skip: process.platform !== 'linux' || process.getuid?.() !== 0 }, async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-starved-'));
  const [proc, real, volume, config] = [join(home, 'proc'), join(home, 'real'), join(home, 'volume'), join(home, 'settings.json')];
  for (const folder of [proc, real]) mkdirSync(folder);
  const late = sources.map(([name, entries]) => entries(volume).map((entry) => ({ ...entry, alias: `${name} ${entry.method}` })));
  writeFileSync(config, JSON.stringify({
    status: { path: home, interval: 0.2 }, log: { path: home }, allow_powershell: true,
    psutil_config: [...early, ...late.flat()].map((entry) => ({ ...entry, interval: 0.5 })),
  }));
  // What the program itself needs of /proc.
  symlinkSync(join(real, 'self'), join(proc, 'self'));
  const mounts = `mount --rbind /proc ${real} && mount --bind ${proc} /proc && PATH=/nowhere exec "$0" "$@"`;
  const began = performance.now();
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', mounts, process.execPath, command, 'run', '--config', config, '--output', `file:${join(home, 'samples')}`], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const status = (): StatusReport | undefined => {
    try {
      return JSON.parse(readFileSync(join(home, 'status.json'), 'utf8')) as StatusReport;
    } catch {
      return undefined;
    }
  };
  const entries = (): readonly EntryReport[] => status()?.entries ?? [];
  /** Whether the entries from one place to another have been taken, each more often than in an earlier report. */
  const alive = (from: number, to: number, than?: readonly EntryReport[]): boolean =>
    entries().length > 0 && entries().slice(from, to).every(({ taken }, at) => taken > (than?.[from + at]?.taken ?? 0));
  try {
    await until('a word on every entry', () => entries().length > 0 && entries().every(({ taken, last_error: error }) => taken > 0 || error !== null), patience);
    const { pid, since } = status()!;
    assert.equal(pid, child.pid);
    for (const { name, taken, last_error: error } of entries().slice(early.length)) {
      assert.equal(taken, 0, name);
      assert.match(error?.message ?? '', /\w+ \w+ \w+/, name);
    }
    let place = early.length;
    for (const [at, [name]] of sources.entries()) {
      if (name === 'volume') mkdirSync(volume);
      else symlinkSync(join(real, name === 'pid' ? String(pid) : name), join(proc, name === 'pid' ? String(pid) : name));
      const next = place + late[at]!.length;
      const took = await until(`${name}: ${JSON.stringify(late[at])}`, () => alive(place, next), patience);
      const report = entries();
      for (const { name: other, taken } of report.slice(next)) assert.equal(taken, 0, `${other} before its time`);
      context.diagnostic(`${name}: ${String(next - place)} entries alive after ${took.toFixed(0)} ms`);
      place = next;
    }
    const before = entries();
    await until('every entry goes on', () => alive(0, 4, before) && alive(5, before.length, before), patience);
    assert.deepEqual([status()?.pid, status()?.since, status()?.state], [pid, since, 'sampling']);
    assert.match(entries()[4]?.last_error?.message ?? '', /PowerShell/i);
    context.diagnostic(`${String(entries().length)} entries, ${String(late.flat().length)} without their source at the start; all alive ${((performance.now() - began) / 1000).toFixed(1)} s after it, load ${loadavg()[0]!.toFixed(1)}`);
  } finally {
    child.kill('SIGTERM');
    const code = await ended;
    rmSync(home, { recursive: true, force: true });
    assert.equal(code, 0);
  }
});
