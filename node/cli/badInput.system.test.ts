import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { command, psutilAgent, psutilAgentHere, type Ended } from '../test/support/command.js';
import { writeReportData } from '../test/support/reportData.js';
import { Tmux } from '../test/support/tmux.js';
import { allCommands } from './program.js';

const commands = await allCommands();

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-bad-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const commandsProgram = fileURLToPath(new URL('../test/support/commandsProgram.js', import.meta.url));
const data = join(home, 'web');
const config = join(home, 'settings.yaml');
const withBroker = join(home, 'broker.yaml');
process.env['XDG_STATE_HOME'] = home;

/** Each command as it is used, and how it ends: no broker listens there, and Linux has no performance counters. */
const usual: Readonly<Record<string, readonly [words: string, code: number]>> = {
  run: [`run --config ${config} --once`, 0], validate: [`validate --config ${config}`, 0], sample: ['sample virtual_memory', 0],
  watch: ['watch boot_time --count 2 --interval 0.1', 0], methods: ['methods', 0], counters: ['counters', 5], status: [`status --data ${data}`, 0],
  report: [`report --data ${data} --output -`, 0], 'check-broker': [`check-broker --config ${withBroker}`, 4],
  consume: [`consume --config ${withBroker} --duration 1`, 4], init: ['init', 0], doctor: [`doctor ${config}`, 0],
};

writeReportData(data, Date.now());
const settings = (folder: string): string => `status: {path: ${folder}}\npsutil_config: [{method: boot_time, interval: 5}]\n`;
writeFileSync(config, settings(join(home, 'own')));
writeFileSync(withBroker, `broker: {hostnames: [127.0.0.1], port: 1}\n${settings(data)}`);

const quoted = (words: string): string => `'${process.execPath}' '${command}' ${words}`;

describe('every command', { skip: process.platform === 'win32' }, () => {
  it('has its row here', () => { assert.deepEqual(Object.keys(usual).sort(), commands.map(({ name }) => name).sort()); });

  for (const [name, [words, code]] of Object.entries(usual)) {
    it(`${name}: a pipe that is closed early, and no stdin, are no fault of their own`, () => {
      const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', `${quoted(words)} <&- | head -n 1`], { encoding: 'utf8' });
      assert.equal(status, code, stderr);
      assert.ok(stdout.split('\n').length <= 2);
      assert.doesNotMatch(stderr, /EPIPE|EBADF|unexpected|\n\s+at |node:internal/);
    });
  }
});

describe('a terminal of 20 columns', { skip: process.platform !== 'linux' }, () => {
  /** What is the same each time. */
  const texts: readonly string[] = [
    '--help', ...commands.map(({ name }) => `${name} --help`), 'methods', 'methods cpu_times', usual['status']![0], 'rnu', 'run --confg x', usual['validate']![0], `validate --config ${join(home, 'none')}`, 'status --data /no/such',
  ];
  it('breaks no word of help, lists, status and faults', async () => {
    const place = join(home, 'narrow');
    const wanted: Ended[] = [];
    for (const words of texts) wanted.push(await psutilAgentHere(words.split(' ')));
    writeFileSync(`${place}.json`, JSON.stringify(texts));
    // What was written there, line by line: one that is longer the terminal breaks wherever its edge is. The command itself, then the same in one process.
    const shown = (words: string): string => {
      spawnSync('script', ['-qc', `stty cols 20 rows 10; ${words}`, place], { stdio: 'ignore' });
      return readFileSync(place, 'utf8').split(/\r?\n/).slice(1, -2).join('\n');
    };
    const screens = shown(`'${process.execPath}' '${commandsProgram}' ${place}.json`).split('\n\f\n');
    assert.equal(screens.length, texts.length);
    assert.equal(shown(quoted(texts[0] ?? '')).trimEnd(), screens[0]?.trimEnd());
    for (const [at, words] of texts.entries()) {
      const lines = screens[at]?.split('\n') ?? [];
      const found = new Set(lines.join('\n').split(/\s+/));
      const { out, err } = wanted[at] as Ended;
      for (const word of (out + err).trim().split(/\s+/)) assert.ok(found.has(word), `${words}: ${word}\n${lines.join('\n')}`);
      for (const line of lines) assert.ok(line.length < 20 || !line.trimStart().includes(' '), `${words}: ${line}`);
    }
  });

  it('cuts no number of a reading, and shows no colour where none is wanted', async () => {
    for (const [words, value] of [['sample virtual_memory', /^total +[\d.]+ [MGT]iB$/m], [`sample --config ${config}`, /^ *[\d ,.]+ s$/m], ['watch virtual_memory --count 2', /^ +[\d.]+ [MGT]iB$/m]] as const) {
      const terminal = new Tmux(20, 60, `${quoted(words)}; echo "rc=$?"; exec sleep 600`, { NO_COLOR: '1' });
      try {
        const screen = await terminal.until((text) => text.includes('rc='));
        assert.match(screen.join('\n'), value);
        assert.ok(screen.includes('rc=0'), screen.join('\n'));
        assert.deepEqual(terminal.screen(true).join('').split('\u001b[').slice(1).filter((style) => /^(?:3|4|9|10)\d/.test(style)), []);
      } finally {
        terminal.close();
      }
    }
  });
});

describe('--config -', () => {
  const same: readonly string[] = ['validate --config', 'sample --config', 'run --once --config', 'watch --count 1 --config', 'report --output - --config', 'check-broker --config', 'consume --duration 1 --config', 'doctor'];
  /** Of a page what its settings are; its lines go on with the time. */
  const told = (out: string): string => (out.startsWith('<!DOCTYPE') ? [...out.matchAll(/<h1>.*?<\/h1>|<h2 id="settings">[^]*?<\/main>/g)].join('\n') : out);
  /** What differs from one call to the next, such as how far a connection has come that is tried again and again, and the file's name. */
  const plain = ({ out, err }: Ended): string => `${told(out)}\n${err}`.replaceAll(/samples are|sample is/g, 'is').replaceAll(/; (?:again in [\d.]+ s|a connection to \S+ is being opened)/g, '; again').replaceAll(`--config ${withBroker}`, '--config -').replaceAll(withBroker, 'standard input').replaceAll(/\d+(?:\.\d+)?|[A-Z][a-z]{2} \d+/g, '#');

  for (const words of same) {
    it(`psutil-agent ${words} - is as with the file`, async () => {
      const text = readFileSync(withBroker, 'utf8');
      // run ends its process.
      const of = await (words.startsWith('run') ? psutilAgent : psutilAgentHere)([...words.split(' '), withBroker]);
      const read = await psutilAgent([...words.split(' '), '-'], { stdin: text, cwd: home });
      assert.deepEqual([read.code, plain(read)], [of.code, plain(of)]);
    });
  }

  it('says what is wrong with it, and that it is there', () => {
    const texts = [['bad', '[{"method": "boot_tim", "interval": 5}]'], ['none', '']].map(([name = '', text = '']) => {
      writeFileSync(join(home, name), text);
      return join(home, name);
    });
    writeFileSync(join(home, 'commands.json'), JSON.stringify(same.flatMap((words) => texts.map(() => `${words} -`))));
    // All by one process, standard error on standard output.
    const { stdout } = spawnSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', process.execPath, commandsProgram, join(home, 'commands.json'), ...same.flatMap(() => texts)], { encoding: 'utf8' });
    const replies = stdout.split('\f\n');
    assert.equal(replies.length, 2 * same.length, stdout);
    for (const [at, words] of same.entries()) {
      const [bad = '', none = ''] = replies.slice(2 * at);
      assert.match(bad, /standard input[^]*did you mean "boot_time"|did you mean "boot_time"[^]*standard input/, words);
      assert.match(none, /standard input: expected .*, found an empty configuration/, words);
      for (const reply of [bad, none]) assert.match(reply, /^exit code 3$/m, words);
    }
  });
});
