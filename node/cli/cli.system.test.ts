import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { functions } from '../catalog/functions.js';
import { sampleSchema, statusSchema } from '../status/schema.js';
import type { StatusReport } from '../status/report.js';
import { command, psutilAgent, psutilAgentHere, type Ended } from '../test/support/command.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-cli-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

let files = 0;
function file(content: string | Buffer, extension = 'yaml'): string {
  const path = join(home, `${String(++files)}.${extension}`);
  writeFileSync(path, content);
  return path;
}

/** A run that must fail with this exit code and one clear message, without a stack or a rejected promise. */
async function refused(args: string[], code: number, pattern: RegExp, options: { stdin?: string; run?: (args: string[]) => Promise<Ended> } = {}): Promise<Ended> {
  const ended = await (options.run?.(args) ?? psutilAgent(args, { ...options, env: { XDG_STATE_HOME: home } }));
  assert.equal(ended.code, code, `${args.join(' ')}\n${ended.out}${ended.err}`);
  assert.match(ended.err, pattern);
  assert.doesNotMatch(ended.err, /\n\s+at |node:internal|Error:/);
  return ended;
}

const entry = (extra: object): string => JSON.stringify([{ method: 'virtual_memory', result_argument: 'free', interval: 5, ...extra }]);

describe('bad configuration: exit 3, one sentence a fault', () => {
  const cases: [string, string, RegExp][] = [
    ['a misspelt method', entry({ method: 'virtual_memroy' }), /\/0\/method: expected a psutil function .*found "virtual_memroy"; did you mean "virtual_memory"\?/],
    ['a misspelt argument', entry({ method: 'cpu_times', result_argument: 'user', args: { percup: false } }), /\/0\/args\/percup: expected only the arguments percpu.*did you mean "percpu"/],
    ['a misspelt field', entry({ result_argument: 'fre' }), /\/0\/result_argument: .*did you mean "free"/],
    ['a misspelt key', entry({ alais: 'x' }), /\/0\/alais: .*did you mean "alias"/],
    ['a wrong type', entry({ interval: 'often' }), /\/0\/interval: expected a number, found "often"/],
    ['a missing interval', JSON.stringify([{ method: 'boot_time' }]), /\/0: expected the key interval, the seconds between calls, found none/],
    ['interval 0', entry({ interval: 0 }), /\/0\/interval: expected a number of at least 0.1, found 0/],
    ['a negative interval', entry({ interval: -5 }), /found -5/],
    ['an infinite interval', '- {method: boot_time, interval: .inf}', /\/0\/interval: expected a number, found Infinity/],
    ['a method that is no psutil function', entry({ method: 'Popen' }), /\/0\/method.*found "Popen"/],
    ['a magic method', entry({ method: '__class__' }), /\/0\/method.*found "__class__"/],
    ['an empty file', '', /empty/],
    ['a truncated file', '[{"method": "virtual_memory", "inter', /line 1, column/],
    ['a deeply nested file', '['.repeat(50_000), /at most 64 maps and lists/],
    ['a file that is no text', '\xff\xfe\x00\xd8\x00', /expected/],
  ];
  for (const [at, [name, content, pattern]] of cases.entries()) {
    it(name, async () => {
      const path = file(content);
      // The first by the command itself, which does the same with each.
      const run = at === 0 ? psutilAgent : psutilAgentHere;
      const { out } = await refused(['validate', '--config', path], 3, pattern, { run });
      assert.equal(out, '');
      await refused(['run', '--config', path, '--once'], 3, pattern, { run });
      const told = await run(['validate', '--config', path, '--json']);
      const verdict = JSON.parse(told.out) as { valid: boolean; faults: { pointer: string; expected: string; found: string }[] };
      assert.equal(verdict.valid, false);
      assert.ok(verdict.faults.length >= 1);
      // What is invalid may be no JSON that others can read: its keys may differ in case alone.
      assert.ok(!('document' in verdict));
    });
  }

  it('all faults at once', async () => {
    const many = file(JSON.stringify([{ method: 'Popen', interval: 5 }, { method: 'boot_time', interval: 0 }, { method: 'cpu_times' }]));
    const { err } = await refused(['run', '--config', many], 3, /the configuration has 3 faults/, { run: psutilAgentHere });
    assert.equal(err.trim().split('\n').length, 4);
  });

  it('a missing file, a folder, a file that may not be read, no file', async () => {
    await refused(['validate', '--config', join(home, 'none.yaml')], 3, /expected a configuration file, found none; check the path/, { run: psutilAgentHere });
    await refused(['validate', '--config', home], 3, /found a folder; name the file in it/, { run: psutilAgentHere });
    await refused(['validate', '--config', join(file('x'), 'under.yaml')], 3, /found none/, { run: psutilAgentHere });
    await refused(['validate'], 2, /expected --config FILE, found none/, { run: psutilAgentHere });
    await refused(['run', '--config', '-'], 3, /empty/, { stdin: '' });
    const { code, out } = await psutilAgentHere(['validate', '--config', join(home, 'none.yaml'), '--json']);
    assert.equal(code, 3);
    assert.equal((JSON.parse(out) as { error: { code: string } }).error.code, 'PSA_CONFIG_NOT_FOUND');
  });

  it('duplicate names only warn', async () => {
    const { code, err } = await psutilAgentHere(['validate', '--config', file(JSON.stringify(['free', 'used'].map((result_argument) => ({ method: 'virtual_memory', result_argument, interval: 5 }))))]);
    assert.equal(code, 0);
    assert.match(err, /warning: \/1: publishes the same name "virtual_memory" as \/0/);
  });
});

describe('bad command lines: exit 2', () => {
  // What else can be wrong with them: program.test.ts.
  const cases: [string[], RegExp][] = [
    [['run', '--confg', 'x'], /found "--confg"; did you mean "--config"/],
    [['sample', 'disk_usage'], /the key path/],
  ];
  // The first by the command itself.
  for (const [at, [args, pattern]] of cases.entries()) it(args.join(' '), () => refused(args, 2, pattern, at === 0 ? {} : { run: psutilAgentHere }).then(() => undefined));
});

describe('a pipe that nobody reads, and a disk that is full', () => {
  const sh = (line: string): { status: number | null; stdout: string; stderr: string } => spawnSync('bash', ['-o', 'pipefail', '-c', line, process.execPath, command], { encoding: 'utf8', cwd: new URL('../..', import.meta.url) });

  it('a reader that went is a normal end, without a word', () => {
    const { status, stdout, stderr } = sh('"$0" "$1" sample boot_time --count 0 --interval 0 | head -c 1');
    assert.deepEqual([status, stdout.length, stderr], [0, 1, '']);
  });

  it('nobody to be told keeps no command from its end', () => {
    assert.equal(sh('"$0" "$1" validate --config examples/monitor.yaml 2>&1 >&- | exec 0<&- true').status, 0);
  });

  it('output that cannot be written is told in a sentence', () => {
    const { status, stderr } = sh('"$0" "$1" methods >/dev/full');
    assert.equal(status, 1);
    assert.match(stderr, /^psutil-agent: standard output cannot be written: ENOSPC.*\n$/);
  });
});

describe('what this system cannot tell: exit 5', () => {
  it('a status that is not there', () => refused(['status', '--data', home], 5, /expected the status file of a collector, found none; check --data/, { run: psutilAgentHere }).then(() => undefined));
  it('a path that does not exist', () => refused(['sample', 'disk_usage', `path=${home}/none`], 5, /./, { run: psutilAgentHere }).then(() => undefined));
  it('a field of another system', () => refused(['sample', 'cpu_times', '--result-argument', 'dpc'], 5, /no dpc here/, { run: psutilAgentHere }).then(() => undefined));
  it('an output file that cannot be written', () => refused(['run', '--config', file(entry({})), '--once', '--output', `file:${file('x')}/out`], 5, /expected a file that can be appended to/).then(() => undefined));
});

describe('the calls', () => {
  it('run --once gives each message of the configuration, exactly as the schema says', async () => {
    const config = file(JSON.stringify({
      node: { deployment_id: 'd', node_name: 'n', node_id: 'n_1' },
      psutil_config: [
        { method: 'virtual_memory', result_argument: 'total', interval: 5, alias: 'mem' },
        { method: 'swap_memory', interval: 5 },
        { method: 'cpu_percent', interval: 5 },
        { method: 'users', result_argument: 'count', interval: 5, alias: 'users' },
      ],
      status: { path: join(home, 'once') },
    }));
    const { code, out, err } = await psutilAgent(['run', '--config', config, '--once']);
    assert.equal(code, 0, err);
    const messages = out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const check = new Ajv2020().compile(sampleSchema());
    for (const message of messages) assert.ok(check(message), JSON.stringify(check.errors));
    const names = messages.map(({ name, path }) => `${String(name)} ${String(path)}`).sort();
    assert.deepEqual(names, ['cpu_percent ', 'mem ', ...['free', 'percent', 'sin', 'sout', 'total', 'used'].map((path) => `swap_memory ${path}`), 'users ']);
    assert.equal(messages.find(({ name }) => name === 'mem')?.['service'], 'd.n.n_1.mem');
    const { out: status } = await psutilAgentHere(['status', '--data', join(home, 'once'), '--json']);
    const checkStatus = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(statusSchema());
    assert.ok(checkStatus(JSON.parse(status)), JSON.stringify(checkStatus.errors));
    assert.match((await psutilAgentHere(['status', '--data', join(home, 'once')])).out, /state +stopped/);
  });

  it('units are published where they are asked for', async () => {
    const config = { publish: { units: true }, status: { path: join(home, 'units') }, psutil_config: [{ method: 'virtual_memory', interval: 5 }] };
    const { out } = await psutilAgent(['run', '--config', '-', '--once'], { stdin: JSON.stringify(config) });
    const units = Object.fromEntries(out.trim().split('\n').map((line) => JSON.parse(line) as { path: string; unit: string }).map(({ path, unit }) => [path, unit]));
    assert.equal(units['percent'], '%');
    assert.equal(units['free'], 'B');
  });

  it('a fault in one entry touches no other, and is told in the status', async () => {
    const config = {
      status: { path: join(home, 'fault') },
      psutil_config: [{ method: 'disk_usage', args: { path: join(home, 'none') }, result_argument: 'free', interval: 5 }, { method: 'boot_time', interval: 5 }],
    };
    const { code, out } = await psutilAgent(['run', '--config', '-', '--once'], { stdin: JSON.stringify(config) });
    assert.equal(code, 0);
    assert.equal(out.trim().split('\n').length, 1);
    const status = JSON.parse((await psutilAgentHere(['status', '--data', join(home, 'fault'), '--json'])).out) as { unavailable: number; entries: { last_error: object | null; taken: number }[] };
    assert.equal(status.unavailable, 1);
    assert.deepEqual(status.entries.map(({ taken, last_error }) => [taken, last_error !== null]), [[0, true], [1, false]]);
  });

  it('run appends to a file', async () => {
    const target = join(home, 'folder', 'out.jsonl');
    const config = file(JSON.stringify({ psutil_config: [{ method: 'boot_time', interval: 5 }], status: { path: join(home, 'file') } }));
    for (let n = 0; n < 2; n++) assert.equal((await psutilAgent(['run', '--config', config, '--once', '--output', `file:${target}`])).code, 0);
    const { readFileSync } = await import('node:fs');
    assert.equal(readFileSync(target, 'utf8').trim().split('\n').length, 2);
  });

  it('the log goes where CELERY_WORK_DIR, then AGENT_WORK_DIR, then the settings say', async () => {
    const { existsSync } = await import('node:fs');
    const [celery, agent, own] = ['celery', 'agent', 'own'].map((name) => join(home, name)) as [string, string, string];
    mkdirSync(celery);
    const config = file(JSON.stringify({ psutil_config: [{ method: 'boot_time', interval: 5 }], status: { path: join(home, 'log') }, log: { path: own } }));
    await psutilAgent(['run', '--config', config, '--once'], { env: { CELERY_WORK_DIR: celery, AGENT_WORK_DIR: agent } });
    assert.deepEqual([celery, agent, own].map((directory) => existsSync(join(directory, 'psutil.log'))), [true, false, false]);
    await psutilAgent(['run', '--config', config, '--once'], { env: { CELERY_WORK_DIR: '', AGENT_WORK_DIR: agent } });
    await psutilAgent(['run', '--config', config, '--once'], { env: { CELERY_WORK_DIR: '', AGENT_WORK_DIR: '' } });
    assert.deepEqual([agent, own].map((directory) => existsSync(join(directory, 'psutil.log'))), [true, true]);
  });

  it('sample takes several readings; methods and help tell what there is', async () => {
    const { out } = await psutilAgent(['sample', 'cpu_percent', '--count', '3', '--interval', '0.2', '--json']);
    const lines = out.trim().split('\n').map((line) => JSON.parse(line) as { method: string; args: object; result: number });
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.deepEqual(Object.keys(line), ['method', 'args', 'result']);
      assert.ok(line.result >= 0 && line.result <= 100);
    }
    const began = Date.now();
    const timed = JSON.parse((await psutilAgentHere(['sample', 'boot_time', '--json', '--time'])).out) as { time: string };
    assert.ok(Date.parse(timed.time) >= began && Date.parse(timed.time) <= Date.now(), timed.time);
    const catalog = JSON.parse((await psutilAgentHere(['methods', '--json'])).out) as { name: string }[];
    assert.deepEqual(catalog.map(({ name }) => name), functions.map(({ name }) => name));
    const listed = (await psutilAgentHere(['methods'])).out.trimEnd().split('\n');
    for (const { name } of functions) assert.ok(listed.some((line) => line.startsWith(`${name} `)), name);
    const help = await psutilAgentHere(['--help']);
    assert.equal(help.code, 0);
    assert.match((await psutilAgentHere(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  });
});

describe('the help of each command', () => {
  // No broker listens there, no collector runs, and Linux has no counters: what is wrong is told, and the words are right.
  const calls: Readonly<Record<string, { readonly code: number; readonly err?: RegExp }>> = {
    run: { code: 0 }, validate: { code: 0 }, sample: { code: 0 }, watch: { code: 0 }, methods: { code: 0 }, init: { code: 0 }, doctor: { code: 0 },
    counters: { code: 5, err: /counters/ }, status: { code: 5, err: /check --data or --config/ }, report: { code: 5, err: /check --data/ },
    'check-broker': { code: 4, err: /cannot be read|FAILED/ }, consume: { code: 3, err: /RABBITMQ_PASSWORD/ },
  };

  /** Where a folder is this process's own, and the one for what programs keep. */
  async function within<T>(folder: string, act: () => Promise<T>): Promise<T> {
    const [before, state] = [process.cwd(), process.env['XDG_STATE_HOME']];
    process.chdir(folder);
    process.env['XDG_STATE_HOME'] = folder;
    try {
      return await act();
    } finally {
      process.chdir(before);
      if (state === undefined) delete process.env['XDG_STATE_HOME'];
      else process.env['XDG_STATE_HOME'] = state;
    }
  }

  it('is there for every command that is listed', async () => {
    const listed = [...(await psutilAgentHere([])).out.matchAll(/^ {2}([\w-]+) {2,}/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), Object.keys(calls).sort());
  });

  for (const [name, { code, err }] of Object.entries(calls)) {
    it(`${name}: fits a screen, and its example runs as printed`, async () => {
      const help = await psutilAgentHere(['help', name]);
      assert.equal(help.code, 0);
      assert.equal((await psutilAgentHere([name, '--help'])).out, help.out);
      assert.match(help.out, new RegExp(`^Usage: psutil-agent ${name} `));
      const lines = help.out.trimEnd().split('\n');
      assert.ok(lines.length < 24 && lines.every((line) => line.length < 80), help.out);
      const [, example = ''] = /^Example: psutil-agent (.*)$/m.exec(help.out) ?? [];
      const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      const folder = mkdtempSync(join(home, 'example-'));
      cpSync(new URL('../../examples', import.meta.url), join(folder, 'examples'), { recursive: true });
      // The first by the command itself.
      const ended = await (name === 'run' ? psutilAgent(words, { cwd: folder, env: { XDG_STATE_HOME: folder } }) : within(folder, () => psutilAgentHere(words)));
      assert.equal(ended.code, code, ended.err);
      assert.match(ended.err, err ?? /^/);
    });
  }
});

describe('run with a configuration that has faults', () => {
  const place = (): { data: string; config: string } => {
    const data = mkdtempSync(join(home, 'faulty-'));
    return { data, config: join(data, 'settings.json') };
  };
  const logOf = (data: string): { level: string; msg: string; pointer?: string }[] =>
    readFileSync(join(data, 'psutil.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { level: string; msg: string });

  it('leaves every fault in its log, and the first of them in its status', async () => {
    const { data, config } = place();
    writeFileSync(config, JSON.stringify({ status: { path: '.' }, psutil_config: [{ method: 'nothing', interval: 1 }, { method: 'users' }] }));
    const { code, err } = await psutilAgent(['run', '--config', config]);
    assert.equal(code, 3, err);
    const lines = logOf(data);
    assert.match(lines[0]!.msg, /the configuration has \d faults/);
    assert.ok(lines.some(({ msg, pointer }) => pointer?.startsWith('/psutil_config/0') === true && msg.includes('nothing')));
    assert.ok(lines.some(({ pointer }) => pointer?.startsWith('/psutil_config/1') === true));
    const { state, last_error: error } = JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport;
    assert.deepEqual([state, error?.code], ['failed', 'PSA_CONFIG_INVALID']);
    assert.match(error?.message ?? '', /nothing/);
    assert.ok(new Ajv2020().compile(statusSchema())(JSON.parse(readFileSync(join(data, 'status.json'), 'utf8'))));
  });

  it('that is no JSON leaves word beside the status that a collector left there', async () => {
    const { data, config } = place();
    writeFileSync(config, '{ "psutil_config": [');
    assert.equal((await psutilAgentHere(['run', '--config', config])).code, 3);
    assert.equal(existsSync(join(data, 'psutil.log')), false, 'nothing says that this is a data directory');
    writeFileSync(join(data, 'status.json'), '{}');
    assert.equal((await psutilAgentHere(['run', '--config', config])).code, 3);
    assert.equal(logOf(data)[0]!.level, 'fatal');
    assert.equal((JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport).last_error?.code, 'PSA_CONFIG_SYNTAX');
  });

  it('leaves the status of a collector that runs alone', async () => {
    const { data, config } = place();
    writeFileSync(join(data, 'status.json'), JSON.stringify({ state: 'sampling', pid: process.pid }));
    writeFileSync(config, JSON.stringify({ status: { path: '.' }, psutil_config: 5 }));
    assert.equal((await psutilAgentHere(['run', '--config', config])).code, 3);
    assert.equal((JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as StatusReport).state, 'sampling');
    assert.ok(logOf(data).length > 0);
  });
});

describe('what a collector keeps', { skip: process.platform === 'win32' }, () => {
  it('is its user\'s alone, whatever the umask', () => {
    const data = join(home, 'kept', 'deep');
    const config = file(JSON.stringify({ broker: { hostnames: ['127.0.0.1'], port: 1 }, status: { path: data }, psutil_config: [{ method: 'boot_time', interval: 0.1 }] }));
    const { status } = spawnSync('sh', ['-c', 'umask 0; exec "$@"', 'sh', process.execPath, command, 'run', '--config', config, '--duration', '0.5']);
    assert.equal(status, 0);
    const names = readdirSync(data, { recursive: true, encoding: 'utf8' });
    assert.ok(['status.json', 'psutil.log', 'spool'].every((name) => names.includes(name)), names.join());
    for (const name of ['.', ...names]) {
      const stats = statSync(join(data, name));
      assert.equal((stats.mode & 0o777).toString(8), stats.isDirectory() ? '700' : '600', name);
    }
  });
});
