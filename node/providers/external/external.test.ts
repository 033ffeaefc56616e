import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Result } from '../../catalog/value.js';
import { systemClock } from '../../model/clock.js';
import { UnavailableError } from '../../model/errors.js';
import { settle, TestClock } from '../../test/support/clock.js';
import { until } from '../../test/support/wait.js';
import type { Provider } from '../provider.js';
import { childEnvironment } from './environment.js';
import { answerIn, definition, invocation } from './powershellWrapper.js';
import { processTree } from './processTree.js';
import { ExternalProvider } from './provider.js';
import { SystemInformation } from './systeminformation.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-external-'));
// The process asked does not keep this one alive, and a clock that stands still does not either.
const alive = setInterval(() => undefined, 1000);
after(() => {
  clearInterval(alive);
  rmSync(home, { recursive: true, force: true });
});

describe('childEnvironment', () => {
  it('leaves out what changes how node or PowerShell load code, in any case, and adds what it is told', () => {
    const refused = ['NODE_OPTIONS', 'node_path', 'UV_THREADPOOL_SIZE', 'ELECTRON_RUN_AS_NODE', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'PSModulePath', 'psmodulepath', 'DOTNET_STARTUP_HOOKS', 'COMPlus_GCHeapCount', 'COR_PROFILER', 'CORECLR_PROFILER'];
    const kept = ['PSUTIL_TEST', 'MY_NODE_OPTIONS', 'LD_PRELOADED', 'UVX', 'COMPLUS', 'CORE_X'];
    const before = { ...process.env };
    try {
      for (const name of [...refused, ...kept]) process.env[name] = 'x';
      const environment = childEnvironment({ ADDED: 'y', LD_PRELOAD: 'told' });
      for (const name of refused.filter((one) => one !== 'LD_PRELOAD')) assert.equal(environment[name], undefined, name);
      for (const name of kept) assert.equal(environment[name], 'x', name);
      assert.deepEqual([environment['ADDED'], environment['LD_PRELOAD'], environment['PATH'], childEnvironment()['ADDED']], ['y', 'told', process.env['PATH'], undefined]);
    } finally {
      for (const name of [...refused, ...kept]) if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });
});

describe('what PowerShell is told and tells', () => {
  const said = (answer: unknown, mark = 'abc'): string => `noise\n ${mark}${Buffer.from(JSON.stringify(answer)).toString('base64')}\nmore`;

  it('a command goes as base64 in one line, whatever is in it', () => {
    const line = invocation('abc', "'; exit #\n\"é");
    assert.match(line, /^Invoke-PsutilAgentCommand abc [A-Za-z0-9+/=]+$/);
    assert.equal(Buffer.from(line.split(' ')[2] ?? '', 'base64').toString(), "'; exit #\n\"é");
  });

  it('an answer is found by its mark: a value, or the reason why there is none', () => {
    for (const value of [5, 0, 'é', null, [1], { a: false }]) assert.deepEqual(answerIn(said({ value }), 'abc'), { value });
    // node-powershell cuts off a blank at the beginning of a line.
    assert.deepEqual(answerIn(said({ value: 5 }).replace(' abc', 'abc'), 'abc'), { value: 5 });
    assert.deepEqual(answerIn(said({ error: 'no', value: 5 }), 'abc'), { error: 'no' });
    assert.deepEqual(answerIn(said({ error: 5, value: 6 }), 'abc'), { value: 6 });
    for (const nothing of [said({ value: 5 }, 'xyz'), said({}), said(null), said(7), '', 'abc', ' abc', said({ value: 5 }).replace(' abc', 'xabc')]) assert.equal(answerIn(nothing, 'abc'), undefined, nothing);
  });

  it('is one line that defines the function which a command is given to', () => {
    assert.doesNotMatch(definition, /[\r\n]/);
    assert.equal((definition.match(/\{/g) ?? []).length, (definition.match(/\}/g) ?? []).length);
    assert.equal((definition.match(/\(/g) ?? []).length, (definition.match(/\)/g) ?? []).length);
  });
});

/** A script that answers as systeminformation's process does: by the name of the function. */
const script = join(home, 'child.mjs');
writeFileSync(script, `
  process.on('message', ({ id, name, of }) => {
    const say = (value) => process.send({ id, value: JSON.stringify(value) });
    if (name === 'time') say({ words: process.argv.slice(2), of: of ?? 'none', mark: process.env.PSUTIL_AGENT_TREE, pid: process.pid });
    if (name === 'mem') say({ total: 0, free: 0, used: -1, swap: [{ total: -1, x: 0 }, 'text'] });
    if (name === 'battery') say({ hasBattery: false, percent: 0 });
    if (name === 'osInfo') say(null);
    if (name === 'bios') process.send({ id, error: 'it is\\u001b locked' });
    if (name === 'usb') process.exit(1);
    if (name === 'users') say([id]);
  });
  process.on('disconnect', () => process.exit());
`);

describe('SystemInformation', { skip: process.platform === 'win32' }, () => {
  const opened: SystemInformation[] = [];
  after(() => { for (const one of opened) one.close(); });
  const open = (clock = new TestClock()): SystemInformation => {
    const made = new SystemInformation({ clock, script: [script, 'a', 'b'] });
    opened.push(made);
    return made;
  };

  it('asks a process of its own, and leaves out the numbers that stand for nothing', async () => {
    const source = open();
    const told = (await source.read('time', 'x', 1000)) as { words: string[]; of: string; mark: string };
    assert.deepEqual([told.words, told.of], [['a', 'b'], 'x']);
    assert.match(told.mark, /^[0-9a-f]{24}$/);
    assert.equal(((await source.read('time', undefined, 1000)) as { of: string }).of, 'none');
    assert.deepEqual(await source.read('mem', undefined, 1000), { total: null, free: 0, used: -1, swap: [{ total: null, x: 0 }, 'text'] });
    assert.deepEqual(await source.read('battery', undefined, 1000), { hasBattery: false });
    const [first, same] = await Promise.all([source.read('users', undefined, 1000), source.read('users', undefined, 1000)]);
    assert.equal(first, same, 'a function never runs beside itself');
    assert.notDeepEqual(await source.read('users', undefined, 1000), first);
  });

  it('tells a function\'s own error, what the system does not tell and what there is none of', async () => {
    const source = open();
    await assert.rejects(source.read('bios', undefined, 1000), new UnavailableError('systeminformation.bios: it is\\u001b locked'));
    await assert.rejects(source.read('osInfo', undefined, 1000), new UnavailableError('systeminformation.osInfo: this system does not tell it'));
    await assert.rejects(source.read('no\u001bne', undefined, 1000), new UnavailableError('systeminformation has no no\\u001bne'));
  });

  it('ends a process that does not answer in time, or ends itself, and begins another', async () => {
    const clock = new TestClock();
    const source = open(clock);
    const { pid } = (await source.read('time', undefined, 1000)) as { pid: number };
    const hung = assert.rejects(source.read('audio', undefined, 1500), new UnavailableError('systeminformation.audio: has not answered within 1.5 s; its process was ended'));
    await settle();
    await clock.pass(1500);
    await hung;
    const next = (await source.read('time', undefined, 1000)) as { pid: number };
    assert.notEqual(next.pid, pid);
    await assert.rejects(source.read('usb', undefined, 1000), new UnavailableError('systeminformation.usb: its process has ended'));
    assert.notEqual(((await source.read('time', undefined, 1000)) as { pid: number }).pid, next.pid);
  });

  it('the real child: the package\'s functions, their errors, and no answer without bounds', async () => {
    const real = join(home, 'real.mjs');
    writeFileSync(real, `
      import si from ${JSON.stringify(import.meta.resolve('systeminformation'))};
      import { serveSystemInformation } from ${JSON.stringify(new URL('systeminformationChild.js', import.meta.url).href)};
      Object.assign(si, {
        osInfo: () => undefined, bios: () => { throw new Error('is locked'); }, users: () => Promise.reject(new Error('are hidden')),
        services: async (names) => [names], audio: () => 'x'.repeat(2 ** 20 - 2), usb: () => 'x'.repeat(2 ** 20),
      });
      await serveSystemInformation();
      process.exit(3);
    `);
    const source = new SystemInformation({ clock: systemClock, script: [real] });
    opened.push(source);
    const read = (name: string, of?: string): Promise<Result> => source.read(name, of, 60_000);
    const { current } = (await read('time')) as { current: number };
    assert.ok(Math.abs(current - Date.now()) < 60_000, String(current));
    assert.deepEqual(await read('services', 'a, b'), ['a, b']);
    await assert.rejects(read('osInfo'), { message: 'systeminformation.osInfo: this system does not tell it' });
    await assert.rejects(read('bios'), { message: 'systeminformation.bios: is locked' });
    await assert.rejects(read('users'), { message: 'systeminformation.users: are hidden' });
    assert.equal(((await read('audio')) as string).length, 2 ** 20 - 2);
    await assert.rejects(read('usb'), { message: 'systeminformation.usb: its result makes 1048578 characters, at most 1048576 are taken' });
  });

  it('the real child ends with the process that asks it', async () => {
    const child = fork(join(home, 'real.mjs'), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.send({ id: 1, name: 'time' });
    await once(child, 'message');
    child.disconnect();
    assert.deepEqual(await once(child, 'exit'), [3, null]);
  });

  it('keeps a process that is still asked something, however long ago something else was answered', async () => {
    const clock = new TestClock();
    const source = open(clock);
    const slow = assert.rejects(source.read('audio', undefined, 400_000), new UnavailableError('systeminformation.audio: has not answered within 400 s; its process was ended'));
    await source.read('time', undefined, 1000);
    await clock.pass(400_000);
    await slow;
  });

  it('ends a process that nobody asks any more, and answers nothing once it is closed', async () => {
    const clock = new TestClock();
    const source = open(clock);
    const { pid } = (await source.read('time', undefined, 1000)) as { pid: number };
    await clock.pass(299_999);
    assert.equal(((await source.read('time', undefined, 1000)) as { pid: number }).pid, pid);
    await clock.pass(299_999);
    assert.equal(((await source.read('time', undefined, 1000)) as { pid: number }).pid, pid);
    await clock.pass(300_000);
    assert.notEqual(((await source.read('time', undefined, 1000)) as { pid: number }).pid, pid);
    source.close();
    await assert.rejects(source.read('time', undefined, 1000), new UnavailableError('the collector is stopping'));
  });
});

describe('processTree', { skip: process.platform === 'win32' }, () => {
  it('ends what was started with its mark, whatever its parent is, and nothing else', async () => {
    const tree = await processTree();
    const start = (env: NodeJS.ProcessEnv): { ended: () => boolean; kill: () => void } => {
      const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], ...env }, detached: true, stdio: 'ignore' });
      let ended = false;
      child.on('exit', () => { ended = true; });
      return { ended: () => ended, kill: () => { child.kill(); } };
    };
    const [own, other] = [start(tree.env), start((await processTree()).env)];
    tree.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    tree.end();
    await until('its end', own.ended);
    assert.equal(other.ended(), false);
    other.kill();
    tree.end();
  });
});

describe('ExternalProvider', () => {
  it('hands what is psutil\'s to the system, and closes it', async () => {
    const calls: unknown[] = [];
    const table = { all: () => [], find: () => undefined };
    const inner: Provider = {
      platform: 'win32',
      read: (method, args) => { calls.push([method, args]); return Promise.resolve(7 as Result); },
      processes: () => Promise.resolve(table),
      close: () => { calls.push('closed'); },
    };
    const provider = new ExternalProvider(inner, systemClock, script);
    assert.equal(provider.platform, 'win32');
    assert.equal(await provider.read('boot_time', { a: 1 }), 7);
    assert.equal(await provider.processes(), table);
    if (process.platform !== 'win32') {
      const told = (await provider.read('systeminformation.time', { of: 'x', timeout: 5 })) as { words: string[]; of: string };
      assert.deepEqual([told.words, told.of], [['systeminformation-process'], 'x']);
      assert.equal(((await provider.read('systeminformation.time', { of: null, timeout: 5 })) as { of: string }).of, 'none');
    }
    provider.close();
    assert.deepEqual(calls, [['boot_time', { a: 1 }], 'closed']);
    await settle();
    if (process.platform !== 'win32') await assert.rejects(provider.read('systeminformation.time', { timeout: 5 }), /the collector is stopping/);
  });
});
