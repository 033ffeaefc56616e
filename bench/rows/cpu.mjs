// What a sample costs at a steady rate: processor time of each process by the samples that arrived meanwhile, and its memory.
import { countArrivals } from '../support/consumer.mjs';
import { cpuOf, median, memoryOf, until } from '../support/processes.mjs';
import { collectd, collector, predecessor, statusOf } from '../support/subjects.mjs';

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Starts a subject, waits until it is at its pace, and measures it for so many seconds; gives milliseconds of processor a sample, and MB. */
async function measure(begin, port, rate, seconds, warm) {
  const counter = await countArrivals(port, begin.name);
  const subject = begin(port, rate);
  try {
    await until(`samples of ${begin.name}`, () => counter.count >= Math.min(rate * 2, rate + 1000), 120);
    await sleep(warm);
    const [count, cpu] = [counter.count, cpuOf(subject.pid)];
    const began = performance.now();
    let highest = 0;
    for (const end = began + seconds * 1000; performance.now() < end; await sleep(0.25)) highest = Math.max(highest, memoryOf(subject.pid).rss);
    const samples = counter.count - count;
    const elapsed = performance.now() - began;
    const used = cpuOf(subject.pid) - cpu;
    const { taken, published, skipped, dropped, spooled } = statusOf(subject.home);
    return {
      perSample: used / samples, rate: samples / (elapsed / 1000), cores: used / elapsed,
      // The samples of a second come together: one tick may lie just outside of what was watched.
      arrived: Math.min(1, samples / (rate * (elapsed / 1000 - 1))),
      ...memoryOf(subject.pid), highest, status: { taken, published, skipped, dropped, spooled },
    };
  } finally {
    await subject.end();
    await counter.close();
    subject.remove();
  }
}

const over = (runs, key) => median(runs.map((run) => run[key]));

/** One rate, in turn with its peers, or all at once where it must be short. */
async function compare({ port, long }, rate, peers) {
  const subjects = [collector, ...peers];
  const runs = new Map(subjects.map((subject) => [subject.name, []]));
  const once = async (subject) => { runs.get(subject.name).push(await measure(subject, port, rate, long ? 20 : 12, long ? 5 : rate < 1000 ? 25 : 35)); };
  if (long) for (let round = 0; round < 5; round++) for (const subject of subjects) await once(subject);
  else await Promise.all(subjects.map(once));
  return runs;
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
  const skipped = Math.max(...ours.map(({ status }) => (status.skipped ?? 0) + (status.dropped ?? 0)));
  return { rows, skipped, slowest: Math.min(...ours.map(({ arrived }) => arrived)) };
}

const delivered = ({ skipped, slowest }, title) => [
  { name: `${title}: ticks skipped or samples dropped`, value: skipped, most: 0, strict: true },
  { name: `${title}: share of the samples due that arrived`, value: slowest, least: 0.98, strict: true },
];

/** 50 samples a second, beside both. */
export async function cpu50(context) {
  const figures = rowsOf('50/s', await compare(context, 50, [collectd, predecessor]));
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
}

/** 1,000 samples a second, beside collectd. */
export async function cpu1000(context) {
  const figures = rowsOf('1,000/s', await compare(context, 1000, [collectd]));
  const [{ ours, peers }] = figures.rows;
  return {
    rows: figures.rows,
    budgets: [{ name: '1,000/s: CPU a sample, times collectd\'s', value: ours / peers.collectd, most: 0.3, ratio: true }, ...delivered(figures, '1,000/s')],
  };
}

/** 10,000 samples a second, alone: ten minutes in the long form. */
export async function cpu10000({ port, long }) {
  const run = await measure(collector, port, 10_000, long ? 600 : 12, 5);
  const figures = rowsOf('10,000/s', new Map([['collector', [run]]]));
  return {
    rows: figures.rows,
    budgets: [
      { name: '10,000/s: cores', value: run.cores, most: 0.5 },
      { name: '10,000/s: memory (RSS), highest, MB', value: run.highest, most: 130 },
      { name: '10,000/s: samples spooled at the end', value: run.status.spooled, most: 20_000 },
      ...delivered(figures, '10,000/s'),
    ],
  };
}
