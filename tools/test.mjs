// `npm test`: sets itself up, builds, and runs every test in two lanes, one a core. Closes with one line of counts.
//   npm test                  every stage but those that run only when named
//   npm test -- unit system   only the stages named (see `stages`)
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { installPackages, root } from './dependencies.mjs';
import { ensurePrerequisites } from './prerequisites.mjs';

installPackages();
ensurePrerequisites();
await import('./build.mjs');

const files = readdirSync(`${root}/dist`, { recursive: true }).map((name) => `dist/${name}`).filter((name) => name.endsWith('.test.js')).sort();
const isSystem = (name) => name.endsWith('.system.test.js');

/** Each stage: its name, its lane, and the words of its command, run by this Node. */
const stages = [
  { name: 'unit', lane: 0, words: ['--test', ...files.filter((name) => !isSystem(name))] },
  { name: 'system', lane: 0, words: ['--test', '--test-concurrency=1', ...files.filter(isSystem)] },
  { name: 'pester', lane: 1, words: ['Pester/run.mjs'] },
  // Run only when named, until each has passed on a machine that does nothing else (issues 4 and 6).
  { name: 'wine', lane: 1, words: ['Pester/wine.mjs'], named: true },
  { name: 'package', lane: 1, words: ['Pester/package.mjs'], named: true },
  { name: 'cloudify', lane: 1, words: ['Pester/cloudify.mjs'], named: true },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`expected stages among ${stages.map(({ name }) => name).join(', ')}, found ${unknown.join(', ')}`);
  process.exit(2);
}
const chosen = stages.filter(({ name, named }) => (wanted.length === 0 ? named !== true : wanted.includes(name)));

/** The counts in a runner's closing lines: node:test's, or a plain `N passed, N failed`. */
function countsOf(output) {
  const tap = (word) => Number(output.match(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const plain = [...output.matchAll(/^(?:.*\s)?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/gm)];
  const sum = (group) => plain.reduce((total, match) => total + Number(match[group] ?? 0), 0);
  return { passed: tap('pass') + sum(1), failed: tap('fail') + tap('cancelled') + sum(2), skipped: tap('skipped') + sum(3) };
}

function runStage({ name, words }) {
  return new Promise((resolve) => {
    const began = Date.now();
    console.log(`${name}: started`);
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      const counts = countsOf(output);
      const broken = code !== 0 && counts.failed === 0 ? 1 : 0;
      console.log(output);
      console.log(`${name}: ended with ${code} after ${((Date.now() - began) / 1000).toFixed(0)} s`);
      resolve({ ...counts, failed: counts.failed + broken, ran: counts.passed + counts.failed });
    });
  });
}

async function runLane(lane) {
  const results = [];
  for (const stage of chosen.filter((candidate) => candidate.lane === lane)) results.push(await runStage(stage));
  return results;
}

const results = (await Promise.all([runLane(0), runLane(1)])).flat();
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const empty = results.filter(({ ran }) => ran === 0).length;
if (empty > 0) console.log(`${empty} stages ran no test, which counts as failed`);
const failed = total('failed') + empty;
console.log(`${total('passed')} passed, ${failed} failed, ${total('skipped')} skipped`);
process.exit(failed === 0 ? 0 : 1);
