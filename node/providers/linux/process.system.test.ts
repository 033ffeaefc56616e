import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../catalog/value.js';
import { processReads } from '../../catalog/process.js';
import { UnavailableError } from '../../model/errors.js';
import { startSubject, type programs, type Subject } from '../../test/support/processes.js';
import { disagreement, psutil } from '../../test/support/psutil.js';
import { until } from '../../test/support/wait.js';
import { ProcessEnded } from '../processTable.js';
import { linuxProvider } from './provider.js';

// Every read of a process held against real psutil's, on processes that do something of each kind.

const provider = linuxProvider();
const kinds: readonly (keyof typeof programs)[] = ['busy', 'memory', 'files', 'sockets', 'threads', 'tree', 'idle'];
let subjects: Readonly<Record<string, Subject>>;

async function read(pid: number, attribute: string): Promise<Result> {
  const entry = (await provider.processes()).find(pid);
  assert.ok(entry !== undefined, `no process ${String(pid)}`);
  return await entry.read(attribute);
}

/** psutil 5.9.4's expression of a read that psutil 8 has; `p` is the process. */
const expressions: Readonly<Record<string, string>> = {
  memory_footprint: '(lambda full: {"uss": full.uss, "pss": full.pss, "swap": full.swap})(p.memory_full_info())',
  memory_info: '(lambda info: {"rss": info.rss, "vms": info.vms, "shared": info.shared, "text": info.text, "data": info.data})(p.memory_info())',
  memory_maps: '[m._asdict() for m in p.memory_maps(grouped=True)]',
  net_connections: '[c._asdict() for c in p.connections()]',
  children: '[c.pid for c in p.children()]',
  ionice: '(lambda io: {"ioclass": int(io.ioclass), "value": io.value})(p.ionice())',
  page_faults: '(lambda f: {"minor": int(f[7]), "major": int(f[9])})(open("/proc/%d/stat" % p.pid).read().rpartition(")")[2].split())',
  pid: 'p.pid',
};

/** How far a number may lie outside of what psutil said just before and just after; whatever is not named is equal, or between. */
const tolerances: Readonly<Record<string, number>> = { cpu_times: 0.02, threads: 0.02, create_time: 0.02, memory_info: 65_536, memory_footprint: 65_536, memory_maps: 65_536, cpu_num: 1024 };

/** Computed in sample/, of several reads. */
const computed = ['cpu_percent', 'memory_percent'];

/** Lists in their order, but for those of sockets and files, which have none. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[]).map((one) => [JSON.stringify(one), one] as const).sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one) : value;
}

function differences(ours: unknown, earlier: unknown, later: unknown, tolerance: number, place: string): string[] {
  if (typeof ours === 'number' && typeof earlier === 'number' && typeof later === 'number') {
    const found = disagreement(ours, earlier, later, tolerance);
    return found === undefined ? [] : [`${place}: ${found}`];
  }
  // psutil gives an empty tuple for an address that there is none of.
  const plain = (value: unknown): unknown => (Array.isArray(value) && value.length === 0 && /addr$/.test(place) ? null : value);
  const [mine, before, then] = [plain(ours), plain(earlier), plain(later)];
  if (!isMap(mine) || !isMap(before) || !isMap(then)) {
    return mine === before || mine === then ? [] : [`${place}: ${JSON.stringify(mine)} is not ${JSON.stringify(then)}`];
  }
  const [a, b, c] = Array.isArray(mine) ? [sorted(mine), sorted(before), sorted(then)].map((one) => one as Record<string, unknown>) : [mine, before, then];
  const keys = (map: object): string => Object.keys(map).sort().join();
  if (keys(a!) !== keys(c!)) return [`${place}: the keys ${keys(a!)} are not ${keys(c!)}`];
  return Object.keys(a!).flatMap((key) => differences(a![key], b![key], c![key], tolerance, `${place}.${key}`));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

describe('a process', () => {
  before(async () => {
    subjects = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await startSubject(kind)] as const)));
    // What has just come up still runs a little: its counters are compared once they rest.
    await psutil('__import__("time").sleep(0.3)');
  });
  after(() => Promise.all(Object.values(subjects).map((subject) => subject.end())));

  for (const { name, source } of processReads) {
    if (source.linux === undefined || computed.includes(name)) continue;
    test(`${name} is what psutil says, of every process`, async () => {
      for (const [kind, { pid }] of Object.entries(subjects)) {
        const expression = `(lambda p: ${expressions[name] ?? `p.${name}()`})(psutil.Process(${String(pid)}))`;
        const earlier = await psutil(expression);
        const ours = await read(pid, name);
        const later = await psutil(expression);
        assert.deepEqual(differences(ours, earlier, later, tolerances[name] ?? 0, `${kind}.${name}`), []);
      }
    });
  }

  test('what the processes do is told of truly, psutil or not', async () => {
    const of = (kind: string): number => subjects[kind]!.pid;
    const before = (await read(of('busy'), 'cpu_times')) as { user: number };
    let now = before;
    await until('the busy process has used CPU', () => {
      void read(of('busy'), 'cpu_times').then((times) => { now = times as { user: number }; });
      return now.user > before.user;
    });
    assert.ok(((await read(of('memory'), 'memory_info')) as { rss: number }).rss > 64 * 1024 * 1024);
    assert.ok(((await read(of('memory'), 'memory_footprint')) as { uss: number }).uss > 64 * 1024 * 1024);
    const files = (await read(of('files'), 'open_files')) as { path: string; mode: string }[];
    assert.deepEqual(files.map(({ mode }) => mode), ['w', 'a', 'r+', 'r']);
    assert.equal(await read(of('threads'), 'num_threads'), 21);
    assert.equal(((await read(of('threads'), 'threads')) as unknown[]).length, 21);
    const { one, two } = subjects['tree']!.told;
    assert.deepEqual(await read(of('tree'), 'children'), [one, two].sort());
    assert.equal(await read(of('idle'), 'nice'), 5);
  });

  test('net_connections: of everybody and each kind, as psutil', async () => {
    const { pid, told } = subjects['sockets']!;
    for (const kind of ['all', 'inet', 'inet4', 'inet6', 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix']) {
      // Its standard error may be a socket of many, which psutil tells of the last of them only.
      const expression = `[c._asdict() for c in psutil.net_connections(kind="${kind}") if c.pid == ${String(pid)} and c.fd != 2]`;
      const ours = ((await provider.read('net_connections', { kind, owners: true })) as { pid: number | null; fd: number }[])
        .filter((row) => row.pid === pid && row.fd !== 2);
      const theirs = await psutil(expression);
      assert.deepEqual(differences(ours, theirs, theirs, 0, kind), []);
    }
    const rows = (await provider.read('net_connections', { kind: 'tcp', owners: false })) as { laddr: { port: number } | null; status: string }[];
    const state = (port: number | string | undefined): string[] => rows.filter(({ laddr }) => laddr?.port === port).map(({ status }) => status).sort();
    assert.deepEqual(state(told['four']), ['ESTABLISHED', 'LISTEN']);
    assert.deepEqual(state(told['six']), ['LISTEN']);
    await assert.rejects(provider.read('net_connections', { kind: 'sctp', owners: false }), UnavailableError);
  });

  test('sensors, as psutil', async () => {
    assert.deepEqual(await provider.read('sensors_fans', {}), await psutil('psutil.sensors_fans()'));
    assert.deepEqual(await provider.read('sensors_temperatures', { fahrenheit: false }), await psutil('psutil.sensors_temperatures()'));
    if ((await psutil('psutil.sensors_battery()')) === null) await assert.rejects(provider.read('sensors_battery', {}), /no battery/);
  });

  test('a pid that never was is nobody, a thread is no process, and who ends while read is told as ended', async () => {
    const table = await provider.processes();
    assert.equal(table.find(4_194_305), undefined);
    const { pid } = subjects['threads']!;
    const thread = ((await read(pid, 'threads')) as { id: number }[]).find(({ id }) => id !== pid);
    assert.equal(table.find(thread!.id), undefined);
    assert.deepEqual(table.all().map((one) => one.pid), [...table.all().map((one) => one.pid)].sort((a, b) => a - b));

    const short = await startSubject('idle');
    const entry = (await provider.processes()).find(short.pid);
    await short.end();
    assert.throws(() => entry!.read('memory_info'), ProcessEnded);
  });
});
