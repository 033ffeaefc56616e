// `npm run mutation -- --sample N [--seed S] [--system] [--again] [folder...]`: of the mutants that Stryker makes of each folder of
// node/ N are tried, chosen by the seed and spread over its files. One process runs the folder's own unit tests that
// pass through the mutant, the quick ones first, and then a second those of other folders, first those that use its folder, all within the CPU time of --cpu.
//   --system   what survived is tried against the system tests of its folder, and those that import of it, that pass through it too
//   --again    only what survived the last run, after tests were written; or what a run that was ended had not come to
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { copy, makeCopy } from './copy.mjs';
import { allPassed } from './firstFailure.mjs';

const out = `${root}build/mutation`;
const own = `${root}tools/mutation`;
/** They try random documents for long. */
const left = /(\.system|fuzz)\.test\.js$/;
/** Those system tests that take minutes, or set up more than a collector: the module, chaos, a machine that is short of CPU; and one that measures. */
const leftOfSystem = /^(test\/(module\/|chaos\/(chaos|backlog)|isolation|consumers)|starvedBoot|cli\/memory|config\/fuzz)/;
/** What notices a mutant by no test, but by an end before all had run: mostly in a bound. `t` in the row of dots. */
const ended = 'ended: ';
/** Tests at once: unit tests wait for their own timers now and then. */
const atOnce = 2 * availableParallelism();
/** Seconds of CPU time that the system tests of a mutant may take. */
const systemCpu = 60;

const folderOf = (file) => file.split('/')[1];
const read = (file, otherwise) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : otherwise);

/** What coverage.cjs has left. */
const recorded = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : []);

/** Ends what has a folder in its environment: a broker or a Wine that a test has left. */
function endAllOf(folder) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) process.kill(Number(pid), 'SIGKILL');
    } catch { /* It has ended. */ }
  }
}

/** Runs Node in the copy. Gives what it printed and whether it succeeded within its bounds: CPU seconds of a process, and wall time. */
function run(words, { env, cpu, wall }) {
  return new Promise((resolve) => {
    const folder = mkdtempSync(join(tmpdir(), 'psm-'));
    // As the usual one is: a test takes another account's rights.
    chmodSync(folder, 0o755);
    const child = spawn('prlimit', [`--cpu=${Math.ceil(cpu)}`, process.execPath, ...words], { cwd: copy, env: { ...process.env, TMPDIR: folder, ...env }, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-2000)));
    const stopGroup = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* It has ended. */ } };
    const timer = setTimeout(stopGroup, wall * 1000);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      stopGroup();
      endAllOf(folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      resolve({ passed: code === 0, how: code ?? signal, output: output.trim() });
    });
  });
}

/**
 * By test file, which mutants it passes through and its CPU time. `names`: the tests; `cpu`, `wall`: the seconds that one may take; `workers`:
 * how many run side by side; `file`: where it is kept, for as long as the test is the same, as it is dear to measure: a mutant that was not
 * there yet is then one that the tests of its file pass through.
 */
async function coverage(mutants, { names, cpu, wall, workers, file }) {
  const { all, tests: known = {} } = read(file, {});
  const keys = new Map(mutants.map(({ id, file: code, context, was, now }) => [id, `${code}|${createHash('sha256').update(`${context}|${was}|${now}`).digest('base64').slice(0, 12)}`]));
  const before = new Set(all);
  const added = all === undefined ? [] : [...new Set(keys.values())].filter((key) => !before.has(key));
  const codeOf = (key) => key.split('|')[0];
  for (const test of Object.values(known)) {
    const files = new Set(test.keys.map(codeOf));
    test.keys.push(...added.filter((key) => files.has(codeOf(key))));
  }
  const tests = {};
  const keep = () => { writeFileSync(file, JSON.stringify({ all: [...new Set([...before, ...keys.values()])], tests: { ...known, ...tests } })); };
  const measure = async (name) => {
    const hash = createHash('sha256').update(readFileSync(`${copy}/dist/${name}`)).digest('hex');
    // One that failed may have had a busy machine.
    if (known[name]?.hash === hash && known[name].passed) return (tests[name] = known[name]);
    const record = `${out}/coverage.jsonl.${name.replaceAll('/', '-')}`;
    rmSync(record, { force: true });
    const { passed, output } = await run([`dist/${name}`], { env: { MUTATION_COVERAGE: record, NODE_OPTIONS: `--require ${own}/coverage.cjs` }, cpu, wall });
    if (!passed) console.error(`${name} fails without a mutant, and is not used: ${output.slice(-300)}`);
    const runs = recorded(record);
    rmSync(record, { force: true });
    tests[name] = { hash, passed, cpu: runs.reduce((sum, each) => sum + each.cpu, 0), keys: [...new Set(runs.flatMap(({ ids }) => ids).map((id) => keys.get(id)))] };
    keep();
  };
  const waiting = [...names];
  await Promise.all(Array.from({ length: workers }, async () => { for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await measure(name); }));
  keep();
  return Object.entries(tests).filter(([, { passed }]) => passed).map(([name, { hash, cpu: takes, keys: passedThrough }]) => {
    const reached = new Set(passedThrough);
    return { name, hash, cpu: takes, imports: importsOf(name), ids: new Set(mutants.filter(({ id }) => reached.has(keys.get(id))).map(({ id }) => id)) };
  }).sort((a, b) => a.cpu - b.cpu);
}

/** The folders of node/ that a test file imports of. */
function importsOf(name) {
  return new Set([...readFileSync(`${copy}/dist/${name}`, 'utf8').matchAll(/from "(?:\.\.?\/)+(\w+)\//g)].map(([, folder]) => folder));
}

/** The words that run test files in one process, which the first failure ends. */
const together = (names) => ['--test-reporter', `${own}/firstFailure.mjs`, '--test-reporter-destination=stdout', `${own}/entry.mjs`, ...names.map((name) => `dist/${name}`)];

/** Throws where the unit tests that are quick enough to run in company fail in one process, without a mutant: any would count as noticed. */
async function checkTogether(all, cpu) {
  let left = 2 * cpu * 1000;
  const tests = all.filter((test) => (left -= test.cpu) > 0);
  const file = `${out}/together.json`;
  const state = JSON.stringify(tests.map(({ name, hash }) => [name, hash]).sort());
  if (read(file, '') === state) return;
  const { passed, how, output } = await run(together(tests.map(({ name }) => name)), { env: {}, cpu: 10 * cpu, wall: 1800 });
  if (!passed || output !== allPassed) throw new Error(`without a mutant the unit tests of all folders fail in one process, or end it (${String(how)}): ${output}`);
  writeFileSync(file, JSON.stringify(state));
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function randomOf(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` of them, spread evenly over the files: shuffled within each, then every so-manieth. */
function choose(mutants, count, seed) {
  const random = randomOf(seed);
  const keyed = mutants.map((mutant) => ({ mutant, key: random() }));
  keyed.sort((a, b) => (a.mutant.file === b.mutant.file ? a.key - b.key : a.mutant.file < b.mutant.file ? -1 : 1));
  const step = Math.max(1, keyed.length / count);
  const start = random() * step;
  return Array.from({ length: Math.min(count, keyed.length) }, (_, index) => keyed[Math.floor(start + index * step)]?.mutant).filter((mutant) => mutant !== undefined);
}

const sameMutant = (a) => (b) => a.file === b.file && a.was === b.was && a.now === b.now && a.context === b.context;

/** `sample`: mutants a folder. `cpu`: seconds of CPU time that the unit tests of a mutant may take. `places`: folders or files of node/; none is all of them. */
export async function runSample({ sample, seed, system, again, cpu, places }) {
  mkdirSync(out, { recursive: true });
  const mutants = await makeCopy();
  const { passed: compiled } = await run(['dist/config/compile.js'], { cpu: 30, wall: 120 });
  if (!compiled) throw new Error('the schemas of the copy do not compile');
  const validators = `${copy}/dist/config/validators.cjs`;
  copyFileSync(validators, `${out}/validators.cjs`);
  const record = `${out}/compile.jsonl`;
  rmSync(record, { force: true });
  await run(['dist/config/compile.js'], { env: { MUTATION_COVERAGE: record, NODE_OPTIONS: `--require ${own}/coverage.cjs` }, cpu: 30, wall: 120 });
  /** Mutants of what is compiled when the collector is built. */
  const built = new Set(recorded(record).flatMap(({ ids }) => ids));
  const names = readdirSync(`${copy}/dist`, { recursive: true }).filter((name) => name.endsWith('.test.js')).sort();
  const tests = await coverage(mutants, { names: names.filter((name) => !left.test(name)), cpu: 60, wall: 300, workers: atOnce, file: `${out}/coverage.json` });
  await checkTogether(tests, cpu);
  const equivalent = read(`${own}/equivalent.json`, []);
  const folders = [...new Set(mutants.map(({ file }) => folderOf(file)))].filter((folder) => places.length === 0 || places.some((place) => place.split('/')[1] === folder));
  /** Those of a folder that is tried, and those that import of one: others start a collector, and pass through everything without a look at it. */
  const bites = (name) => folders.some((folder) => name.startsWith(`${folder}/`) || folder === name.replace(/\.system\.test\.js$/, '.ts') || importsOf(name).has(folder));
  const systemTests = !system ? [] : await coverage(mutants, {
    names: names.filter((name) => name.endsWith('.system.test.js') && !leftOfSystem.test(name) && bites(name)), cpu: 120, wall: 900, workers: atOnce / 2, file: `${out}/coverage.system.json`,
  });

  const cpuOf = new Map([...tests, ...systemTests].map(({ name, cpu: takes }) => [name, takes]));

  /** What notices the mutant: the name of a test, or nothing. */
  async function noticedBy({ id, file }, files, bound) {
    const env = { __STRYKER_ACTIVE_MUTANT__: id };
    if (built.has(id)) {
      const { passed } = await run(['dist/config/compile.js'], { env, cpu: 20, wall: 120 });
      if (!passed) return copyFileSync(`${out}/validators.cjs`, validators), 'compile.js';
    }
    let noticed;
    for (const names of files) {
      const { passed, output } = await run(together(names), { env, cpu: bound, wall: 180 + names.reduce((sum, name) => sum + (cpuOf.get(name) ?? 0), 0) / 50 });
      if (passed && output === allPassed) continue;
      noticed = output || `${ended}${file}`;
      break;
    }
    if (built.has(id)) copyFileSync(`${out}/validators.cjs`, validators);
    return noticed;
  }

  // Each was measured in a process of its own; here they share one.
  const start = tests[0]?.cpu ?? 0;

  function unitTestsOf({ id, file }) {
    const covering = tests.filter(({ ids }) => ids.has(id) || built.has(id));
    // Those that use its folder themselves tell more of it than those that pass through it on their way.
    covering.sort((a, b) => b.imports.has(folderOf(file)) - a.imports.has(folderOf(file)));
    const beside = covering.filter(({ name }) => name.startsWith(`${folderOf(file)}/`) || (file === 'node/agent.ts' && !name.includes('/')));
    let left = cpu * 1000;
    const fits = (test) => (left -= test.cpu - start) > 0 || test === beside[0];
    const groups = [beside.filter(fits), covering.filter((test) => !beside.includes(test) && fits(test))].filter((group) => group.length > 0);
    return { covered: covering.length > 0, groups: groups.map((group) => group.map(({ name }) => name)), bound: 5 + 3 * cpu };
  }

  /** Those that pass through it, one by one, its folder's own and then the quick ones first, until their time is over. */
  function systemTestsOf({ id, file }) {
    let left = systemCpu * 1000;
    const covering = systemTests.filter(({ ids }) => ids.has(id) || built.has(id));
    const beside = covering.filter(({ name }) => name.startsWith(`${folderOf(file)}/`));
    return [...beside, ...covering.filter((test) => !beside.includes(test))].filter((test) => (left -= test.cpu) > 0 || test === beside[0]).map(({ name }) => [name]);
  }

  const hashOf = new Map(tests.map(({ name, hash }) => [name, hash]));
  /** A test on a mutant of a file, as both are now: a mutant that has survived it need not be tried on it again. */
  const trialOf = (file, name) => createHash('sha256').update(readFileSync(`${root}${file}`)).update(`${name}|${hashOf.get(name)}`).digest('base64').slice(0, 12);

  const rows = [];
  for (const folder of folders) {
    const result = `${out}/${folder}.sample.json`;
    const inFolder = mutants.filter(({ file }) => folderOf(file) === folder && (places.length === 0 || places.some((place) => file.startsWith(place))));
    const before = read(result, []);
    const chosen = again
      ? before.map((old) => ({ ...old, ...(inFolder.find(sameMutant(old)) ?? { id: undefined }) })).filter(({ id }) => id !== undefined)
      : choose(inFolder, typeof sample === 'object' ? sample[folder] : sample, seed);
    const tried = [];
    const text = `${out}/${folder}.sample.txt`;
    const survives = (state) => state.equivalent === undefined && state.unit === undefined && state.system === undefined;
    const lineOf = ({ id, file, line, covered, context, was, now }) => `${id} ${file}:${line}${covered ? '' : ' NEVER RUN'}\n    ${context.slice(0, 200)}\n    ${was.replace(/\s+/g, ' ').slice(0, 160)}  =>  ${now.replace(/\s+/g, ' ').slice(0, 160)}`;
    writeFileSync(text, '');
    async function tryOne(mutant, place) {
      const reason = equivalent.find(({ file, text, was, now }) => file === mutant.file && text === mutant.context && was === mutant.was && now === mutant.now)?.why;
      const state = { ...mutant, equivalent: reason };
      if (reason === undefined && !(again && mutant.unit !== undefined)) {
        const { covered, groups, bound } = unitTestsOf(mutant);
        state.covered = covered;
        const trials = new Map(groups.flat().map((name) => [name, trialOf(mutant.file, name)]));
        const seen = new Set(mutant.survived);
        state.unit = await noticedBy(mutant, groups.map((names) => names.filter((name) => !seen.has(trials.get(name)))).filter((names) => names.length > 0), bound);
        state.survived = state.unit === undefined ? [...trials.values()] : undefined;
      }
      if (system && reason === undefined && state.unit === undefined && state.system === undefined) {
        state.system = await noticedBy(mutant, systemTestsOf(mutant), 120);
      }
      tried[place] = state;
      // A run that is ended keeps what it has found.
      writeFileSync(result, JSON.stringify(chosen.map((each, index) => tried[index] ?? each), null, 1));
      if (survives(state)) {
        appendFileSync(text, `${lineOf(state)}\n`);
        process.stderr.write(`X\n${lineOf(state)}\n`);
      } else process.stderr.write(state.equivalent !== undefined ? '=' : state.unit?.startsWith(ended) === true ? 't' : state.unit !== undefined ? '.' : 's');
    }
    const numbered = [...chosen.entries()];
    // Those that are compiled into the schemas change a file that all others use.
    const alone = numbered.filter(([, { id }]) => built.has(id));
    const waiting = numbered.filter(([, { id }]) => !built.has(id));
    await Promise.all(Array.from({ length: system ? atOnce / 2 : atOnce }, async () => { for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tryOne(next[1], next[0]); }));
    for (const [place, mutant] of alone) await tryOne(mutant, place);
    const counted = tried.filter((each) => each.equivalent === undefined);
    const killed = counted.filter(({ unit }) => unit !== undefined).length;
    const together = counted.filter((each) => each.unit !== undefined || each.system !== undefined).length;
    const share = (part) => (counted.length === 0 ? '' : ((100 * part) / counted.length).toFixed(0));
    rows.push(`| ${folder} | ${inFolder.length} | ${counted.length} | ${tried.length - counted.length} | ${share(killed)} | ${system ? share(together) : ''} |`);
    console.error(`\n${rows.at(-1)}`);
  }
  console.log(`seed ${seed}\n| folder | mutants | tried | equivalent | unit tests % | with system tests % |\n|---|---:|---:|---:|---:|---:|\n${rows.join('\n')}`);
}
