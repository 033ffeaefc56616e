// How long until something comes: the first sample on standard output, the first at the consumer (by then confirmed), and validate.
import { spawn } from 'node:child_process';
import { countArrivals } from '../support/consumer.mjs';
import { median, until } from '../support/processes.mjs';
import { runtime } from '../support/runtime.mjs';
import { collectd, collector, entriesOf, folder, predecessor, writeSettings } from '../support/subjects.mjs';

/** Milliseconds from the start of a program to its first output, or to its end. */
function timed(args, event) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(runtime.node, args, { stdio: ['ignore', 'pipe', 'ignore'], env: runtime.env });
    let told;
    const note = () => { told ??= performance.now() - began; };
    child.stdout.on('data', () => { if (event === 'output') note(); });
    child.once('error', reject);
    child.once('exit', (code) => {
      note();
      if (code === 0) resolve(told);
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}

async function often(times, measure) {
  const found = [];
  for (let n = 0; n < times; n++) found.push(await measure());
  return median(found);
}

async function firstArrival(begin, port) {
  const counter = await countArrivals(port, begin.name);
  const began = performance.now();
  const subject = begin(port, 50, begin.name);
  try {
    await until(`the first sample of ${begin.name}`, () => counter.first !== undefined, 60, 2);
    return counter.first - began;
  } finally {
    await subject.end();
    await counter.close();
    subject.remove();
  }
}

/** Start-up, beside the peers' and an empty Node's. */
export async function startup({ port, long }) {
  const times = long ? 15 : 5;
  const { path, remove } = folder();
  const file = writeSettings(path, entriesOf(50, 1));
  const withBroker = writeSettings(folder().path, entriesOf(50, 1), port);
  const empty = await often(times, () => timed(['-e', '0'], 'end'));
  const first = await often(times, () => timed([runtime.command, 'run', '--config', file, '--duration', '1'], 'output'));
  const validate = await often(times, () => timed([runtime.command, 'validate', '--config', withBroker], 'end'));
  remove();
  const arrival = {};
  for (const begin of [collector, collectd, predecessor]) arrival[begin.name] = await often(long ? 7 : 3, () => firstArrival(begin, port));
  const { collector: ours, ...peers } = arrival;
  return {
    rows: [
      { name: 'first sample on stdout', unit: 'ms', digits: 0, ours: first, peers: { 'node -e 0': empty } },
      { name: 'validate, 50 entries', unit: 'ms', digits: 0, ours: validate, peers: { 'node -e 0': empty } },
      { name: 'first sample at the consumer', unit: 'ms', digits: 0, ours, peers },
    ],
    budgets: [
      { name: 'first sample on stdout, ms', value: first, most: 250 },
      { name: 'validate, ms', value: validate, most: 200 },
    ],
  };
}
