// A backlog: how fast it is written with the broker away, what opening it takes, and how fast it drains with confirms while live
// samples go on.
import { startBroker } from '../../dist/test/support/broker.js';
import { countArrivals } from '../support/consumer.mjs';
import { cpuOf, memoryOf, until } from '../support/processes.mjs';
import { command, entriesOf, folder, statusOf, writeSettings } from '../support/subjects.mjs';

const run = (file) => command('run', '--config', file);
/** Eleven numbers each, ten times a second: two hundred of them are 22,000 samples a second. */
const many = (count) => Array.from({ length: count }, (_, index) => ({ method: 'virtual_memory', interval: 0.1, alias: `filling_${String(index)}` }));

/** Spools so many samples with nobody listening on the broker's port; gives how it went. */
async function fill(home, samples) {
  const file = writeSettings(home, many(200), 9, {}, { status: { path: home, interval: 0.25 } });
  const subject = run(file);
  const began = performance.now();
  await until('samples are spooled', () => (statusOf(home).spooled ?? 0) >= samples, 900, 100);
  const { spooled, skipped } = statusOf(home);
  const figures = { rate: spooled / ((performance.now() - began) / 1000), perSample: cpuOf(subject.pid) / spooled, skipped, ...memoryOf(subject.pid) };
  await subject.end();
  return figures;
}

/** 1,000,000 samples in the long form, 100,000 in the short. What bounds it is the broker, which is one of its own with the schedulers it comes with. */
export async function drain({ long }) {
  const samples = long ? 1_000_000 : 100_000;
  const broker = await startBroker({ busyWaits: true });
  const { port } = broker;
  const { path: home, remove } = folder();
  const counter = await countArrivals(port, 'collector');
  try {
    const filled = await fill(home, samples);
    const waiting = statusOf(home).spooled;
    const file = writeSettings(home, entriesOf(50, 1), port, { drain_rate: 1_000_000 }, { status: { path: home, interval: 0.25 } });
    const subject = run(file);
    const began = performance.now();
    let peak = 0;
    await until('the first of the backlog arrives', () => counter.count > 0, 120, 2);
    const first = performance.now();
    await until('the backlog drains', () => {
      peak = Math.max(peak, memoryOf(subject.pid).rss);
      return counter.count >= waiting;
    }, 900, 50);
    const seconds = (performance.now() - first) / 1000;
    const perSample = cpuOf(subject.pid) / counter.count;
    await until('it says that all is published', () => statusOf(home).published >= waiting && statusOf(home).spooled < 1000, 60, 100);
    const { skipped, taken, dropped } = statusOf(home);
    const due = Math.floor((performance.now() - first) / 1000) * 50;
    await subject.end();
    return {
      rows: [
        { name: 'backlog written, broker away', unit: '/s', digits: 0, ours: filled.rate, peers: {} },
        { name: 'CPU a sample written', unit: 'ms', digits: 4, ours: filled.perSample, peers: {} },
        { name: `${waiting.toLocaleString('en')} waiting, memory (RSS), highest`, unit: 'MB', digits: 1, ours: filled.peak, peers: {} },
        { name: 'start to the first of the backlog at the consumer', unit: 'ms', digits: 0, ours: first - began, peers: {} },
        { name: 'drained, with confirms', unit: '/s', digits: 0, ours: waiting / seconds, peers: {} },
        { name: 'CPU a sample drained', unit: 'ms', digits: 4, ours: perSample, peers: {} },
        { name: 'memory (RSS) while it drained, highest', unit: 'MB', digits: 1, ours: peak, peers: {} },
      ],
      budgets: [
        { name: 'drained a second, with confirms', value: waiting / seconds, least: 20_000 },
        { name: 'live ticks skipped or samples dropped while it drained', value: skipped + dropped, most: 0, strict: true },
        { name: 'share of the live samples due that were taken', value: taken / due, least: 0.98, strict: true },
      ],
    };
  } finally {
    await counter.close();
    await broker.stop();
    remove();
  }
}
