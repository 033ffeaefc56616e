// What a sample costs at a steady rate: processor time of each process by the samples that arrived meanwhile, and its memory.
import { countArrivals } from '../support/consumer.mjs';
import { cpuOf, median, memoryOf, until } from '../support/processes.mjs';
import { fails } from '../support/report.mjs';
import { collectd, collector, predecessor, statusOf } from '../support/subjects.mjs';

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** A subject that publishes at a steady rate, measured once or several times over its life. */
class Run {
  #counter;
  #subject;
  /** Ticks skipped and samples dropped that an earlier measurement told of. */
  #told = 0;

  constructor(begin, port, rate) {
    Object.assign(this, { begin, port, rate, name: begin.name });
  }

  /** Starts it, and waits until it is at its pace. */
  async start() {
    const exchange = `${this.name}${String(this.rate)}`;
    this.#counter = await countArrivals(this.port, exchange);
    this.#subject = this.begin(this.port, this.rate, exchange);
    await until(`samples of ${this.name}`, () => this.#counter.count >= Math.min(this.rate * 2, this.rate + 1000), 120);
  }

  /** Milliseconds of processor a sample, and MB, over so many seconds; what was skipped and dropped since the measurement before, or the start. */
  async measure(seconds) {
    const { pid, home } = this.#subject;
    const [count, cpu] = [this.#counter.count, cpuOf(pid)];
    const began = performance.now();
    let highest = 0;
    for (const end = began + seconds * 1000; performance.now() < end; await sleep(0.25)) highest = Math.max(highest, memoryOf(pid).rss);
    const samples = this.#counter.count - count;
    const elapsed = performance.now() - began;
    const used = cpuOf(pid) - cpu;
    const { skipped = 0, dropped = 0, spooled } = statusOf(home);
    const lost = skipped + dropped - this.#told;
    this.#told += lost;
    return {
      perSample: used / samples, rate: samples / (elapsed / 1000), cores: used / elapsed,
      // The samples of a second come together: one tick may lie just outside of what was watched.
      arrived: Math.min(1, samples / (this.rate * (elapsed / 1000 - 1))),
      ...memoryOf(pid), highest, lost, spooled,
    };
  }

  async end() {
    await this.#subject?.end();
    await this.#counter?.close();
    this.#subject?.remove();
  }
}

/** A subject from its start to its end, measured once. */
async function measure(begin, port, rate, seconds, warm) {
  const run = new Run(begin, port, rate);
  try {
    await run.start();
    await sleep(warm);
    return await run.measure(seconds);
  } finally {
    await run.end();
  }
}

const over = (runs, key) => median(runs.map((run) => run[key]));

/**
 * One rate beside its peers, at once, since a machine does not stay the same: from half a minute after its start, when V8 has compiled what a tick
 * runs. The peers, which compile nothing, start then: the predecessor is more work for the broker than all else. In the short form ten seconds,
 * which may meet what else the machine does then: only five times in a row are they the collector.
 */
async function compare({ port, long }, rate, peers, reckon) {
  const [ours, ...others] = [collector, ...peers].map((subject) => new Run(subject, port, rate));
  const runs = [ours, ...others];
  const measured = new Map(runs.map(({ name }) => [name, []]));
  try {
    await ours.start();
    await sleep(long ? 30 : 20);
    await Promise.all(others.map((run) => run.start()));
    for (let times = 1; ; times++) {
      await Promise.all(runs.map(async (run) => {
        const one = await run.measure(long ? 20 : 10);
        measured.set(run.name, long ? [...measured.get(run.name), one] : [one]);
      }));
      const result = reckon(measured);
      if (times === 5 || (!long && !result.budgets.some((budget) => fails(budget, false)))) return result;
      if (!long) console.log(`${String(rate)}/s: off by a factor of two, measured once more`);
    }
  } finally {
    await Promise.all(runs.map((run) => run.end()));
  }
}

function rowsOf(title, runs) {
  const ours = runs.get('collector');
  const row = (name, key, unit, digits) => ({
    name: `${title}: ${name}`, unit, digits, ours: over(ours, key),
    peers: Object.fromEntries([...runs].filter(([peer]) => peer !== 'collector').map(([peer, list]) => [peer, over(list, key)])),
  });
  const rows = [
    row('CPU a sample', 'perSample', 'ms', 4), row('samples a second', 'rate', '/s', 0), row('memory (RSS), highest', 'highest', 'MB', 1),
    row('memory (PSS), at the end', 'pss', 'MB', 1), row('cores', 'cores', '', 3),
  ];
  return { rows, lost: Math.max(...ours.map(({ lost }) => lost)), slowest: Math.min(...ours.map(({ arrived }) => arrived)) };
}

const delivered = ({ lost, slowest }, title) => [
  { name: `${title}: ticks skipped or samples dropped`, value: lost, most: 0, strict: true },
  { name: `${title}: share of the samples due that arrived`, value: slowest, least: 0.98, strict: true },
];

/** 50 samples a second, beside both. */
export const cpu50 = (context) => compare(context, 50, [collectd, predecessor], (runs) => {
  const figures = rowsOf('50/s', runs);
  const [{ ours, peers }, , memory] = figures.rows;
  return {
    rows: figures.rows,
    budgets: [
      { name: '50/s: CPU a sample, times collectd\'s', value: ours / peers.collectd, most: 1, ratio: true },
      { name: '50/s: the predecessor\'s CPU a sample, times ours', value: peers.predecessor / ours, least: 25, ratio: true },
      { name: '50/s: memory (RSS), MB', value: memory.ours, most: 58, ratio: true },
      ...delivered(figures, '50/s'),
    ],
  };
});

/** 1,000 samples a second, beside collectd. */
export const cpu1000 = (context) => compare(context, 1000, [collectd], (runs) => {
  const figures = rowsOf('1,000/s', runs);
  const [{ ours, peers }] = figures.rows;
  return {
    rows: figures.rows,
    budgets: [{ name: '1,000/s: CPU a sample, times collectd\'s', value: ours / peers.collectd, most: 0.3, ratio: true }, ...delivered(figures, '1,000/s')],
  };
});

/** 10,000 samples a second, alone: ten minutes in the long form. */
export async function cpu10000({ port, long }) {
  const run = await measure(collector, port, 10_000, long ? 600 : 12, 5);
  const figures = rowsOf('10,000/s', new Map([['collector', [run]]]));
  return {
    rows: figures.rows,
    budgets: [
      { name: '10,000/s: cores', value: run.cores, most: 0.5 },
      { name: '10,000/s: memory (RSS), highest, MB', value: run.highest, most: 130 },
      { name: '10,000/s: samples spooled at the end', value: run.spooled, most: 20_000 },
      ...delivered(figures, '10,000/s'),
    ],
  };
}
