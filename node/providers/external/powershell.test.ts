/** The session around a program that stands in for PowerShell; what the real one makes of it, powershell.system.test.ts holds. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { TestClock } from '../../test/support/clock.js';
import { until } from '../../test/support/wait.js';
import { ExternalProvider } from './provider.js';
import { defaultExecutable, PowerShellSession } from './powershell.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-shell-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

/** It writes what it is told to write, answers commands that are JavaScript, and notes each start with its words. */
const program = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(join(home, 'starts'))}, JSON.stringify({ pid: process.pid, words: process.argv.slice(2), foreign: process.env.NODE_POWERSHELL ?? null }) + '\\n');
const write = (text) => process.stdout.write(text);
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  for (const part of line.split('; [Console]').flatMap((one, at) => (at === 0 ? one : '[Console]' + one)).flatMap((one) => one.split(/(?<=\\))\\s*;\\s*/))) {
    const [, stream, text] = /\\[Console\\]::(Out|Error)\\.WriteLine\\("(.*?)"\\)/.exec(part) ?? [];
    if (stream !== undefined) (stream === 'Out' ? process.stdout : process.stderr).write(text + '\\n');
    const [, mark, command] = /Invoke-PsutilAgentCommand ([0-9a-f]+) (\\S+)/.exec(part) ?? [];
    if (mark === undefined) continue;
    let answer;
    try { answer = { value: eval(Buffer.from(command, 'base64').toString()) }; } catch (error) { answer = { error: String(error.message) }; }
    if (answer.value !== 'nothing') write(' ' + mark + Buffer.from(JSON.stringify(answer)).toString('base64') + '\\n');
  }
});
`;
/** It blocks its program, and takes no processor time. */
const hang = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';
const executable = join(home, 'shell');
writeFileSync(executable, program, { mode: 0o755 });

describe('A PowerShell session', { skip: process.platform === 'win32' }, () => {
  const sessions: PowerShellSession[] = [];
  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
    rmSync(join(home, 'starts'), { force: true });
  });
  function open(options: { executable?: string } = {}): { session: PowerShellSession; clock: TestClock } {
    const clock = new TestClock();
    const session = new PowerShellSession({ clock, executable, ...options });
    sessions.push(session);
    return { session, clock };
  }
  const starts = (): { pid: number; words: string[]; foreign: string | null }[] =>
    (existsSync(join(home, 'starts')) ? readFileSync(join(home, 'starts'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { pid: number; words: string[]; foreign: string | null }) : []);
  const gone = (pid: number): Promise<number> => until(`the end of ${String(pid)}`, () => !existsSync(`/proc/${String(pid)}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8')));
  const fails = async (answer: Promise<Result>, reason: RegExp): Promise<void> => {
    await assert.rejects(answer, (error) => { assert.ok(error instanceof UnavailableError, String(error)); assert.match(error.message, reason); return true; });
  };

  it('is one program for all commands, which are run in their turn; an error is its command\'s alone', async () => {
    const { session, clock } = open();
    process.env['NODE_POWERSHELL'] = '/bin/false';
    const answers = ['1 + 1', '({ a: [1, "é"] })', 'null', 'globalThis.order = [1]; 0', 'globalThis.order.push(2); globalThis.order'].map((command) => session.run(command, 1000));
    assert.deepEqual(await Promise.all(answers), [2, { a: [1, 'é'] }, null, 0, [1, 2]]);
    await fails(session.run('throw new Error("it is\\u001b broken" + "x".repeat(1000))', 1000), /^the command failed: it is\\u001b brokenx{200,280}\.\.\.$/);
    assert.equal(await session.run('5', 1000), 5);
    const [first, ...more] = starts();
    assert.deepEqual([more, first?.foreign], [[], null]);
    for (const word of ['-NoProfile', '-NonInteractive', '-Command']) assert.ok(first?.words.includes(word), first?.words.join(' '));
    assert.equal(clock.waiting, 0, 'no limit is left behind');
  });

  it('one whose output comes at once, in lines as Windows ends them, is understood', async () => {
    const whole = join(home, 'whole');
    const late = 'process.stdout.cork(); process.stderr.cork(); setInterval(() => { for (const one of [process.stdout, process.stderr]) { one.uncork(); one.cork(); } }, 200);\n';
    writeFileSync(whole, program.replace('const write', `${late}const write`).replaceAll(String.raw`'\n')`, String.raw`'\r\n')`), { mode: 0o755 });
    const { session } = open({ executable: whole });
    assert.equal(await session.run('1 + 1', 1000), 2);
    await fails(session.run('throw new Error("no")', 1000), /^the command failed: no$/);
    assert.equal(await session.run('3', 1000), 3);
    assert.equal(starts().length, 1);
  });

  it('a command that hangs costs its session, which the next one begins anew', async () => {
    const { session, clock } = open();
    assert.equal(await session.run('1', 1000), 1);
    const hanging = session.run(hang, 1500);
    const next = session.run('2', 1000);
    await until('the command to be under way', () => clock.waiting === 1);
    await clock.pass(1499);
    assert.equal(clock.waiting, 1);
    await clock.pass(1);
    await fails(hanging, /^the command has not ended within 1\.5 s; its PowerShell was ended$/);
    assert.equal(await next, 2);
    const [first, second, ...more] = starts();
    assert.deepEqual([more, first?.pid === second?.pid], [[], false]);
    await gone(first?.pid ?? 0);
  });

  it('a command that ends its program, floods it or answers nothing says so, and the next one is run', async () => {
    const { session } = open();
    await fails(session.run('process.exit(0)', 60_000), /^(the command ended its PowerShell|PowerShell ended or could not be started: .+)$/);
    await fails(session.run('process.kill(process.pid, "SIGKILL")', 60_000), /^PowerShell ended or could not be started: .+$/);
    await fails(session.run('write("x".repeat(1.5e6)), 1', 60_000), /^the command wrote more than 1048576 bytes to the console; its PowerShell was ended$/);
    await fails(session.run('process.stderr.write("x".repeat(1.5e6)), 1', 60_000), /^the command wrote more than 1048576 bytes/);
    await fails(session.run('"nothing"', 60_000), /^the PowerShell session gave no answer; it is begun anew$/);
    assert.equal(await session.run('write("x".repeat(5e5)), 6', 60_000), 6);
    assert.equal(await session.run('write("x".repeat(8e5)), 7', 60_000), 7, 'each command has its own bound');
    assert.equal(starts().length, 6);
  });

  it('a program that is not there, or does not begin, is told', async () => {
    await fails(open({ executable: join(home, 'none') }).session.run('1', 1000), /^PowerShell ended or could not be started: ./);
    const dumb = join(home, 'dumb');
    writeFileSync(dumb, `#!${process.execPath}\nprocess.stdin.resume();\n`, { mode: 0o755 });
    const { session, clock } = open({ executable: dumb });
    // A command that may take longer may wait longer for its PowerShell too.
    for (const [own, seconds] of [[1000, 60], [120_000, 120]] as const) {
      const waiting = session.run('1', own);
      await until('the program to be waited for', () => clock.waiting === 1);
      await clock.pass(seconds * 1000 - 1);
      assert.equal(clock.waiting, 1);
      await clock.pass(1);
      await fails(waiting, new RegExp(`^PowerShell has not started within ${String(seconds)} s; its PowerShell was ended$`));
    }
  });

  it('a thousand commands wait at most; once it is closed none is run, and nothing of it is left', async () => {
    const { session, clock } = open();
    const first = session.run('globalThis.answer = 1', 1000);
    assert.equal(await first, 1);
    const hanging = session.run(hang, 5000);
    const waiting = Array.from({ length: 999 }, () => session.run('1', 1000));
    await fails(session.run('1', 1000), /^the PowerShell session is busy: 1000 commands wait for it$/);
    await until('the command to be under way', () => clock.waiting === 1);
    session.close();
    await fails(hanging, /./);
    for (const answer of waiting) await fails(answer, /^the collector is stopping$/);
    await fails(session.run('1', 1000), /^the collector is stopping$/);
    await gone(starts()[0]?.pid ?? 0);
    assert.equal(starts().length, 1);
  });

  it('keeps nothing of the commands it has run: at its end the system is looked through for its programs as often as after one', async (context) => {
    const { readdirSync } = fs;
    let looks = 0;
    context.mock.method(fs, 'readdirSync', (...words: Parameters<typeof readdirSync>) => {
      if (words[0] === '/proc') looks += 1;
      return readdirSync(...words);
    });
    syncBuiltinESMExports();
    try {
      const { session } = open();
      for (let n = 0; n < 100; n += 1) assert.equal(await session.run('1', 1000), 1);
      session.close();
      await until('the end to be told of', () => looks >= 4);
      assert.equal(looks, 4, 'twice as it is ended, and twice as it has');
    } finally {
      context.mock.restoreAll();
      syncBuiltinESMExports();
    }
  });

  it('is one for all that is asked of the provider, with limits in seconds, and ends with it', async () => {
    writeFileSync(join(home, 'pwsh'), program, { mode: 0o755 });
    const path = process.env['PATH'];
    const clock = new TestClock();
    const provider = new ExternalProvider({ platform: 'linux', read: () => Promise.resolve(0), processes: () => Promise.reject(new Error()), close: () => undefined }, clock, '');
    const ask = (command: string): Promise<Result> => provider.read('powershell', { command, timeout: 1.5 });
    try {
      process.env['PATH'] = `${home}:${String(path)}`;
      assert.deepEqual([await ask('globalThis.kept = 7'), await ask('kept + 1')], [7, 8]);
      const hanging = fails(ask(hang), /^the command has not ended within 1\.5 s/);
      await until('the command to be under way', () => clock.waiting === 1);
      await clock.pass(1500);
      await hanging;
      assert.equal(await ask('9'), 9);
    } finally {
      process.env['PATH'] = path;
      provider.close();
    }
    await fails(ask('1'), /^the collector is stopping$/);
    assert.equal(starts().length, 2);
    await gone(starts()[1]?.pid ?? 0);
  });

  it('elsewhere than on Windows it is pwsh; there it is the one of Windows, by its whole path', () => {
    const [platform, root] = [process.platform, process.env['SystemRoot']];
    try {
      process.env['SystemRoot'] = 'C:\\Windows';
      assert.equal(defaultExecutable(), 'pwsh');
      Object.defineProperty(process, 'platform', { value: 'win32' });
      assert.equal(defaultExecutable().replaceAll('\\', '/'), 'C:/Windows/System32/WindowsPowerShell/v1.0/powershell.exe');
      delete process.env['SystemRoot'];
      assert.equal(defaultExecutable(), 'pwsh', 'where nothing tells that path, any on PATH');
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
      if (root === undefined) delete process.env['SystemRoot'];
      else process.env['SystemRoot'] = root;
    }
  });
});
