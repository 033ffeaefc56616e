// What a reading costs beside psutil's own, in turn, as ratios: `npm run build && node bench/readings.mjs [rounds]`.
// Below 1 the collector is cheaper. Both in a process that is already warm; psutil's time is taken inside Python.
import { functions } from '../dist/catalog/functions.js';
import { completeArguments } from '../dist/config/validation.js';
import { openProvider } from '../dist/providers/host.js';
import { SharedProvider } from '../dist/providers/shared.js';
import { Meter } from '../dist/sample/meter.js';
import { systemClock } from '../dist/scheduler/clock.js';
import { psutil } from '../dist/test/support/psutil.js';

const rounds = Number(process.argv[2] ?? 9);
const calls = 50;
const given = { disk_usage: { path: '/' }, pid_exists: { pid: 1 } };
const provider = new SharedProvider(await openProvider());

/** Microseconds a call, over some calls in a row. */
async function ours(meter) {
  const began = performance.now();
  for (let n = 0; n < calls; n++) await meter.read();
  return ((performance.now() - began) * 1000) / calls;
}

async function theirs(name, args) {
  const words = Object.values(args).map((value) => JSON.stringify(value)).join(', ');
  const seconds = await psutil(`__import__('timeit').timeit(lambda: psutil.${name}(${words}), number=${calls})`);
  return (seconds * 1e6) / calls;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

console.log('function            ours, us   psutil, us   ratio (median of pairs)');
for (const { name } of functions.filter((definition) => !['cpu_percent', 'cpu_times_percent'].includes(definition.name))) {
  const args = given[name] ?? {};
  const meter = new Meter(provider, systemClock, name, completeArguments({ method: name, args, interval: 1 }));
  const pairs = [];
  try {
    await ours(meter);
    for (let n = 0; n < rounds; n++) pairs.push([await ours(meter), await theirs(name, args)]);
  } catch (error) {
    console.log(`${name.padEnd(18)}  unavailable: ${error.message}`);
    continue;
  }
  const column = (pick) => median(pairs.map(pick)).toFixed(1);
  console.log(`${name.padEnd(18)}  ${column(([a]) => a).padStart(8)}   ${column(([, b]) => b).padStart(10)}   ${median(pairs.map(([a, b]) => a / b)).toFixed(2).padStart(5)}`);
}
provider.close();
process.exit(0);
