// `npm test`: sets itself up, builds, and runs every test, some stages side by side. Closes with what failed, and one line of counts.
//   npm test                  every stage
//   npm test -- unit system   only the stages named (see `stages`)
//   npm test -- pester Pester/Start.Tests.ps1   of Pester only these files
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { shippedNode } from '../bench/support/node.mjs';
import { root } from './dependencies.mjs';
import { tellFailures } from './failures.mjs';
import { installAnalyzer } from './lint-powershell.mjs';
import { powershellEngine, windowsPowershell } from './powershell/engine.mjs';
import { ensurePrerequisites } from './prerequisites.mjs';
import { windowsParts } from './windows/parts.mjs';
import { installedWindows } from './windows/prefix.mjs';

/**
 * What stages run in: this environment without the further certificates that a machine behind a proxy has its Nodes read, each as it starts,
 * for 40 % of what a start costs. What is fetched is fetched by this process and the build.
 */
const env = { ...process.env };
delete env.NODE_EXTRA_CA_CERTS;

/** Runs a script of this clone with this Node; its output goes to stderr. Rejects where it fails. */
function runScript(words, environment = env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: root, env: environment, stdio: ['ignore', 2, 2] });
    child.on('error', reject).on('close', (code) => { if (code === 0) resolve(); else reject(new Error(`${words.join(' ')} ended with ${String(code)}`)); });
  });
}

/**
 * Has Linux give this process, and what it starts from now on, a core for up to 50 ms at a time where others wait for it, instead of some 2
 * (sched_setattr(2), which nothing but a program with C's calls can ask for; before Linux 6.12, or without Python, nothing changes). In a virtual
 * machine each change from one program to another costs much of what a core knows of its memory: two stages that compute on one core took a
 * tenth less CPU time.
 */
function takeLongTurns() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  // The size, no other policy (flag 8), the nice value as it is, and the turn in ns.
  const attributes = `struct.pack("IIQiIQQQ", 48, 0, 8, os.getpriority(os.PRIO_PROCESS, ${process.pid}), 0, 50_000_000, 0, 0)`;
  spawnSync('python3', ['-c', `import ctypes, os, struct; ctypes.CDLL(None).syscall(314, ${process.pid}, ${attributes}, 0)`]);
}
takeLongTurns();

const given = process.argv.slice(2);
const pesterFiles = given.filter((word) => word.endsWith('.Tests.ps1'));

const begun = new Map();
/** What several stages need, made once: whoever asks first begins it. */
function prepared(prepare) {
  if (!begun.has(prepare)) begun.set(prepare, prepare());
  return begun.get(prepare);
}

/** Windows, which Wine installs, a package of Debian's. */
async function windows() {
  await prepared(ensurePrerequisites);
  return installedWindows();
}
/** The packages of package-lock.json, and dist/. The stage lint checks the types, which takes longer than all else of a build. */
const built = () => runScript(['tools/build.mjs', ...(waiting.some(({ name }) => name === 'lint') ? ['--unchecked'] : [])], process.env);
/** The pinned Windows parts: npm takes longer for two installs at once than for one after the other. */
async function parts() {
  await prepared(built);
  return windowsParts();
}
/** The package: making it costs ten seconds of CPU time, most of them for packing node.exe. */
async function packaged() {
  await prepared(parts);
  env.PSUTIL_AGENT_PACKAGE = join(root, 'build/package.zip');
  await runScript(['tools/package.mjs', '--no-build', '--out', env.PSUTIL_AGENT_PACKAGE]);
}

/** node:test as failures.mjs reads it, whatever this Node's own choice. */
const parallel = ['--test', '--test-reporter=tap'];
const serial = [...parallel, '--test-concurrency=1'];
const moduleTest = (...names) => () => [...parallel, ...names.map((name) => `dist/test/module/${name}.system.test.js`)];
/** The words for the test files, as built, that a stage names. */
const tests = (words, choose) => () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true }).map((name) => `dist/${name}`).filter((name) => name.endsWith('.test.js')).sort();
  return [...words, ...files.filter((name) => choose(name, name.endsWith('.system.test.js')))];
};
/** Files of which each has a share of a stage's test files import them one after another: a Node of its own costs most of them more than their tests do. */
const shared = (count, choose) => (stage) => {
  const folder = join(root, 'build/shared', stage);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = tests([], choose)();
  return [...parallel, ...Array.from({ length: count }, (_, n) => {
    const file = join(folder, `${n + 1}.test.mjs`);
    writeFileSync(file, ['tools/shared.mjs', ...files.filter((name, at) => at % count === n)].map((name) => `await import('../../../${name}');\n`).join(''));
    return file;
  })];
};
/** What compares with psutil what changes by the moment, or counts the samples of a time: one file after another, the system's other files beside each other. */
const isMeasuring = (name) => /^dist\/(sample|providers\/linux)\/|^dist\/(agent|starvedBoot|test\/isolation|test\/ci)\.system/.test(name);
const isWine = (name) => /^dist\/windows[^/]*$/.test(name);
/** With the other file of a Windows it took longer than any other stage. */
const isDelivery = (name) => name.includes('/windows-delivery.');

/** What stages have in common that is fetched or made once: side by side they would do it in one place, and some have no network. */
const module = [parts, windows, windowsPowershell, powershellEngine];

/**
 * Each stage in the order they start, those that take long first: its name, what it needs, and what gives, for its name, the words of its command,
 * run by this Node. `anywhere`: it may use every core.
 */
const stages = [
  { name: 'wine', needs: module, words: moduleTest('monitor') },
  { name: 'chaos', words: shared(1, (name, system) => system && name.startsWith('dist/test/chaos/')) },
  {
    name: 'system', needs: [powershellEngine],
    words: shared(2, (name, system) => system && !isWine(name) && !isMeasuring(name) && !/^dist\/(transport|test\/(chaos|module))\//.test(name)),
  },
  // Wine looks for the owner of each of this machine's connections, of which other stages leave a thousand, at each of some hundred readings.
  { name: 'windows', needs: module, words: () => ['tools/isolated.mjs', '--interface', 'eth0', ...tests(serial, (name, system) => system && isWine(name) && !isDelivery(name))()] },
  { name: 'cloudify', needs: module, words: () => ['tools/isolated.mjs', ...moduleTest('cloudify', 'cloudifyLinux')()] },
  { name: 'measuring', needs: [powershellEngine], words: shared(1, (name, system) => system && isMeasuring(name)) },
  { name: 'winePester', needs: module, words: moduleTest('pester') },
  { name: 'pester', needs: [powershellEngine], words: () => ['tools/pester.mjs', ...pesterFiles] },
  { name: 'package', needs: [...module, packaged], words: () => ['tools/isolated.mjs', ...moduleTest('package')()] },
  // As lint it computes, in programs that have nothing to hand over to each other: they use whichever core the others leave.
  { name: 'unit', anywhere: true, needs: [powershellEngine], words: shared(4, (name, system) => !system) },
  { name: 'transport', words: shared(1, (name, system) => system && name.startsWith('dist/transport/')) },
  { name: 'windowsDelivery', needs: module, words: tests(serial, (name, system) => system && isWine(name) && isDelivery(name)) },
  { name: 'bench', needs: [shippedNode], words: () => ['bench/main.mjs', '--short'] },
  { name: 'examples', words: () => ['tools/isolated.mjs', ...moduleTest('examples')()] },
  { name: 'lint', anywhere: true, needs: [powershellEngine, installAnalyzer], words: () => ['tools/lint.mjs'] },
];

const wanted = given.filter((word) => !pesterFiles.includes(word));
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`expected stages among ${stages.map(({ name }) => name).join(', ')}, found ${unknown.join(', ')}`);
  process.exit(2);
}
const waiting = stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
// What many stages need is fetched, and compiled from other sources, while Debian's packages are installed and dist/ is built; what one needs, once it is its
// turn. Where one fails, each stage that needs it does.
const early = module.filter((prepare) => waiting.some(({ needs = [] }) => needs.includes(prepare)));
for (const prepare of [ensurePrerequisites, built, ...early]) prepared(prepare).catch(() => undefined);
await Promise.all([prepared(ensurePrerequisites), prepared(built)]).catch(({ message }) => {
  console.error(message);
  process.exit(1);
});

/** The counts in a runner's closing lines: node:test's, or a plain `N passed, N failed`. */
function countsOf(output) {
  const tap = (word) => Number(output.match(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const plain = [...output.matchAll(/^(?:.*\s)?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/gm)];
  const sum = (group) => plain.reduce((total, match) => total + Number(match[group] ?? 0), 0);
  return { passed: tap('pass') + sum(1), failed: tap('fail') + tap('cancelled') + sum(2), skipped: tap('skipped') + sum(3) };
}

/**
 * The words that keep a program and what it starts on one core. Its parts hand over to each other all the time, and across cores,
 * in a virtual machine above all, each handing over costs an interrupt: on one core a stage takes a quarter to a half less CPU time.
 */
const kept = existsSync('/usr/bin/taskset') ? (core) => ['/usr/bin/taskset', '--cpu-list', String(core)] : () => [];
/** The cores that this process may use, of which a container may have but some. */
function usableCores() {
  if (process.platform !== 'linux') return [0];
  const [, list] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

/** The cores, with the number of stages that are kept on each. */
const used = new Map(usableCores().map((core) => [core, 0]));
const leastUsed = () => [...used].reduce((least, one) => (one[1] < least[1] ? one : least))[0];

/** The stages at work, each the first of its processes' group. */
const running = new Set();
/** Sends a signal to all processes of a stage's group. */
function endStage({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
// A terminal's Ctrl-C goes to this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) endStage(child, signal);
    process.exit(1);
  });
}

/** What a stage may take, in ms: several times what the longest takes on a busy machine. */
const longest = 40 * 60_000;
async function runStage({ name, anywhere = false, needs = [], words }) {
  try {
    await Promise.all(needs.map(prepared));
  } catch (error) {
    console.log(`${name}: not run: ${error.message}`);
    return { name, output: `not run: ${error.message}`, passed: 0, failed: 1, skipped: 0, ran: 1 };
  }
  return new Promise((resolve) => {
    const began = Date.now();
    console.log(`${name}: started`);
    const core = anywhere ? undefined : leastUsed();
    if (!anywhere) used.set(core, used.get(core) + 1);
    const [program, ...rest] = [...(anywhere ? [] : kept(core)), process.execPath, ...words(name)];
    // A session of its own: Linux shares a core out among sessions first, and a stage of twenty threads takes no more of it than one of a single one.
    const child = spawn(program, rest, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        // All of it comes at the end, unmixed; what failed is told as soon as it is known.
        for (const [, test] of (output.slice(output.lastIndexOf('\n') + 1) + text).matchAll(/^ *(?:not ok \d+ - |\[-\] )(.+)\n/gm)) console.log(`${name}: failed: ${test}`);
        output += text;
      });
    }
    // What hangs is told with all it printed, before CI's own limit takes both away.
    const limit = setTimeout(() => {
      output += `\n${name} had not ended after ${longest / 60_000} minutes\n`;
      endStage(child, 'SIGKILL');
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    }, longest);
    child.on('close', (code) => {
      clearTimeout(limit);
      running.delete(child);
      if (!anywhere) used.set(core, used.get(core) - 1);
      const counts = countsOf(output);
      const broken = code !== 0 && counts.failed === 0 ? 1 : 0;
      console.log(output);
      console.log(`${name}: ended with ${code} after ${((Date.now() - began) / 1000).toFixed(0)} s`);
      resolve({ name, output, ...counts, failed: counts.failed + broken, ran: counts.passed + counts.failed });
    });
  });
}

/** Milliseconds between two looks at how busy the cores are. */
const pause = 6000;
let idleBefore = 0;
/** The share of the time since the last look that the cores had nothing to do. */
function idleShare() {
  const cores = cpus();
  const now = [...used.keys()].reduce((sum, core) => sum + (cores[core]?.times.idle ?? 0), 0);
  const share = (now - idleBefore) / (used.size * pause);
  idleBefore = now;
  return share;
}

/** How many stages are at work at once: they wait for a part of their time, and three on one core take a quarter more CPU time than one after another. */
const usual = used.size + 2;
const results = [];
let atWork = 0;
let ended;
/** Starts stages as long as there are some, and fewer than so many at work. */
function startStages(most) {
  while (waiting.length > 0 && atWork < most) {
    atWork += 1;
    void runStage(waiting.shift()).then((result) => {
      results.push(result);
      atWork -= 1;
      startStages(usual);
      if (atWork === 0) ended();
    });
  }
}
// One more whenever the cores have had nothing to do for a while, and then another.
idleShare();
const looking = setInterval(() => { if (idleShare() > 0.1) startStages(Math.min(atWork + 1, usual + 2)); }, pause);
await new Promise((resolve) => {
  ended = resolve;
  startStages(usual);
});
clearInterval(looking);
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const empty = results.filter(({ ran }) => ran === 0).length;
if (empty > 0) console.log(`${empty} stages ran no test, which counts as failed`);
const failed = total('failed') + empty;
// Whoever keeps only an end of this output sees what failed.
if (failed > 0) console.log(tellFailures(results.filter((result) => result.failed > 0 || result.ran === 0)));
console.log(`${total('passed')} passed, ${failed} failed, ${total('skipped')} skipped`);
process.exit(failed === 0 ? 0 : 1);
