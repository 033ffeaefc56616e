import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { functions } from '../catalog/functions.js';
import { AgentError, ConfigError, ExitCode, UsageError } from '../model/errors.js';
import { version } from '../model/version.js';
import { noBroker } from '../output/lines.js';
import { writeStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import { method, shortString, u16 } from '../test/support/amqpFrames.js';
import { closeChannel, methodOf, startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { told, type Told } from '../test/support/told.js';
import { printError, reportError } from './output.js';
import { allCommands, runProgram } from './program.js';

const commands = await allCommands();

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-program-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
let files = 0;
function file(content: unknown): string {
  const path = join(home, `${String(++files)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const call = (...args: string[]): Promise<Told<ExitCode>> => told(() => runProgram(args));
async function refused(args: string[], message: string | RegExp, code: AgentError['code'] = 'PSA_USAGE'): Promise<void> {
  const { error, out } = await call(...args);
  assert.ok(error instanceof AgentError, `${args.join(' ')}: ${String(error)}`);
  assert.deepEqual([error.code, out], [code, '']);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
}

/** Text without its lines. */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('psutil-agent', () => {
  it('tells of each command in whole sentences', () => {
    for (const { name, details } of commands) {
      // A paragraph, without the lines of options.
      for (const paragraph of details.join('\n').split('\n\n').map((text) => text.split('\n').filter((line) => !line.startsWith(' ')).join(' ')).filter((text) => text !== '')) {
        assert.match(paragraph, /^[A-Z].*[.:]$/, name);
      }
    }
  });

  it('tells what it can do: every command with its summary, the exit codes, the version', async () => {
    const helps = [await call('help'), await call('--help'), await call('-h')];
    for (const { out, result } of helps) assert.deepEqual([out, result], [helps[0]?.out, 0]);
    const bare = await call();
    assert.deepEqual([bare.out, bare.result], [helps[0]?.out, ExitCode.usage]);
    const lines = bare.out.trimEnd().split('\n');
    assert.ok(lines.length < 24 && lines.every((line) => line.length < 80), 'a screen shows it whole');
    assert.match(lines[0] ?? '', /^psutil-agent: calls psutil functions/);
    for (const { name, summary } of commands) assert.ok(lines.includes(`  ${name.padEnd(14)}${summary}`), name);
    assert.ok(plain(bare.out).includes('psutil-agent help COMMAND tells more, with an example. --version prints the version.'));
    const codes = Object.entries({ ok: 0, unexpected: 1, usage: 2, 'configuration invalid': 3, broker: 4, platform: 5, spool: 6 }).map(([name, code]) => `${String(code)} ${name}`);
    assert.ok(plain(bare.out).includes(`Exit codes: ${codes.join(', ')}.`));
    assert.equal(lines.at(-1), 'Example: psutil-agent sample virtual_memory');
    for (const option of ['--version', '-v']) assert.deepEqual([(await call(option)).out, (await call(option)).result], [`${version}\n`, 0]);
  });

  for (const { name, usage, summary, details, options, example } of commands) {
    it(`${name} --help names each of its options, and nothing else is run`, async () => {
      for (const words of [[name, '--help'], [name, '-h'], ['help', name]]) {
        const { out, result } = await call(...words);
        assert.deepEqual([plain(out), result], [plain([`Usage: psutil-agent ${name} ${usage}`, summary, ...details, `Example: psutil-agent ${example} `].join(' ')), 0]);
        const lines = out.trimEnd().split('\n');
        assert.ok(lines.length < 24 && lines.every((line) => line.length < 80), `a screen shows it whole:\n${out}`);
      }
      assert.match(summary, /^[A-Z].*\.$/);
      for (const option of Object.keys(options)) {
        assert.ok(usage.includes(`--${option}`), `${option} in the usage`);
        assert.ok(details.some((line) => line.startsWith(`  --${option}`)), `${option} in the details`);
      }
      assert.ok(details.every((line, at) => line !== '' || (at > 0 && details[at + 1] !== '' && at < details.length - 1)), 'no blank lines but between paragraphs');
    });
  }

  it('says what is wrong with a command line, and what fits', async () => {
    const names = commands.map(({ name }) => name).join(', ');
    await refused(['rnu'], `expected a command (${names}), found "rnu"; did you mean "run"?`);
    await refused(['something'], `expected a command (${names}), found "something"`);
    await refused(['--verson'], `expected a command (${names}), found "--verson"; did you mean "--version"?`);
    const usage = 'usage: psutil-agent run --config FILE [--output amqp|stdout|file:PATH] [--once] [--duration S]';
    const options = '--config, --output, --once, --duration';
    await refused(['run', '--confg', 'x'], `expected ${options}, found "--confg"; did you mean "--config"?; ${usage}`);
    for (const option of ['--whatever', '-c', '--__proto__']) await refused(['run', option], `expected ${options}, found "${option}"; ${usage}`);
    await refused(['run', '--config'], `--config: expected a value, found none; ${usage}`);
    await refused(['run', '--config', '--once'], `--config: expected a value, found "--once" (write --config=--once if that is the value); ${usage}`);
    await refused(['run', '--once=yes', '--config', 'x'], `--once: expected no value, found "yes"; ${usage}`);
    await refused(['run', '--config', 'a', '--config', 'b'], `--config: expected once, found twice; ${usage}`);
    await refused(['status', 'x\x1b[1m'], 'expected no word behind status, found "x\\u001b[1m"; usage: psutil-agent status --data DIR|--config FILE|--spool DIR [--json]');
    await refused(['sample'], /^expected METHOD or --config FILE, found none; usage: psutil-agent sample METHOD/);
    await refused(['methods', 'a', 'b'], 'expected at most 1 word behind methods, found "b"; usage: psutil-agent methods [NAME] [--json]');
    for (const given of ['-1', '1.5']) await refused(['sample', 'boot_time', '--count', given], given === '-1' ? '--count: expected a number of at least 0, found "-1"' : '--count: expected a whole number of at least 0, found "1.5"');
    await refused(['consume', '--config', 'x', '--count', '2.5'], '--count: expected a whole number of at least 1, found "2.5"');
    await refused(['init', '--force'], '--force: expected --output FILE beside it, found none: there is nothing to write over');
    const { error } = await told(() => runProgram(['sample', 'boot_time', '--time']), { terminal: true });
    assert.equal((error as Error).message, '--time: expected --json beside it, found none: a line for people has no time');
    await refused(['run'], 'expected --config FILE, found none');
    await refused(['status'], 'expected --data DIR, --config FILE or --spool DIR, found none');
    for (const given of ['-1', ' ', 'x', 'Infinity']) await refused(['run', '--config', 'x', `--duration=${given}`], `--duration: expected a number of at least 0, found "${given}"`);
  });
});

describe('run, before it runs', () => {
  const entries = [{ method: 'boot_time', interval: 5 }];
  it('knows where samples go', async () => {
    const settings = file({ psutil_config: entries, status: { path: home } });
    for (const output of ['file:', 'syslog', 'file']) await refused(['run', '--config', settings, `--output=${output}`], `--output: expected amqp, stdout or file:PATH, found "${output}"`);
    await refused(['run', '--config', settings, '--output', 'amqp'], '--output amqp: expected a broker in the configuration, found none; add the key broker', 'PSA_CONFIG_INVALID');
  });

  it('leaves the faults of a configuration in its status and log', async () => {
    const settings = file({ psutil_config: [{ method: 'x', interval: 1 }], status: { path: 'faulty' } });
    await refused(['run', '--config', settings], /the configuration has one fault$/, 'PSA_CONFIG_INVALID');
    const { state, last_error: error } = JSON.parse(readFileSync(join(home, 'faulty', 'status.json'), 'utf8')) as { state: string; last_error: { code: string; message: string } };
    assert.deepEqual([state, error.code], ['failed', 'PSA_CONFIG_INVALID']);
    assert.match(readFileSync(join(home, 'faulty', 'psutil.log'), 'utf8'), /"pointer":"\/psutil_config\/0\/method"/);
  });
});

describe('validate', () => {
  it('says whether it is valid, and prints faults and warnings', async () => {
    const [good, bad] = [file([{ method: 'boot_time', interval: '5' }]), file([{ method: 'x', interval: 0 }])];
    const empty = file([]);
    assert.deepEqual(await call('validate', '--config', good), { out: '', err: `${good}: valid\n`, result: 0, error: undefined });
    const { err, result, out } = await call('validate', '--config', bad);
    assert.deepEqual([out, result, err.trimEnd().split('\n')], ['', ExitCode.configuration, [
      '/0/method: expected a psutil function of the catalog (psutil-agent methods lists them), found "x"', '/0/interval: expected a number of at least 0.1, found 0', `${bad}: 2 faults`,
    ]]);
    assert.equal((await call('validate', '--config', empty)).err, `warning: the configuration: the list is empty, nothing will be sampled\n${empty}: valid\n`);
  });

  it('--json: one object, the document as it was written where it is valid', async () => {
    const json = async (content: unknown): Promise<unknown> => {
      const { out, err, result } = await call('validate', '--json', '--config', file(content));
      assert.equal(err, '');
      return [result, JSON.parse(out)];
    };
    const psutil_config = [{ method: 'boot_time', interval: '5' }];
    assert.deepEqual(await json(psutil_config), [0, { valid: true, faults: [], more: 0, warnings: [], document: { psutil_config } }]);
    const many = Array.from({ length: 102 }, () => ({ method: 'boot_time', interval: 0 }));
    const [code, { valid, more, faults, ...rest }] = (await json(many)) as [number, { valid: boolean; more: number; faults: unknown[] }];
    assert.deepEqual([code, valid, more, faults.length, Object.keys(rest)], [3, false, 2, 100, ['warnings']]);
    const nothing = { pointer: '', message: '', expected: 'a list of entries or a map with psutil_config', found: 'an empty configuration' };
    const [, verdict] = (await json('')) as [number, { valid: boolean; faults: (typeof nothing)[]; more: number; warnings: unknown[] }];
    assert.deepEqual(verdict, { valid: false, faults: [{ ...nothing, message: verdict.faults[0]?.message }], more: 0, warnings: [] });
    assert.match(verdict.faults[0]?.message ?? '', /expected a list of entries or a map with psutil_config, found an empty configuration$/);
  });

  it('throws where there is no file, and where nobody asked for JSON', async () => {
    await refused(['validate', '--json', '--config', join(home, 'none')], /found none; check the path/, 'PSA_CONFIG_NOT_FOUND');
    await refused(['validate', '--config', file('[')], /line 1/, 'PSA_CONFIG_SYNTAX');
  });
});

describe('check-broker', () => {
  const settings = (port: number): object => ({ psutil_config: [], broker: { hostnames: ['127.0.0.1'], port, exchange: { name: 'e' } } });
  const well: Script = { received: (socket, received) => {
    if (methodOf(received) === '60.40') socket.write(closeChannel(received.channel, 406, 'no number'));
    return methodOf(received) === '60.40' || received.type > 1;
  } };
  const refuses: Script = { received: (socket, received) => {
    if (methodOf(received) === '10.11') socket.write(method(0, 10, 50, u16(403), shortString('ACCESS_REFUSED'), u16(0), u16(0)));
    return methodOf(received) === '10.11';
  } };

  it('tells each step, and fails with the first that does', async () => {
    for (const [script, code] of [[well, 0], [refuses, ExitCode.broker]] as const) {
      const broker = await startScriptedBroker(script);
      const config = file(settings(broker.port));
      const people = await call('check-broker', '--config', config);
      const program = await call('check-broker', '--config', config, '--json');
      await broker.close();
      assert.deepEqual([people.result, program.result, people.out, program.err], [code, code, '', '']);
      const { ok, steps, error } = JSON.parse(program.out) as { ok: boolean; steps: { step: string; ok: boolean; detail: string; host: string }[]; error?: { code: string; message: string } };
      const lines = steps.map((step) => `${step.ok ? 'ok    ' : 'FAILED'}  ${step.step.padEnd(8)}  ${step.host}: ${step.detail}`);
      assert.deepEqual(people.err.trimEnd().split('\n'), [...lines, ...(error === undefined ? [] : [`psutil-agent: ${error.message}`])]);
      assert.deepEqual([ok, steps.map(({ step }) => step)], code === 0
        ? [true, ['resolve', 'connect', 'login', 'vhost', 'exchange', 'publish', 'binding']] : [false, ['resolve', 'connect', 'login']]);
      assert.equal(error?.code, code === 0 ? undefined : 'PSA_BROKER_REFUSED');
    }
  });

  it('tells of queues what the collector that runs with these settings has learned', async () => {
    const data = join(home, 'running');
    const idle: StatusReport = {
      version, state: 'sampling', pid: process.pid, account: null, since: 'S', updated: 'U', summary: '', reload: null, taken: 0, skipped: 0, unavailable: 0, ...noBroker, entries: [],
    };
    const delivery = { state: 'flowing', since: 'S', reason: null } as const;
    const unknown = /^whether a queue is bound is not known/;
    const own = `as the running collector \\(pid ${String(process.pid)}\\) tells`;
    const cases: [Partial<StatusReport>, RegExp][] = [
      [{ delivery: { ...delivery, state: 'held', reason: 'nobody is bound' } }, new RegExp(`^no queue is bound for these samples, ${own}: nobody is bound$`)],
      [{ delivery: { ...delivery, state: 'held' } }, new RegExp(`${own}: they come back$`)],
      [{ delivery, last_published: 'P' }, new RegExp(`^a queue is bound, ${own}: it took a sample at P$`)],
      [{ delivery: { ...delivery, state: 'idle' }, last_published: 'P' }, /^a queue is bound/],
      [{ delivery: { ...delivery, state: 'connecting' }, last_published: 'P' }, unknown],
      [{ delivery, last_published: null }, unknown], [{ delivery: null, last_published: 'P' }, unknown],
      [{ delivery, last_published: 'P', state: 'stopped' }, unknown], [{ delivery, last_published: 'P', pid: 2 ** 22 + 1 }, unknown],
    ];
    const broker = await startScriptedBroker(well);
    const config = file({ ...settings(broker.port), status: { path: data } });
    for (const [report, detail] of cases) {
      writeStatus(data, { ...idle, ...report });
      const { steps } = JSON.parse((await call('check-broker', '--config', config, '--json')).out) as { steps: { detail: string }[] };
      assert.match(steps.at(-1)?.detail ?? '', detail, JSON.stringify(report));
    }
    await broker.close();
  });

  it('wants a broker', async () => {
    const config = file([]);
    await refused(['check-broker', '--config', config], `${config}: expected the key broker, found none; there is no broker to check`, 'PSA_CONFIG_INVALID');
  });
});

describe('methods', () => {
  it('lists all, one a line; one in full; as JSON', async () => {
    const all = (await call('methods')).out.trimEnd();
    const width = Math.max(...functions.map(({ name }) => name.length)) + 2;
    assert.equal(all, functions.map(({ name, meaning }) => `${name.padEnd(width)}${meaning}`).join('\n'));
    assert.deepEqual(JSON.parse((await call('methods', '--json')).out), JSON.parse(JSON.stringify(functions)));
    assert.deepEqual((JSON.parse((await call('methods', 'cpu_freq', '--json')).out) as { name: string }[]).map(({ name }) => name), ['cpu_freq']);
    await refused(['methods', 'cpu_fre'], 'expected a psutil function of the catalog (psutil-agent methods lists them), found "cpu_fre"; did you mean "cpu_freq"?');
    await refused(['methods', 'something'], 'expected a psutil function of the catalog (psutil-agent methods lists them), found "something"');
  });

  it('tells arguments, fields, units, platforms and older names of one', async () => {
    const { out } = await call('methods', 'cpu_times');
    const lines = out.trimEnd().split('\n');
    assert.deepEqual([lines[0], lines[4]], ['cpu_times(percpu=false)', '  arguments:']);
    assert.match(lines[2] ?? '', /^ {2}platforms: (win32, linux|linux, win32)$/);
    assert.match(lines[3] ?? '', /^ {2}gives: /);
    assert.match(lines[5] ?? '', /^ {4}percpu {2}boolean {2}default false {2}\S/);
    assert.equal(lines[6], '  fields:');
    const rows = lines.slice(7);
    assert.ok(rows.every((line) => /^ {4}\w+ +s +counter {2}\S/.test(line)), rows.join('\n'));
    const column = rows.map((line) => line.indexOf('counter'));
    assert.equal(new Set(column).size, 1, 'in columns');
    assert.match(rows.find((line) => line.startsWith('    dpc ')) ?? '', /\(win32 only\)/);
    const user = functions.find(({ name }) => name === 'cpu_times')?.fields.find(({ name }) => name === 'user');
    assert.ok(rows.find((line) => line.startsWith('    user '))?.endsWith(`counter  ${String(user?.meaning)}`));
    assert.match(rows.find((line) => line.startsWith('    irq ')) ?? '', /\(also interrupt\)/);
    assert.match((await call('methods', 'Process')).out, /^ {4}pid +\w+( or null)? +optional +\S/m);
    const disk = (await call('methods', 'disk_usage')).out;
    assert.match(disk, /^ {4}path {2}string {2}required {2}\S/m);
    assert.match((await call('methods', 'cpu_percent')).out, /^ {4}interval {2}number or null {2}default null/m);
    assert.match((await call('methods', 'boot_time')).out, /^ {2}gives: .*\n {2}fields:\n/m);
    assert.match((await call('methods', 'boot_time')).out, /^ {4}- {2}s {2}gauge/m);
    assert.match((await call('methods', 'users')).out, /^ {4}name +string/m);
  });
});

describe('what is told of an error', () => {
  const fault = { pointer: '/0', message: '/0: expected x, found y', expected: 'x', found: 'y' };
  it('a sentence and its faults for people, an object for programs, never a stack', async () => {
    const cases: [unknown, string, object][] = [
      [new ConfigError('PSA_CONFIG_INVALID', 'it has one fault', [fault]), 'psutil-agent: it has one fault\n  /0: expected x, found y\n', { code: 'PSA_CONFIG_INVALID', message: 'it has one fault', faults: [fault] }],
      [new UsageError('so not', [fault]), 'psutil-agent: so not\n  /0: expected x, found y\n', { code: 'PSA_USAGE', message: 'so not', faults: [fault] }],
      [new UsageError('so not'), 'psutil-agent: so not\n', { code: 'PSA_USAGE', message: 'so not' }],
      [new Error('oh'), 'psutil-agent: unexpected fault: oh; please report it\n', { code: 'PSA_UNEXPECTED', message: 'oh' }],
    ];
    for (const [error, err, json] of cases) {
      const people = await told(() => { reportError(error); });
      assert.deepEqual([people.out, people.err], ['', err]);
      const program = await told(() => { printError(error); });
      assert.deepEqual([JSON.parse(program.out), program.err], [{ error: json }, '']);
    }
  });
});
