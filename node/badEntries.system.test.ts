import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StatusReport } from './status/report.js';
import { command } from './test/support/command.js';
import { until } from './test/support/wait.js';

// Entries that ask for what is not there, is refused, or ends while it is read, in one collector with others: each has one clear
// sentence, and no other notices.

/** root without what lets it look into the processes of others. */
const bound = '-sys_ptrace,-dac_override,-dac_read_search';
const nobody = 65_534;

test('bad entries are told of in a sentence each and touch no other', { skip: process.platform !== 'linux' || process.getuid?.() !== 0 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-entries-'));
  const config = join(home, 'settings.json');
  const stranger = spawn('sleep', ['600'], { uid: nobody, gid: nobody, stdio: 'ignore' });
  // Processes that end within the time that it takes to read them all.
  const mayflies = spawn('sh', ['-c', 'while :; do /bin/sleep 0.01 & /bin/sleep 0.02; done'], { stdio: 'ignore' });
  const of = (alias: string, method: string, args: object, result_argument?: string, more: object = {}): object =>
    ({ alias, method, args, interval: 0.25, ...(result_argument === undefined ? {} : { result_argument }), ...more });
  const bad: readonly (readonly [entry: object, reason: RegExp])[] = [
    [of('never was', 'Process', { pid: 4_194_305 }, 'num_threads'), /^no process matches pid 4194305$/],
    [of('nobody', 'Process', { name: 'nobody-is-called-so*' }, 'memory_info.rss'), /^no process matches name "nobody-is-called-so\*"$/],
    [of('denied', 'Process', { pid: stranger.pid }, 'num_fds'), /\/proc\/\d+\/fd.*\bEACCES\b|does not let/],
    [of('denied too', 'Process', { pid: stranger.pid }, 'io_counters.read_bytes', { rate: true }), /\/proc\/\d+\/io.*\bEACCES\b|does not let/],
    [of('service', 'win_service_get', { name: 'Spooler' }, 'running'), /Linux/],
    [of('path', 'disk_usage', { path: '/not/there' }, 'free'), /\/not\/there/],
  ];
  const good = [
    of('count', 'Process', { name: 'nobody-is-called-so*' }, 'count'), of('exists', 'pid_exists', { pid: 4_194_305 }), of('stranger', 'Process', { pid: stranger.pid }, 'memory_info.rss'),
    of('memory', 'virtual_memory', {}, 'free'), of('self', 'Process', {}, 'num_fds'), of('every', 'process_iter', {}, 'count'),
    of('mayflies', 'Process', { name: 'sleep' }, 'num_threads'), of('apart', 'process_iter', { name: 'sleep' }, 'cpu_times.user'), of('words', 'Process', { cmdline: '*sleep 0.0*' }, 'count'),
  ];
  writeFileSync(config, JSON.stringify({ status: { path: home, interval: 0.2 }, log: { path: home }, psutil_config: [...bad.map(([entry]) => entry), ...good] }));
  const child = spawn('setpriv', [`--bounding-set=${bound}`, `--inh-caps=${bound}`, process.execPath, command, 'run', '--config', config, '--output', 'file:/dev/null'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const status = (): StatusReport => JSON.parse(readFileSync(join(home, 'status.json'), 'utf8')) as StatusReport;
  const rounds = (): number => {
    try {
      return Math.min(...status().entries.map(({ taken, unavailable }) => taken + unavailable));
    } catch {
      return 0;
    }
  };
  try {
    await until('ten rounds of every entry', () => rounds() >= 10);
  } finally {
    child.kill('SIGTERM');
    const code = await ended;
    for (const one of [stranger, mayflies]) one.kill();
    assert.equal(code, 0, err);
  }
  const { entries } = status();
  bad.forEach(([, reason], at) => {
    const { name, taken, last_error: error } = entries[at]!;
    assert.equal(taken, 0, name);
    assert.match(error?.message ?? '', reason, name);
    assert.doesNotMatch(error?.message ?? '', /\n/, name);
  });
  for (const { name, unavailable, last_error: error } of entries.slice(bad.length)) assert.deepEqual([unavailable, error], [0, null], name);
  const value = (name: string): number | undefined => entries.find((entry) => entry.name === name)?.last?.values['value'];
  assert.deepEqual([value('count'), value('exists')], [0, 0]);
  assert.ok(value('stranger')! > 0 && value('every')! > 5 && value('self')! > 5);
  const log = readFileSync(join(home, 'psutil.log'), 'utf8');
  assert.doesNotMatch(log + err, /\n\s+at |TypeError|\bundefined\b/);
  rmSync(home, { recursive: true, force: true });
});
