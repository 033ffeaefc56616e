// Loaded before a test by NODE_OPTIONS: at its end it leaves the mutants whose code was run, and the CPU time that it took.
const { appendFileSync } = require('node:fs');
const process = require('node:process');
const { isMainThread } = require('node:worker_threads');

process.on('exit', () => {
  const ids = Object.keys(globalThis.__stryker__?.mutantCoverage?.static ?? {});
  const { user, system } = process.cpuUsage();
  appendFileSync(process.env.MUTATION_COVERAGE, `${JSON.stringify({ ids, cpu: isMainThread ? (user + system) / 1000 : 0 })}\n`);
});
