import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StatusReport } from './status/report.js';
import { DurableConsumer } from './test/chaos/consumer.js';
import { nonsense } from './test/chaos/hostile.js';
import { JournalReader, metricOf } from './test/chaos/journal.js';
import { Random } from './test/chaos/random.js';
import { Verifier } from './test/chaos/verifier.js';
import { startBroker, type TestBroker } from './test/support/broker.js';
import { startProxy, type FaultProxy } from './test/support/proxy.js';
import { until } from './test/support/wait.js';
import { layoutModule, makePrefix, root, type Prefix, type WineEnded } from './test/support/wine.js';

// The chaos suite's short form under node.exe for Windows, in Wine: the network, the broker, the collector and at last the power
// go, and come back. PSUTIL_CHAOS_SEED repeats the order.

let prefix: Prefix;
let broker: TestBroker;
let proxy: FaultProxy;
let consumer: DurableConsumer;
let journal: JournalReader;
const verifier = new Verifier();
const data = (): string => join(prefix.drive, 'data');

before(async () => {
  [prefix, broker] = await Promise.all([makePrefix(), startBroker()]);
  proxy = await startProxy(broker.port);
  const module = join(prefix.drive, 'PsutilAgent');
  await layoutModule(module);
  // The build that this test is of, whatever dist/ holds.
  const build = fileURLToPath(new URL('.', import.meta.url));
  if (build !== join(root, 'dist/')) cpSync(build, join(module, 'dist'), { recursive: true });
  for (const name of ['hook.js', 'journal.js']) cpSync(join(build, 'test/chaos', name), join(module, 'dist/test/chaos', name));
  mkdirSync(data());
  writeFileSync(join(prefix.drive, 'settings.json'), JSON.stringify({
    node: { deployment_id: 'dep', node_name: 'web', node_id: 'win_1' },
    broker: {
      hostnames: ['127.0.0.1'], port: proxy.port, delivery_mode: 'persistent', heartbeat: 4, connect_timeout: 2, confirm_timeout: 2,
      reconnect_initial: 0.1, reconnect_maximum: 1,
    },
    psutil_config: [
      ...Array.from({ length: 4 }, (_, index) => ({ method: 'virtual_memory', interval: 0.1, alias: `memory_${String(index)}` })),
      { method: 'cpu_times', interval: 0.2 },
    ],
    spool: { path: 'C:\\data\\spool' }, status: { path: 'C:\\data', interval: 0.5 }, log: { path: 'C:\\data' },
  }));
  journal = new JournalReader(join(data(), 'journal'), (line) => { verifier.promised(line); });
  consumer = new DurableConsumer(broker.port, (id, body, redelivered) => { verifier.arrived(id, metricOf(body), body.metric, redelivered); });
  await consumer.start();
});
after(async () => {
  await consumer.stop();
  await proxy.close();
  await Promise.all([prefix.remove(), broker.stop()]);
});

const environment = {
  NODE_OPTIONS: '--import file:///C:/PsutilAgent/dist/test/chaos/hook.js',
  PSUTIL_CHAOS_JOURNAL: 'C:\\data\\journal', UV_THREADPOOL_SIZE: '64',
};

/** Starts a collector; resolves when it samples, with what it ends with. */
async function start(): Promise<{ readonly ended: Promise<WineEnded> }> {
  rmSync(join(data(), 'status.json'), { force: true });
  const ended = prefix.wine(['C:\\PsutilAgent\\bin\\node.exe', 'C:\\PsutilAgent\\dist\\cli\\launcher.cjs', 'run', '--config', 'C:\\settings.json'], { env: environment });
  await until('the collector samples', () => existsSync(join(data(), 'status.json')) && status().state === 'sampling', 120);
  return { ended };
}

const status = (): StatusReport => JSON.parse(readFileSync(join(data(), 'status.json'), 'utf8')) as StatusReport;

/** Waits for what the collector promised and the broker passed on; under Wine it takes longer. */
function untilRead(what: string, condition: () => boolean): Promise<number> {
  return until(what, () => {
    journal.read();
    return condition();
  }, 120);
}

/** Waits until everything promised up to now, and something later, has arrived; gives the milliseconds. */
async function settled(after: string): Promise<number> {
  journal.read();
  const mark = verifier.promises;
  return await untilRead(`everything promised arrives after: ${after}`, () => verifier.fulfilled(mark) && verifier.reached > mark);
}

let running: { readonly ended: Promise<WineEnded> };

const faults: readonly { readonly name: string; run: (random: Random) => Promise<void> }[] = [
  { name: 'TCP reset', run: async () => { proxy.reset(); await delay(0); } },
  {
    name: 'connections refused',
    async run(random) {
      proxy.refuse();
      await delay(random.between(200, 2000));
      proxy.forward();
    },
  },
  {
    name: 'black hole, until given up',
    async run(random) {
      proxy.blackHole();
      await delay(random.between(3000, 5000));
      proxy.reset();
      proxy.forward();
    },
  },
  {
    name: 'broker stopped',
    async run() {
      await broker.halt();
      await untilRead('samples wait', () => status().connected === false && status().spooled > 100);
      await broker.resume();
    },
  },
  ...nonsense.map(({ name, first, then }) => ({
    name,
    async run() {
      proxy.inject(first);
      for (let sent = 0; sent < 50 && proxy.inject(then); sent += 1) await delay(20);
      proxy.reset();
    },
  })),
  ...['with the broker there', 'with the broker away'].map((where, index) => ({
    name: `collector killed, ${where}`,
    async run() {
      if (index === 1) proxy.refuse();
      await delay(500 * index);
      await prefix.wine(['taskkill', '/F', '/PID', String(status().pid)]);
      await running.ended;
      running = await start();
      proxy.forward();
    },
  })),
];

test('node.exe for Windows, under Wine: outages, kills, hostile frames and a power cut lose nothing', { timeout: 900_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_CHAOS_SEED'] ?? randomInt(2 ** 31));
  const random = new Random(seed);
  context.diagnostic(`PSUTIL_CHAOS_SEED=${String(seed)}`);
  running = await start();
  await untilRead('samples arrive', () => verifier.reached > 200);

  for (const { name, run } of random.shuffled(faults)) {
    await run(random);
    const ms = await settled(name);
    context.diagnostic(`${name}: recovered in ${(ms / 1000).toFixed(1)} s, ${String(verifier.promises)} promised`);
  }

  await broker.halt('SIGKILL');
  await delay(3000);
  await prefix.powerCut();
  const cut = Date.now();
  await running.ended;
  await Promise.all([broker.resume(), prefix.boot()]);
  journal.read();
  const before = verifier.promises;
  running = await start();
  await untilRead('the samples of the next collector arrive', () => verifier.reached > before + 200);
  await delay(2000);
  const missing = verifier.missing(before);
  assert.ok(missing.every(({ at }) => at > cut - 1000), `${String(missing.length)} samples are missing, the oldest from ${String(cut - (missing[0]?.at ?? cut))} ms before the cut`);

  writeFileSync(join(data(), 'stop'), '');
  const { code, err } = await running.ended;
  assert.equal(code, 0, err);
  assert.equal(status().state, 'stopped');
  // What the flush of a stop does not get rid of stays on disk.
  await untilRead('all that was flushed arrives', () => verifier.missing(verifier.promises).length - missing.length <= status().spooled);
  const findings = verifier.findings();
  context.diagnostic(`${String(findings.arrived)} samples of ${String(verifier.promises)} promised; missing of the last second before the power cut: ${String(missing.length)}; repeats ${String(findings.repeats)}, out of order ${String(findings.disorder)}`);
  assert.deepEqual([findings.disorder, findings.wrong], [0, 0]);
});
