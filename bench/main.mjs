// `npm run bench`: what the collector costs, beside collectd and the predecessor's way in the same run.
//   npm run bench                    everything, medians of several runs: about half an hour, on a quiet machine
//   npm run bench -- cpu50 drain     single rows (see `rows`)
//   npm run bench -- --short         45 seconds; ends with 1 where a ratio is off by a factor of two. A stage of `npm test`
// Needs rabbitmq-server, collectd-core, librabbitmq4, libyajl2, python3-psutil and python3-pika (Debian's; `npm test` installs them).
import { parseArgs } from 'node:util';
import { startBroker } from '../dist/test/support/broker.js';
import { calls, wineCalls } from './rows/calls.mjs';
import { cpu50, cpu1000, cpu10000 } from './rows/cpu.mjs';
import { drain } from './rows/drain.mjs';
import { startup } from './rows/start.mjs';
import { describeMachine, printBudgets, printRows } from './support/report.mjs';
import { runtime } from './support/runtime.mjs';

const rows = { startup, cpu50, cpu1000, cpu10000, drain, calls, wine: wineCalls };
const shortRows = ['cpu50', 'cpu1000'];

const { values, positionals } = parseArgs({ options: { short: { type: 'boolean', default: false } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in rows));
if (unknown.length > 0) {
  console.error(`expected rows among ${Object.keys(rows).join(', ')}, found ${unknown.join(', ')}`);
  process.exit(2);
}
const long = !values.short;
const wanted = positionals.length > 0 ? positionals : long ? Object.keys(rows) : shortRows;

describeMachine(runtime.version);
const broker = await startBroker();
const budgets = [];
let broken = 0;
/** Measures a row and prints it; what is due of it comes at the end. */
async function measure(name) {
  try {
    const result = await rows[name]({ port: broker.port, long });
    printRows(result.rows);
    budgets.push(...result.budgets);
  } catch (error) {
    broken += 1;
    console.log(`${name}: ${error.message}\n`);
  }
}

try {
  // Two rates leave two cores three quarters idle.
  if (long || positionals.length > 0) for (const name of wanted) await measure(name);
  else await Promise.all(wanted.map(measure));
} finally {
  await broker.stop();
}
const failed = printBudgets(budgets, long);
if (failed + broken > 0) console.log(`${String(failed)} budgets missed, ${String(broken)} rows could not be measured`);
console.log(`bench: ${String(budgets.length - failed)} passed, ${String(failed + broken)} failed`);
process.exit(failed + broken === 0 ? 0 : 1);
