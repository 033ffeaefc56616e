import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Audit } from './test/chaos/audit.js';
import { JournalReader, metricOf } from './test/chaos/journal.js';
import { Witness } from './test/chaos/witness.js';
import type { StatusReport } from './status/report.js';
import { startBroker, type TestBroker } from './test/support/broker.js';
import { until } from './test/support/wait.js';
import { layoutModule, makePrefix, type Prefix, type WineEnded } from './test/support/wine.js';

// The collector under node.exe for Windows, in Wine: the broker goes and comes back, and the power goes while it is away.

let prefix: Prefix;
let broker: TestBroker;
let witness: Witness;
let journal: JournalReader;
const audit = new Audit();
const data = (): string => join(prefix.drive, 'data');

before(async () => {
  [prefix, broker] = await Promise.all([makePrefix(), startBroker()]);
  const module = join(prefix.drive, 'PsutilAgent');
  await layoutModule(module);
  // The build that this test is of, whatever dist/ holds.
  cpSync(fileURLToPath(new URL('.', import.meta.url)), join(module, 'dist'), { recursive: true });
  mkdirSync(data());
  writeFileSync(join(prefix.drive, 'settings.json'), JSON.stringify({
    node: { deployment_id: 'dep', node_name: 'web', node_id: 'win_1' },
    broker: { hostnames: ['127.0.0.1'], port: broker.port, reconnect_maximum: 1, delivery_mode: 'persistent' },
    psutil_config: [
      ...Array.from({ length: 4 }, (_, index) => ({ method: 'virtual_memory', interval: 0.1, alias: `memory_${String(index)}` })),
      { method: 'cpu_times', interval: 0.2 },
    ],
    spool: { path: 'C:\\data\\spool' }, status: { path: 'C:\\data', interval: 0.5 }, log: { path: 'C:\\data' },
  }));
  journal = new JournalReader(join(data(), 'journal'), { run: (run) => { audit.run(run); }, promised: (line) => { audit.promised(line); } });
  witness = new Witness(broker.port, (id, body, redelivered) => {
    if (!audit.knows(id)) journal.read();
    audit.arrived(id, metricOf(body), body.metric, redelivered);
  });
  await witness.start();
});
after(async () => {
  await witness.stop();
  await Promise.all([prefix.remove(), broker.stop()]);
});

function collector(): Promise<WineEnded> {
  return prefix.wine(['C:\\PsutilAgent\\bin\\node.exe', 'C:\\PsutilAgent\\dist\\chaos\\collector.js', 'C:\\settings.json', 'C:\\data\\journal']);
}

const status = (): StatusReport => JSON.parse(readFileSync(join(data(), 'status.json'), 'utf8')) as StatusReport;

/** Waits for what the collector promised and the broker passed on; under Wine it takes longer. */
function untilRead(what: string, condition: () => boolean): Promise<number> {
  return until(what, () => {
    journal.read();
    return condition();
  }, 120);
}

/** Waits until everything promised up to now, and something later, has arrived. */
async function settled(): Promise<void> {
  journal.read();
  const mark = audit.promises;
  await untilRead('everything promised arrives', () => audit.fulfilled(mark) && audit.reached > mark);
}

test('node.exe for Windows, under Wine: outages and a power cut lose nothing', { timeout: 600_000 }, async (context) => {
  const first = collector();
  await untilRead('samples arrive', () => audit.reached > 200);

  const away = Date.now();
  await broker.halt();
  await untilRead('samples wait', () => status().connected === false && status().spooled > 100);
  await broker.resume();
  await settled();
  const recovered = Date.now();

  await broker.halt('SIGKILL');
  await delay(3000);
  await prefix.powerCut();
  const cut = Date.now();
  await first;
  await Promise.all([broker.resume(), prefix.boot()]);
  const before = audit.promises;
  const second = collector();
  await untilRead('the samples of the next collector arrive', () => audit.reached > before + 200);
  await delay(2000);
  const missing = audit.missing(before);
  assert.ok(missing.every(({ at }) => at > cut - 1000), `${String(missing.length)} samples are missing, the oldest from ${String(cut - (missing[0]?.at ?? cut))} ms before the cut`);

  writeFileSync(join(data(), 'stop'), '');
  const { code, err } = await second;
  assert.equal(code, 0, err);
  assert.equal(status().state, 'stopped');
  // What the flush of a stop does not get rid of stays on disk.
  await untilRead('all that was flushed arrives', () => audit.missing(audit.promises).length - missing.length <= status().spooled);
  const findings = audit.findings();
  context.diagnostic(`${String(findings.arrived)} samples of ${String(audit.promises)} promised; missing of the last second before the power cut: ${String(missing.length)}; repeats ${String(findings.repeats)}, out of order ${String(findings.disorder)}; outage of ${String(recovered - away)} ms; spool kept on ${String(status().spool_kept)}`);
  assert.deepEqual([findings.disorder, findings.wrong], [0, 0]);
});
