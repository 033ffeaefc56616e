// `npm run mutation [folder...]`: which changes of the code do the unit tests notice? Stryker changes node/FOLDER one place at a
// time and runs the unit tests beside it; a table a folder. Survivors stand in build/mutation/FOLDER.json and .txt; what has
// not changed since the last run is not tried again.
//   npm run mutation                      config, catalog, sample, scheduler
//   npm run mutation -- node/config       one folder, or node/config/host.ts one file
//   npm run mutation -- --sample 40 --seed 1      40 mutants of every folder in minutes (mutation/sample.mjs)
//   npm run mutation -- --again --system spool     what survived there, on the system tests that pass through it
//   npm run mutation -- Private Public --seed 1   60 mutants of the PowerShell module on its Pester tests (mutation/module.mjs)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { installPackages, npm, root } from './dependencies.mjs';

const own = `${root}tools/mutation`;
/** They need real parts, or take longer than all others together. */
const left = /(\.system|fuzz)\.test\.js$/;

installPackages();
const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  sample: { type: 'string' }, seed: { type: 'string', default: '1' }, system: { type: 'boolean', default: false }, again: { type: 'boolean', default: false }, cpu: { type: 'string', default: '30' },
} });
const ofModule = positionals.map((name) => name.replace(/\/$/, '')).filter((name) => /^(Private|Public)(\/|$)/.test(name));
if (ofModule.length > 0) {
  await import('./build.mjs');
  const { mutateModule } = await import('./mutation/module.mjs');
  await mutateModule(ofModule, { count: Number(values.sample ?? 60), seed: Number(values.seed) });
  process.exit(0);
}
if (!existsSync(`${own}/node_modules`)) {
  const [command, words, options] = npm(['ci', '--ignore-scripts', '--loglevel=error']);
  if (spawnSync(command, words, { ...options, cwd: own, stdio: ['ignore', 2, 2] }).status !== 0) process.exit(1);
}
const wanted = positionals.map((name) => name.replace(/^(node\/)?/, 'node/').replace(/\/$/, ''));
const places = wanted.length > 0 ? wanted : ['config', 'catalog', 'sample', 'scheduler'].map((name) => `node/${name}`);
const missing = places.filter((place) => !existsSync(`${root}/${place}`));
if (missing.length > 0) {
  console.error(`expected folders or files of node/, found ${missing.join(', ')}`);
  process.exit(2);
}

if (values.sample !== undefined || values.again) {
  const { runSample } = await import('./mutation/sample.mjs');
  await runSample({ ...values, sample: Number(values.sample), seed: Number(values.seed), cpu: Number(values.cpu), places: wanted });
  process.exit(0);
}
await import('./build.mjs');

function configuration(place, name) {
  const single = statSync(`${root}/${place}`).isFile();
  const folder = (single ? dirname(place) : place).replace(/^node/, 'dist');
  const tests = readdirSync(`${root}/${folder}`, { recursive: true }).filter((file) => file.endsWith('.test.js') && !left.test(file));
  return {
    mutate: single ? [place] : [`${place}/**/*.ts`, `!${place}/**/*.test.ts`, `!${place}/**/*.test.support.ts`, '!node/config/compile.ts'],
    plugins: [`${own}/node_modules/@stryker-mutator/tap-runner/dist/src/index.js`],
    testRunner: 'tap',
    tap: { testFiles: tests.map((file) => `${folder}/${file}`), nodeArgs: ['-r', '{{hookFile}}', '{{testFile}}'] },
    buildCommand: `node ${own}/compile.mjs`,
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    concurrency: 1,
    timeoutMS: 30_000,
    tempDirName: 'build/mutation/sandbox',
    ignorePatterns: ['dist', 'build', 'Pester', 'tools', 'bench'],
    incremental: true,
    incrementalFile: `build/mutation/${name}.incremental.json`,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: `build/mutation/${name}.json` },
    allowEmpty: true,
  };
}

/** The figures of a report: Ignored and compile errors are no mutants. */
function rowOf(place, report) {
  const mutants = Object.values(report.files).flatMap((file) => file.mutants);
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const [killed, survived, uncovered] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage')];
  const all = killed + survived + uncovered;
  return { place, all, killed, survived, uncovered, share: all === 0 ? 100 : (100 * killed) / all };
}

/** A line a survivor: file, line, what stood there and what stands there instead. */
function survivorsOf(report) {
  return Object.entries(report.files).flatMap(([name, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').map(({ status, location, replacement }) => {
      const { start, end } = location;
      const was = start.line === end.line ? lines[start.line - 1].slice(start.column - 1, end.column - 1) : `${lines[start.line - 1].slice(start.column - 1)} ...`;
      return `${name}:${start.line} ${status}: ${was.trim().slice(0, 100)} -> ${String(replacement).replace(/\s+/g, ' ').slice(0, 60)}`;
    });
  });
}

mkdirSync(`${root}/build/mutation`, { recursive: true });
const rows = [];
for (const place of places) {
  const name = basename(place, '.ts');
  const file = `${root}/build/mutation/${name}.config.json`;
  writeFileSync(file, JSON.stringify(configuration(place, name), null, 2));
  const { status } = spawnSync(process.execPath, [`${own}/node_modules/@stryker-mutator/core/bin/stryker.js`, 'run', file], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
  const report = JSON.parse(readFileSync(`${root}/build/mutation/${name}.json`, 'utf8'));
  writeFileSync(`${root}/build/mutation/${name}.txt`, `${survivorsOf(report).join('\n')}\n`);
  rows.push(rowOf(place, report));
}
console.log('| folder | mutants | killed | survived | never run | killed % |\n|---|---:|---:|---:|---:|---:|');
for (const { place, all, killed, survived, uncovered, share } of rows) {
  console.log(`| ${place} | ${all} | ${killed} | ${survived} | ${uncovered} | ${share.toFixed(0)} |`);
}
