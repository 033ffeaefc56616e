// Loaded before a test, and in what it starts, by NODE_OPTIONS: leaves the mutants whose code was run and the CPU time that it took, at
// the end and before it too, for what is killed.
const { appendFileSync } = require('node:fs');
const process = require('node:process');
const { isMainThread } = require('node:worker_threads');

// Wine takes a path without a drive for one of the drive that the program is on.
const file = `${process.platform === 'win32' ? 'Z:' : ''}${process.env.MUTATION_COVERAGE}`;
let known = 0;
let spent = 0;
function tell() {
  const ids = Object.keys(globalThis.__stryker__?.mutantCoverage?.static ?? {});
  const { user, system } = process.cpuUsage();
  const cpu = isMainThread ? (user + system) / 1000 - spent : 0;
  if (ids.length === known && cpu < 100) return;
  [known, spent] = [ids.length, spent + cpu];
  appendFileSync(file, `${JSON.stringify({ ids, cpu })}\n`);
}
globalThis.setInterval(tell, 300).unref();
process.on('exit', tell);
