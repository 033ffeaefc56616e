import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { until } from '../support/wait.js';
import { entry, publish as publishIn, type Entry, type Published } from '../support/windowsCollector.js';
import { windowsModule } from '../support/windowsModule.js';
import type { Prefix, WineEnded } from '../support/wine.js';

// Processes, services and connections under node.exe for Windows, in Wine: of what the test itself starts.

let prefix: Prefix;
let module: string;
/** The port that the service's process listens on. */
let port: number;

/** What the service runs: keeps a CPU busy for a third of the time until there is a file C:\idle, and listens on a port that it writes down. */
const program = `
  const { Worker } = require('node:worker_threads');
  const { writeFileSync } = require('node:fs');
  new Worker('const timer = setInterval(() => { if (require("node:fs").existsSync("C:/idle")) clearInterval(timer); for (const end = Date.now() + 30; Date.now() < end;); }, 90);', { eval: true });
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => { writeFileSync('C:\\\\port', String(server.address().port)); });
`;

async function install(): Promise<void> {
  ({ prefix, folder: module } = windowsModule);
  writeFileSync(join(prefix.drive, 'busy.cjs'), program);
  await nssm('install', 'busy', 'C:\\PsutilAgent\\bin\\node.exe', 'C:\\busy.cjs');
  await nssm('set', 'busy', 'Start', 'SERVICE_DELAYED_AUTO_START');
  await nssm('install', 'manual', 'C:\\PsutilAgent\\bin\\node.exe');
  await nssm('set', 'manual', 'Start', 'SERVICE_DEMAND_START');
  await nssm('install', 'never', 'C:\\PsutilAgent\\bin\\node.exe');
  await nssm('start', 'busy');
  const file = join(prefix.drive, 'port');
  await until('the service listens', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  port = Number(readFileSync(file, 'utf8'));
}

function nssm(...args: string[]): Promise<WineEnded> {
  return prefix.wine([join(module, 'bin/nssm.exe'), ...args]);
}

const publish = (entries: readonly Entry[], seconds: number | 'once'): Promise<Published> => publishIn(prefix, module, entries, seconds);

describe('processes, services and connections under Wine', () => {
  before(install);

  it('a busy process, its memory and its threads are told of truly, by name, command line and service', async () => {
    const busy = { name: 'node', cmdline: '*busy.cjs' };
    const { values, reasons } = await publish([
      entry('count', 'Process', busy, 'count'),
      entry('cpu', 'Process', busy, 'cpu_percent'),
      entry('share', 'Process', { ...busy, normalize: true }, 'cpu_percent'),
      entry('rss', 'Process', busy, 'memory_info.rss'),
      entry('memory', 'Process', busy, 'memory_percent'),
      entry('threads', 'Process', busy, 'num_threads'),
      entry('children', 'Process', { service: 'busy' }, 'children.count'),
      entry('service', 'Process', { service: 'BUSY', aggregate: 'count' }),
      entry('none', 'Process', { name: 'nobody*' }, 'count'),
      entry('missing', 'Process', { name: 'nobody*' }, 'memory_info.rss'),
      entry('never was', 'Process', { pid: 4_000_000 }, 'num_threads'),
      entry('each', 'Process', { ...busy, aggregate: 'each' }, 'num_handles'),
      entry('user', 'Process', { username: '*\\*', name: 'node' }, 'count'),
      entry('program', 'Process', { exe: 'c:\\psutilagent\\bin\\node.exe' }, 'count'),
    ], 5);
    writeFileSync(join(prefix.drive, 'idle'), '');
    assert.equal(values['count'], 1, JSON.stringify(reasons));
    assert.ok(values['cpu']! > 5 && values['cpu']! <= 200, `cpu ${String(values['cpu'])}`);
    assert.ok(values['share']! <= 100 && values['share']! > 0);
    assert.ok(values['rss']! > 20e6 && values['rss']! < 2e9);
    assert.ok(values['memory']! > 0 && values['memory']! < 100);
    assert.ok(values['threads']! >= 5);
    // NSSM's own process is the service's; what it runs is its child, beside which Windows may put a console.
    assert.ok(values['children']! >= 1);
    assert.deepEqual([values['service'], values['none']], [1, 0]);
    assert.match(reasons['missing']!, /no process matches name "nobody\*"/);
    assert.match(reasons['never was']!, /no process matches pid 4000000/);
    const [[path, handles] = ['', 0], ...more] = Object.entries(values).filter(([name]) => name.startsWith('each '));
    assert.match(path, /^each node\.exe_\d+_num_handles$/);
    assert.ok(handles > 0 && more.length === 0);
    // The service's and the collector's own.
    assert.deepEqual([values['user'], values['program']], [2, 2]);
  });

  it('every read of a process that Wine answers is what the process itself says; of others there is a reason', async () => {
    const folder = 'C:\\work folder';
    mkdirSync(join(prefix.drive, 'work folder'));
    writeFileSync(join(prefix.drive, 'subject.cjs'), `
      const kernel = require('C:\\\\PsutilAgent\\\\node_modules\\\\koffi').load('kernel32.dll');
      const { existsSync, writeFileSync } = require('node:fs');
      const { priority } = require('node:os').constants, { setPriority } = require('node:os');
      process.chdir(${JSON.stringify(folder).replaceAll('\\', '\\\\')});
      setPriority(priority.PRIORITY_BELOW_NORMAL);
      const bound = kernel.func('int __stdcall SetProcessAffinityMask(intptr, uintptr)')(-1, 1);
      writeFileSync('C:\\\\subject.json', JSON.stringify({ pid: process.pid, bound }));
      setInterval(() => { if (existsSync('C:\\\\subject.end')) process.exit(); }, 100);
    `);
    const node = join(module, 'bin/node.exe');
    const subject = prefix.wine([node, 'C:\\subject.cjs', 'two words', 'x']);
    const told = join(prefix.drive, 'subject.json');
    await until('the process tells of itself', () => existsSync(told) && readFileSync(told, 'utf8').endsWith('}'), 60);
    const { pid, bound } = JSON.parse(readFileSync(told, 'utf8')) as { pid: number; bound: number };
    const { code, out, err } = await windowsModule.program('readsProgram', [String(pid)]);
    writeFileSync(join(prefix.drive, 'subject.end'), '');
    await subject;
    assert.equal(code, 0, err);
    const reads = JSON.parse(out) as Record<string, unknown>;
    const exact = ['pid', 'name', 'exe', 'cmdline', 'cwd', 'status', 'nice', 'cpu_affinity', 'is_running', 'children'];
    assert.equal(bound, 1);
    assert.deepEqual(Object.fromEntries(exact.map((name) => [name, reads[name]])), {
      pid, name: 'node.exe', exe: 'C:\\PsutilAgent\\bin\\node.exe', cmdline: ['C:\\PsutilAgent\\bin\\node.exe', 'C:\\subject.cjs', 'two words', 'x'],
      cwd: folder, status: 'running', nice: 0x4000, cpu_affinity: [0], is_running: true, children: [],
    });
    assert.match(reads['username'] as string, /^\w+\\\w+$/);
    assert.ok(Math.abs(Date.now() / 1000 - (reads['create_time'] as number)) < 600);
    assert.equal(reads['num_threads'], (reads['threads'] as unknown[]).length);
    const mapped = (reads['memory_maps'] as { path: string; rss: number }[]).filter(({ rss }) => rss > 0).map(({ path }) => path.toLowerCase());
    for (const file of ['c:\\psutilagent\\bin\\node.exe', 'c:\\windows\\system32\\kernel32.dll']) assert.ok(mapped.includes(file), mapped.join());
    assert.ok(mapped.some((file) => file.endsWith('koffi.node')), mapped.join());
    // What Wine 8 does not have, beside whose a socket is (it says of each that it is 0's): process.test.ts holds these against structures of its own.
    for (const name of ['ionice', 'memory_footprint', 'open_files', 'num_ctx_switches']) {
      const { refused } = reads[name] as { refused?: string };
      if (refused !== undefined) assert.match(refused, /(of the process \d+ failed with Win32 error \d+|leaves context switches empty)$/, name);
    }
  });

  it('services: state, start type, exit code, process, since when; a restart between two readings is seen', async () => {
    const entries = [
      entry('busy', 'win_service_get', { name: 'busy' }),
      entry('manual', 'win_service_get', { name: 'manual' }),
      entry('never', 'win_service_get', { name: 'never' }, 'failed'),
      entry('gone', 'win_service_get', { name: 'not there' }, 'running'),
      entry('like', 'win_service_iter', { name: 'bus*' }, '*.running'),
      entry('failed', 'win_service_iter', { name: '*e*', only: 'failed' }, 'count'),
      entry('running', 'win_service_iter', { only: 'running' }, 'count'),
    ];
    // On a busy machine the service manager may not have answered in time: what was not told is asked for again.
    const reading = async (tries = 5): Promise<Published> => {
      const read = await publish(entries, 'once');
      return tries > 1 && /has not answered/.test(Object.values(read.reasons).join()) ? await reading(tries - 1) : read;
    };
    const { values, reasons } = await reading();
    const of = (name: string): (number | undefined)[] => ['status_code', 'start_type_code', 'running', 'failed', 'exit_code'].map((field) => values[`${name} ${field}`]);
    // Wine 8 refuses to set and to tell a delayed start (error 124): it has automatic ones. services.test.ts has the others.
    assert.ok([2, 12].includes(values['busy start_type_code']!));
    assert.deepEqual(of('busy').filter((_, at) => at !== 1), [4, 1, 0, 0]);
    assert.deepEqual(of('manual'), [1, 3, 0, 0, 1077]);
    assert.equal(values['never'], 1);
    assert.match(reasons['gone']!, /there is no service "not there"/);
    assert.equal(values['like busy_running'], 1);
    assert.ok(values['failed']! >= 1 && values['running']! >= 2, JSON.stringify([values, reasons]));
    const started = values['busy started']!;
    assert.ok(Math.abs(Date.now() / 1000 - started) < 600 && values['busy pid']! > 0);
    assert.deepEqual([reasons['manual'], 'manual pid' in values, 'manual started' in values], [undefined, false, false]);
    await nssm('restart', 'busy');
    const again = (await reading()).values;
    assert.ok(again['busy started']! > started && again['busy running'] === 1, `${String(started)} ${String(again['busy started'])}`);
    port = Number(readFileSync(join(prefix.drive, 'port'), 'utf8'));
  });

  it('connections: listening or not, by state and port', async () => {
    const { values } = await publish([
      entry('listening', 'net_connections', { kind: 'tcp', port, status: 'LISTEN' }, 'any'),
      entry('not', 'net_connections', { kind: 'tcp', port: 9, status: 'LISTEN' }, 'any'),
      entry('states', 'net_connections', { kind: 'tcp', by: 'status' }),
      entry('ports', 'net_connections', { status: 'LISTEN', by: 'port' }, String(port)),
    ], 'once');
    assert.deepEqual([values['listening'], values['not'], values['ports']], [1, 0, 1]);
    assert.ok(values['states LISTEN']! >= 1);
    assert.equal(values['states DELETE_TCB'], 0);
  });
});
