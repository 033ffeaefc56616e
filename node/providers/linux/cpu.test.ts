import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { cpuCount, cpuFrequencies, parseCpuInfoFrequencies, parseCpuStats, parseCpuTimes, parsePhysicalCores } from './cpu.js';
import { systemRoots, type Roots } from './source.js';

const stat = `cpu  1000 20 300 4000 50 6 7 8 9 10
cpu0 600 20 200 1000 50 6 7 8 9 10
cpu1 400 0 100 3000 0 0 0 0 0 0
intr 7551 3 0 0
ctxt 18127
btime 1795366633
softirq 1801 5 6
`;

const directories: string[] = [];
function system(files: Readonly<Record<string, string>>): Roots {
  const root = mkdtempSync(join(tmpdir(), 'psutil-agent-cpu-'));
  directories.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { ...systemRoots, proc: join(root, 'proc'), sys: join(root, 'sys') };
}
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

test('CPU times are seconds, over all CPUs and of each', () => {
  const { total, each } = parseCpuTimes(stat);
  assert.deepEqual(total, {
    user: 10, nice: 0.2, system: 3, idle: 40, iowait: 0.5, irq: 0.06, softirq: 0.07, steal: 0.08, guest: 0.09, guest_nice: 0.1,
  });
  assert.deepEqual(each().map((cpu) => cpu['user']), [6, 4]);
  assert.equal(each()[1]?.['steal'], 0);
});

test('modes that an older kernel does not tell are absent, not 0', () => {
  assert.deepEqual(Object.keys(parseCpuTimes('cpu 1 2 3 4 5 6 7\n').total), ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq']);
});

test('a stat file without CPU times is unavailable', () => {
  assert.throws(() => parseCpuTimes('intr 1\n'), UnavailableError);
});

test('CPU statistics; a missing row is absent', () => {
  assert.deepEqual(parseCpuStats(stat), { ctx_switches: 18127, interrupts: 7551, soft_interrupts: 1801, syscalls: 0 });
  assert.deepEqual(parseCpuStats('ctxt 5\n'), { ctx_switches: 5, syscalls: 0 });
});

test('frequencies of x86, PowerPC and s390 cpuinfo', () => {
  assert.deepEqual(parseCpuInfoFrequencies('cpu MHz\t\t: 2596.144\nmodel\t: 1\ncpu MHz\t\t: 800.000\n'), [2596.144, 800]);
  assert.deepEqual(parseCpuInfoFrequencies('clock\t\t: 3425.000000MHz\n'), [3425]);
  assert.deepEqual(parseCpuInfoFrequencies('cpu MHz dynamic : 5200\ncpu MHz static  : 5000\n'), [5200]);
  assert.deepEqual(parseCpuInfoFrequencies('BogoMIPS\t: 50.00\n'), []);
});

test('physical cores are added up over packages', () => {
  const cpu = (id: number): string => `processor: 0\nphysical id\t: ${String(id)}\ncpu cores\t: 4\n`;
  assert.equal(parsePhysicalCores([cpu(0), cpu(0), cpu(1), cpu(1)].join('\n')), 8);
  assert.equal(parsePhysicalCores('processor: 0\n\nprocessor: 1\n'), undefined);
});

test('CPUs are counted in stat, physical cores by who shares one', () => {
  const topology = (cpu: number, siblings: string): Record<string, string> =>
    ({ [`sys/devices/system/cpu/cpu${String(cpu)}/topology/core_cpus_list`]: `${siblings}\n` });
  const roots = system({ 'proc/stat': stat, ...topology(0, '0-1'), ...topology(1, '0-1'), ...topology(2, '2-3'), ...topology(3, '2-3') });
  assert.equal(cpuCount(roots, true), 2);
  assert.equal(cpuCount(roots, false), 2);
  assert.throws(() => cpuCount(system({ 'proc/stat': stat, 'proc/cpuinfo': 'processor: 0\n' }), false), UnavailableError);
  // Of all together alone: no count is told as 0.
  assert.throws(() => cpuCount(system({ 'proc/stat': `${stat.split('\n')[0] ?? ''}\n` }), true), UnavailableError);
});

test('each CPU has the frequencies of the policy that governs it', () => {
  const policy = (at: number, cpus: string, now: number): Record<string, string> => {
    const path = `sys/devices/system/cpu/cpufreq/policy${String(at)}`;
    return {
      [`${path}/affected_cpus`]: `${cpus}\n`, [`${path}/scaling_cur_freq`]: `${String(now)}\n`,
      [`${path}/scaling_min_freq`]: '600000\n', [`${path}/scaling_max_freq`]: '1800000\n',
    };
  };
  const roots = system({ 'proc/cpuinfo': '', ...policy(10, '10', 900_000), ...policy(0, '0 1', 1_200_000) });
  assert.deepEqual(cpuFrequencies(roots).map((cpu) => cpu['current']), [1200, 1200, 900]);
  assert.deepEqual(cpuFrequencies(roots)[0], { current: 1200, min: 600, max: 1800 });
  const info = (...rows: number[]): string => rows.map((now) => `cpu MHz : ${String(now)}\n`).join('');
  // What cpuinfo has measured is nearer; where CPUs are off, its rows are not those of the policies.
  for (const [rows, current] of [[[2000, 2100, 2200], [2000, 2100, 2200]], [[2000, 2100], [1200, 1200, 900]]] as const) {
    assert.deepEqual(cpuFrequencies(system({ 'proc/cpuinfo': info(...rows), ...policy(10, '10', 900_000), ...policy(0, '0 1', 1_200_000) })).map((cpu) => cpu['current']), current);
  }
});

test('without cpufreq, cpuinfo tells; without either, nobody', () => {
  assert.deepEqual(cpuFrequencies(system({ 'proc/cpuinfo': 'cpu MHz : 2000.5\n' })), [{ current: 2000.5, min: 0, max: 0 }]);
  assert.throws(() => cpuFrequencies(system({ 'proc/cpuinfo': 'processor : 0\n' })), /no CPU frequency/);
});
