// Mutants of the PowerShell module, which Stryker does not know: a seeded sample, spread over the files by their size and over
// the kinds of change, each tried on the Pester tests that run the changed statement, the most specific first, or,
// where none does here, on those of Windows (Wine). What was tried before on the same source and tests is not tried again. The
// tests run in one PowerShell on a copy of the module.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { root } from '../dependencies.mjs';
import { engineEnv, powershellEngine } from '../powershell/engine.mjs';

const own = join(root, 'tools/mutation');
const home = join(root, 'build/mutation/module');
const tree = join(home, 'tree');
const folders = ['Private', 'Public'];
/** They do not run the module, or run it on Windows alone. */
const left = ['EndToEnd', 'Help', 'Manifest', 'Parameter', 'Windows'].map((name) => `${name}.Tests.ps1`);
/** What is asked of Windows for real, tried where no other test runs a statement. */
const windowsTests = ['Pester/Windows.Tests.ps1'];
/** So many tests of one statement tell as much as all. */
const mostTests = 80;

const hashOf = (...texts) => createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);
const read = (name) => readFileSync(join(root, name), 'utf8');
const list = (folder, end) => readdirSync(join(root, folder)).filter((name) => name.endsWith(end)).sort().map((name) => `${folder}/${name}`);

/** A file of JSON in build/, as an object; an empty one where there is none. */
const remembered = (name) => (existsSync(join(home, name)) ? JSON.parse(readFileSync(join(home, name), 'utf8')) : {});
const remember = (name, value) => writeFileSync(join(home, name), JSON.stringify(value));

/** Numbers in [0, 1) by a seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(items, next) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

/** `count` of the candidates: each file has its share by its number of them, at least one, and its kinds take turns. */
export function sample(candidates, count, seed) {
  const next = random(seed);
  const files = groupBy(candidates, ({ file }) => file);
  const shares = [...files].map(([file, all]) => ({ file, all, exact: (count * all.length) / candidates.length }));
  for (const share of shares) share.take = Math.max(1, Math.floor(share.exact));
  const byRest = [...shares].sort((a, b) => b.exact - b.take - (a.exact - a.take));
  const given = () => shares.reduce((sum, { take }) => sum + take, 0);
  for (let index = 0; given() < count; index += 1) byRest[index % byRest.length].take += 1;
  for (let index = byRest.length - 1; given() > count && index >= 0; index -= 1) if (byRest[index].take > 1) byRest[index].take -= 1;
  return shares.flatMap(({ all, take }) => {
    const kinds = shuffle([...groupBy(shuffle(all, next), ({ kind }) => kind).values()], next);
    const picked = [];
    for (let turn = 0; picked.length < Math.min(take, all.length); turn += 1) {
      for (const kind of kinds) if (kind[turn] !== undefined && picked.length < take) picked.push(kind[turn]);
    }
    return picked;
  });
}

const { command: [program, ...words], pester } = await powershellEngine();

/** Runs a script with these parameters; `onTick` is asked each second and ends it by giving true. Gives its exit code and errors. */
function powershell(script, parameters, onTick) {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', [program, ...words, '-NoProfile', '-NonInteractive', '-File', join(own, script), ...parameters], {
      env: { ...process.env, ...engineEnv }, stdio: ['ignore', 'ignore', 'pipe'], detached: true,
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    const timer = setInterval(() => {
      // With what the tests started.
      if (onTick?.() === true) process.kill(-child.pid, 'SIGKILL');
    }, 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, errors });
    });
  });
}

/** Copies what the tests need; the collector's replies are kept over the mutants, by what it was called with. */
function copyModule() {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  for (const name of [...folders, 'Pester', 'en-US', 'examples', 'schemas', 'package.json', ...readdirSync(root).filter((file) => file.startsWith('PsutilAgent.'))]) {
    cpSync(join(root, name), join(tree, name), { recursive: true });
  }
  for (const name of ['dist', 'node_modules']) symlinkSync(join(root, name), join(tree, name));
  const fake = join(tree, 'Pester/FakeWindows.psm1');
  writeFileSync(fake, readFileSync(fake, 'utf8').replace(/^\$script:Replies = @\{\}/m,
    'if (-not (Test-Path variable:global:PsutilAgentReplies)) { $global:PsutilAgentReplies = @{} }\n$script:Replies = $global:PsutilAgentReplies'));
}

/** Does jobs in a worker, `onResult` after each. A job that takes longer than its `limit`, seconds, is given up as {id, timeout}. */
async function work(jobs, onResult) {
  let cpu = 0;
  for (let waiting = jobs; waiting.length > 0;) {
    const files = { jobs: join(home, 'jobs.json'), results: join(home, 'results.jsonl') };
    copyModule();
    writeFileSync(files.jobs, JSON.stringify(waiting));
    writeFileSync(files.results, '');
    let [seen, used, since] = [0, 0, Date.now()];
    const look = () => {
      const lines = readFileSync(files.results, 'utf8').split('\n').slice(0, -1);
      for (const line of lines.slice(seen)) {
        const result = JSON.parse(line);
        used = result.cpu ?? 0;
        onResult(result);
        since = Date.now();
      }
      seen = lines.length;
      return seen < waiting.length && Date.now() - since > 1000 * waiting[seen].limit;
    };
    const { code, errors } = await powershell('worker.ps1', ['-Pester', pester, '-Root', tree, '-Jobs', files.jobs, '-Output', files.results], look);
    const isLate = look();
    cpu += used;
    if (code === 0) return cpu;
    if (!isLate && code !== null) throw new Error(`The worker ended with ${code}:\n${errors}`);
    onResult({ id: waiting[seen].id, timeout: true });
    waiting = waiting.slice(seen + 1);
  }
  return cpu;
}

/**
 * Does jobs on Windows (Wine), on what is asked of Windows for real; `onResult` after all. A job that did not end is given up as
 * {id, timeout}, and those behind it are not tried.
 */
async function workOnWindows(jobs, onResult) {
  if (jobs.length === 0) return;
  const { makeWindowsHost } = await import(join(root, 'dist/test/support/windowsHost.js'));
  const host = await makeWindowsHost();
  try {
    const module = await host.layOut();
    const [given, output] = ['jobs.json', 'results.jsonl'].map((name) => join(host.prefix.home, name));
    writeFileSync(given, JSON.stringify(jobs));
    writeFileSync(output, '');
    const path = (name) => host.prefix.path(name);
    const { err } = await host.runFile(path(join(own, 'worker.ps1')), ['-Pester', path(pester), '-Root', path(module), '-Jobs', path(given), '-Output', path(output)],
      { timeout: jobs.reduce((sum, { limit }) => sum + limit, 60) });
    const results = readFileSync(output, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
    for (const result of results) onResult(result);
    if (results.length < jobs.length) {
      console.error(err);
      onResult({ id: jobs[results.length].id, timeout: true });
    }
  } finally {
    await host.remove();
  }
}

async function candidatesOf(files) {
  const key = hashOf(readFileSync(join(own, 'candidates.ps1'), 'utf8'), ...files.map(read));
  const known = remembered('candidates.json');
  if (known.key === key) return known.all;
  const output = join(home, 'found.json');
  const { code, errors } = await powershell('candidates.ps1', ['-Root', root, '-Path', files.join(','), '-Output', output]);
  if (code !== 0) throw new Error(errors);
  const all = JSON.parse(readFileSync(output, 'utf8'));
  remember('candidates.json', { key, all });
  return all;
}

/** By each test, FILE:LINE, its seconds and the statements it runs, FILE:OFFSET. */
async function coverage(files) {
  const known = remembered('coverage.json');
  const sources = hashOf(...files.map(read), ...['FakeWindows.ps1', 'FakeWindows.psm1'].map((name) => read(`Pester/${name}`)));
  const tests = list('Pester', '.Tests.ps1').filter((name) => !left.some((end) => name.endsWith(end)));
  const keys = Object.fromEntries(tests.map((name) => [name, hashOf(sources, read(name))]));
  const jobs = tests.filter((name) => known[name]?.key !== keys[name]).map((name) => ({ id: name, cover: name, limit: 1800 }));
  const cpu = await work(jobs, ({ id, tests: found, failed = [], timeout }) => {
    if (timeout || failed.length > 0) throw new Error(`${id} fails on the module as it is: ${failed.join('\n')}`);
    known[id] = { key: keys[id], tests: found };
    remember('coverage.json', known);
    console.error(`${id}: what its tests run is known`);
  });
  return { cpu, tests: new Map(tests.flatMap((file) => Object.entries(known[file].tests).map(([line, test]) => [`${file}:${line}`, { file, ...test, ran: new Set(test.ran) }]))) };
}

/** The tests that run a mutant's statement, or its function where it is in no statement: the most specific and quickest first. */
function testsOf({ file, statement, functionStart }, tests) {
  const place = `${file}:${statement >= 0 ? statement : functionStart}`;
  const weight = ({ seconds, ran }) => Math.sqrt(seconds + 0.1) * (ran.size + 20);
  const found = new Set();
  for (const [name, test] of [...tests].sort(([, a], [, b]) => weight(a) - weight(b))) {
    if (!test.ran.has(place)) continue;
    if (!name.endsWith(':0')) found.add(name);
    else for (const other of tests.keys()) if (other.startsWith(`${test.file}:`) && !other.endsWith(':0')) found.add(other);
  }
  return [...found].slice(0, mostTests);
}

/**
 * Tries a sample of `count` mutants by `seed`, of these folders or files, and prints a table; a line a survivor goes to
 * build/mutation/module.txt. Those that equivalent.json names, with why nobody could notice them, count apart.
 */
export async function mutateModule(places, { count = 60, seed = 1 } = {}) {
  mkdirSync(home, { recursive: true });
  const files = folders.flatMap((folder) => list(folder, '.ps1'));
  const all = await candidatesOf(files);
  const first = new Map();
  for (const { file, function: name, statement } of all) {
    const key = `${file} ${name}`;
    if (statement >= 0) first.set(key, Math.min(first.get(key) ?? Infinity, statement));
  }
  const wanted = all.filter(({ file }) => places.some((place) => file === place || file.startsWith(`${place}/`)));
  const mutants = sample(wanted, count, seed).map((mutant) => ({ ...mutant, functionStart: first.get(`${mutant.file} ${mutant.function}`) }));
  const equivalents = JSON.parse(readFileSync(join(own, 'equivalent.json'), 'utf8'));
  const named = (mutant) => equivalents.find((one) => ['file', 'function', 'text', 'was', 'now'].every((key) => one[key] === mutant[key]));
  const { cpu: coverageCpu, tests } = await coverage(files);

  const tried = remembered('tried.json');
  const jobs = [];
  const windowsJobs = [];
  for (const [index, mutant] of mutants.entries()) {
    mutant.equivalent = named(mutant)?.why;
    if (mutant.equivalent !== undefined) continue;
    const found = testsOf(mutant, tests);
    const onWindows = found.length === 0;
    const chosen = onWindows ? windowsTests : found;
    mutant.status = onWindows ? 'on Windows' : '';
    mutant.key = hashOf(read(mutant.file), JSON.stringify([mutant.file, mutant.offset, mutant.now]));
    const testKey = hashOf(...new Set(chosen.map((name) => read(name.replace(/:\d+$/, '')))));
    const before = tried[mutant.key];
    // Tests that are added kill no fewer.
    if (before !== undefined && (before.killed || before.testKey === testKey)) {
      Object.assign(mutant, before);
      continue;
    }
    mutant.testKey = testKey;
    const seconds = onWindows ? 10 : chosen.reduce((sum, name) => sum + tests.get(name).seconds, 0);
    (onWindows ? windowsJobs : jobs).push({
      id: index, file: mutant.file, offset: mutant.offset, length: mutant.length, now: mutant.now,
      batches: (onWindows ? chosen.map((name) => [name]) : [chosen.slice(0, 3), chosen.slice(3, 12), chosen.slice(12)]).filter(({ length }) => length > 0), limit: 120 + 5 * seconds,
    });
  }
  let done = 0;
  const onResult = ({ id, killed = false, by = '', ran = 0, invalid = false, timeout = false }) => {
    const mutant = mutants[id];
    Object.assign(mutant, { killed: killed || timeout, invalid, by: timeout ? 'time-out' : by, ran });
    tried[mutant.key] = { killed: mutant.killed, invalid, by: mutant.by, ran, testKey: mutant.testKey };
    remember('tried.json', tried);
    done += 1;
    const end = invalid ? 'does not parse' : mutant.killed ? `killed by ${mutant.by.slice(0, 160)}` : `SURVIVED ${ran} tests`;
    console.error(`${done} of ${jobs.length + windowsJobs.length} ${lineOf(mutant)}: ${end}`);
  };
  const cpu = await work(jobs, onResult);
  await workOnWindows(windowsJobs, onResult);
  report(mutants.filter(({ invalid }) => !invalid), cpu + coverageCpu);
}

const oneLine = (text, most) => text.replace(/\s+/g, ' ').slice(0, most);
const lineOf = ({ file, line, function: name, was, now, kind }) => `${file}:${line} ${name} (${kind}): ${oneLine(was, 100)} -> ${oneLine(now, 60)}`;

function report(mutants, cpu) {
  const rows = [...folders, ...new Set(mutants.map(({ file }) => file))].map((place) => {
    const here = mutants.filter(({ file }) => file === place || file.startsWith(`${place}/`));
    const equivalent = here.filter((mutant) => mutant.equivalent !== undefined).length;
    const killed = here.filter((mutant) => mutant.killed).length;
    const onWindows = here.filter(({ status }) => status === 'on Windows').length;
    return { place, all: here.length, onWindows, killed, equivalent, survived: here.length - killed - equivalent };
  });
  const total = rows.slice(0, folders.length).reduce((sum, row) => ({
    place: 'together', ...Object.fromEntries(['all', 'onWindows', 'killed', 'equivalent', 'survived'].map((key) => [key, (sum[key] ?? 0) + row[key]])),
  }), {});
  console.log('| file | mutants | tried on Windows | killed | equivalent | survived | killed % |\n|---|---:|---:|---:|---:|---:|---:|');
  for (const { place, all, onWindows, killed, equivalent, survived } of [...rows, total]) {
    const share = all === equivalent ? 100 : (100 * killed) / (all - equivalent);
    if (all > 0) console.log(`| ${place} | ${all} | ${onWindows} | ${killed} | ${equivalent} | ${survived} | ${share.toFixed(0)} |`);
  }
  console.log(`${cpu.toFixed(0)} s of CPU, Windows' apart`);
  const survivors = mutants.filter((mutant) => !mutant.killed);
  writeFileSync(join(root, 'build/mutation/module.txt'), survivors.map((mutant) => {
    const why = mutant.equivalent !== undefined ? `equivalent: ${mutant.equivalent}` : `survived ${mutant.ran} tests ${mutant.status}`;
    return `${lineOf(mutant)}\n    ${mutant.text}\n    ${why}\n`;
  }).join(''));
}
