// `npm test`: sets itself up, builds, and runs every test, some stages side by side. Closes with one line of counts.
//   npm test                  every stage
//   npm test -- unit system   only the stages named (see `stages`)
//   npm test -- pester Pester/Start.Tests.ps1   of Pester only these files
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { installPackages, root } from './dependencies.mjs';
import { installAnalyzer } from './lint-powershell.mjs';
import { powershellEngine, windowsPowershell } from './powershell/engine.mjs';
import { ensurePrerequisites } from './prerequisites.mjs';
import { windowsParts } from './windows/parts.mjs';
import { installedWindows } from './windows/prefix.mjs';

installPackages();
ensurePrerequisites();
await import('./build.mjs');

const given = process.argv.slice(2);
const pesterFiles = given.filter((word) => word.endsWith('.Tests.ps1'));
const files = readdirSync(`${root}/dist`, { recursive: true }).map((name) => `dist/${name}`).filter((name) => name.endsWith('.test.js')).sort();
const system = files.filter((name) => name.endsWith('.system.test.js'));
const unit = files.filter((name) => !system.includes(name));
const transport = system.filter((name) => name.startsWith('dist/transport/'));
const chaos = system.filter((name) => name.startsWith('dist/test/chaos/'));
const wine = system.filter((name) => /^dist\/windows[^/]*$/.test(name));
const others = system.filter((name) => ![...transport, ...chaos, ...wine].includes(name) && !name.startsWith('dist/test/module/'));
const moduleTest = (...names) => ['--test', ...names.map((name) => `dist/test/module/${name}.system.test.js`)];
// One file at a time: they measure.
const serial = ['--test', '--test-concurrency=1'];

/** What stages have in common that is fetched or made once: side by side they would do it in one place, and some have no network. */
const windows = [windowsParts, installedWindows];
const module = [...windows, windowsPowershell, powershellEngine];

/** Each stage in the order they start, the longest first: its name, what it needs, and the words of its command, run by this Node. */
const stages = [
  { name: 'wine', needs: module, words: moduleTest('monitor') },
  { name: 'system', needs: [powershellEngine], words: [...serial, ...others] },
  { name: 'transport', words: [...serial, ...transport] },
  { name: 'cloudify', needs: module, words: ['tools/isolated.mjs', ...moduleTest('cloudify', 'cloudifyLinux')] },
  { name: 'windows', needs: module, words: [...serial, ...wine] },
  { name: 'chaos', needs: windows, words: [...serial, ...chaos] },
  { name: 'package', needs: module, words: ['tools/isolated.mjs', ...moduleTest('package', 'examples')] },
  { name: 'pester', needs: [powershellEngine], words: ['tools/pester.mjs', ...pesterFiles] },
  { name: 'unit', needs: [powershellEngine], words: ['--test', ...unit] },
  { name: 'lint', needs: [powershellEngine, installAnalyzer], words: ['tools/lint.mjs'] },
];

const wanted = given.filter((word) => !pesterFiles.includes(word));
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`expected stages among ${stages.map(({ name }) => name).join(', ')}, found ${unknown.join(', ')}`);
  process.exit(2);
}
const waiting = stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const preparations = new Map([...new Set(waiting.flatMap(({ needs = [] }) => needs))].map((prepare) => [prepare, prepare()]));
// Where one fails, each stage that needs it does.
for (const preparation of preparations.values()) preparation.catch(() => undefined);

/** The counts in a runner's closing lines: node:test's, or a plain `N passed, N failed`. */
function countsOf(output) {
  const tap = (word) => Number(output.match(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const plain = [...output.matchAll(/^(?:.*\s)?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/gm)];
  const sum = (group) => plain.reduce((total, match) => total + Number(match[group] ?? 0), 0);
  return { passed: tap('pass') + sum(1), failed: tap('fail') + tap('cancelled') + sum(2), skipped: tap('skipped') + sum(3) };
}

async function runStage({ name, needs = [], words }) {
  try {
    await Promise.all(needs.map((prepare) => preparations.get(prepare)));
  } catch (error) {
    console.log(`${name}: not run: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, ran: 1 };
  }
  return new Promise((resolve) => {
    const began = Date.now();
    console.log(`${name}: started`);
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        // All of it comes at the end, unmixed; what failed is told as soon as it is known.
        for (const [, test] of (output.slice(output.lastIndexOf('\n') + 1) + text).matchAll(/^ *(?:not ok \d+ - |\[-\] )(.+)\n/gm)) console.log(`${name}: failed: ${test}`);
        output += text;
      });
    }
    child.on('close', (code) => {
      const counts = countsOf(output);
      const broken = code !== 0 && counts.failed === 0 ? 1 : 0;
      console.log(output);
      console.log(`${name}: ended with ${code} after ${((Date.now() - began) / 1000).toFixed(0)} s`);
      resolve({ ...counts, failed: counts.failed + broken, ran: counts.passed + counts.failed });
    });
  });
}

/** Runs the stages that wait, one after another; several such workers share them. */
async function work(results) {
  for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) results.push(await runStage(stage));
}

const results = [];
// The stages wait more than they compute: two workers more than there are cores. At most four, since some stages measure.
await Promise.all(Array.from({ length: Math.min(availableParallelism() + 2, 4) }, () => work(results)));
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const empty = results.filter(({ ran }) => ran === 0).length;
if (empty > 0) console.log(`${empty} stages ran no test, which counts as failed`);
const failed = total('failed') + empty;
console.log(`${total('passed')} passed, ${failed} failed, ${total('skipped')} skipped`);
process.exit(failed === 0 ? 0 : 1);
