import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cpuCount, cpuFrequencies, parseCpuInfoFrequencies, parseCpuList, parseCpuStats, parseCpuTimes, parsePhysicalCores } from './cpu.js';
import { linuxProvider } from './provider.js';
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
  for (const text of ['intr 1\n', 'cpu0 1 2 3 4\n']) assert.throws(() => parseCpuTimes(text), { name: 'UnavailableError', message: '/proc/stat has no line of CPU times.' });
});

test('CPU times are found wherever they stand, and to the end of the file', () => {
  const { total, each } = parseCpuTimes('intr 5\ncpu  100 200 300 400 \ncpu0 100 200 300 400');
  assert.deepEqual([total, each()], [{ user: 1, nice: 2, system: 3, idle: 4 }, [{ user: 1, nice: 2, system: 3, idle: 4 }]]);
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
  assert.equal(parsePhysicalCores('physical id\t: 0\nword\ncpu cores\t: 4\n\nphysical id\t: 1\n\ncpu cores\t: 9\n'), 4, 'of a CPU that does not tell both nothing is known');
});

test('CPUs are counted in stat, physical cores by who shares one', () => {
  const topology = (cpu: number, siblings: string): Record<string, string> =>
    ({ [`sys/devices/system/cpu/cpu${String(cpu)}/topology/core_cpus_list`]: `${siblings}\n` });
  const roots = system({ 'proc/stat': stat, ...topology(0, '0-1'), ...topology(1, '0-1'), ...topology(2, '2-3'), ...topology(3, '2-3') });
  assert.equal(cpuCount(roots, true), 2);
  assert.equal(cpuCount(roots, false), 2);
  const older = { 'sys/devices/system/cpu/cpu0/topology/thread_siblings_list': '0\n', 'sys/devices/system/cpu/cpu1/topology/thread_siblings_list': '1\n' };
  assert.equal(cpuCount(system({ 'proc/stat': stat, ...older }), false), 2);
  const others = Object.fromEntries(['cpuidle', 'xcpu1', 'cpu1x'].map((name) => [`sys/devices/system/cpu/${name}/topology/core_cpus_list`, name]));
  assert.equal(cpuCount(system({ 'proc/stat': stat, ...topology(0, '0'), ...topology(10, '10'), ...topology(11, '11'), ...others }), false), 3);
  assert.equal(cpuCount(system({ 'proc/stat': stat, 'proc/cpuinfo': 'physical id\t: 0\ncpu cores\t: 4\n' }), false), 4);
  assert.throws(() => cpuCount(system({ 'proc/stat': stat, 'proc/cpuinfo': 'processor: 0\n' }), false), { name: 'UnavailableError', message: 'This kernel tells no number of physical cores in /sys or /proc/cpuinfo.' });
  // Of all together alone: no count is told as 0.
  assert.throws(() => cpuCount(system({ 'proc/stat': `${stat.split('\n')[0] ?? ''}\n` }), true), { name: 'UnavailableError', message: 'This kernel tells no number of CPUs in /proc/stat.' });
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
  const odd = Object.fromEntries(['xpolicy1', 'policy7x', 'boost'].map((name) => [`sys/devices/system/cpu/cpufreq/${name}/affected_cpus`, '1\n']));
  assert.deepEqual(cpuFrequencies(system({ ...policy(10, '10  11', 900_000), ...policy(2, '2', 1_000_000), ...policy(0, '0', 1_200_000), ...odd })).map((cpu) => cpu['current']), [1200, 1000, 900, 900]);
  const hardware = 'sys/devices/system/cpu/cpufreq/policy0/cpuinfo_cur_freq';
  assert.deepEqual(cpuFrequencies(system({ [hardware]: '700000\n' })), [{ current: 700 }], 'where the kernel tells no other');
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

test('a list of CPUs has ranges and single ones', () => {
  assert.deepEqual(parseCpuList('0-2,8,10-12,127'), [0, 1, 2, 8, 10, 11, 12, 127]);
  assert.deepEqual(parseCpuList(''), []);
});

test('statistics and the load are read of the system', async () => {
  const provider = linuxProvider(system({ 'proc/stat': stat }));
  assert.deepEqual(await provider.read('cpu_stats', {}), parseCpuStats(stat));
  const load = (await provider.read('getloadavg', {})) as number[];
  assert.ok(load.length === 3 && load.every((one) => one >= 0));
});

test('CPU time that passes while a turn of the event loop lasts is there at its end', async () => {
  const provider = linuxProvider(systemRoots);
  const busy = async (): Promise<number> => {
    const { user = 0, nice = 0, system = 0 } = (await provider.read('cpu_times', { percpu: false })) as Record<string, number>;
    return user + nice + system;
  };
  const before = await busy();
  // As a machine that is busy with other things keeps this process: no callback comes in between.
  for (const from = process.cpuUsage(); process.cpuUsage(from).user < 100_000;);
  assert.ok(await busy() - before >= 0.05);
});
