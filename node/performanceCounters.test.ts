import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { Agent } from './agent.js';
import { completeSettings } from './config/reader.js';
import { validate } from './config/validation.js';
import { silentOutput } from './output/lines.js';
import { Isolation } from './providers/isolation.js';
import { windowsProvider } from './providers/windows/provider.js';
import { settle, TestClock } from './test/support/clock.js';
import { FakePdh, type FakeObject } from './test/support/fakePdh.js';

// A whole collector over performance counters: the fake PDH beneath, nothing else made up.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-counters-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const processor: FakeObject = {
  english: 'Processor', local: 'Prozessor', counters: { '% Processor Time': { local: 'Prozessorzeit (%)', rate: true, values: () => [['0', 10], ['1', 30], ['_Total', 20]] } },
};
const memory: FakeObject = { english: 'Memory', local: 'Arbeitsspeicher', counters: { 'Available Bytes': { local: 'Verfügbare Bytes', values: () => [['', 7]] } } };

function collector(entries: readonly object[]) {
  const clock = new TestClock();
  const pdh = new FakePdh();
  pdh.objects = [processor, memory];
  const { document, faults } = validate({ status: { path: join(home, 'status') }, psutil_config: entries.map((entry) => ({ method: 'perf_counter', interval: 1, ...entry })) }, false, 'win32');
  assert.deepEqual(faults, []);
  const agent = new Agent({
    settings: completeSettings(document, home, {}), provider: windowsProvider(pdh.win32, new Isolation(4, clock), clock), clock, output: silentOutput(),
    onStopRequest: () => undefined, log: { logger: pino({ enabled: false }), close: () => Promise.resolve() },
  });
  const moment = async (ms: number): Promise<void> => {
    await clock.pass(ms);
    for (let turn = 0; turn < 20; turn += 1) await settle();
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) await moment(1000);
  };
  const start = async (): Promise<void> => {
    agent.start();
    // The first ticks, before any time passes.
    await moment(0);
  };
  const reports = () => agent.report().entries.map(({ taken, unavailable, last_error: error }) => ({ taken, unavailable, error: error?.message }));
  const stop = async (): Promise<void> => {
    const stopped = agent.stop();
    await pass(10);
    await stopped;
  };
  return { start, pdh, pass, reports, stop };
}

const of = (path: string, more: object = {}): object => ({ args: { path, ...more }, alias: JSON.stringify([path, more]) });

test('entries of one object and interval share each collection; what is missing is counted, costs the others nothing, and comes back', async () => {
  const cpu = (instance: string): string => `\\Processor(${instance})\\% Processor Time`;
  const { start, pdh, pass, reports, stop } = collector([
    of('\\Memory\\Available Bytes'), of(cpu('0')), of(cpu('_Total')), of(cpu('*'), { aggregate: 'each' }), of(cpu('*'), { aggregate: 'max' }),
    { ...of(cpu('1')), interval: 2 }, of('\\Later\\x'),
  ]);
  await start();
  await pass(20);
  const [gauge, zero, total, each, max, slow, later] = reports();
  const ticks = gauge!.taken;
  assert.ok(ticks >= 20);
  assert.deepEqual([zero, total, max].map((entry) => entry!.taken), [ticks - 1, ticks - 1, ticks - 1], 'all but the first, which begins the rate');
  assert.equal(each!.taken, 2 * (ticks - 1));
  assert.deepEqual([gauge, zero, total, each, max, slow].map((entry) => entry!.unavailable), [0, 0, 0, 0, 0, 0]);
  assert.equal(pdh.count('collect'), 2 * ticks + slow!.taken + 1, 'one for each object and interval a tick');
  assert.equal(pdh.count('open'), 4);
  assert.deepEqual([later!.taken, later!.unavailable], [0, ticks]);
  assert.match(later!.error ?? '', /^The performance counter \\Later\\x: this Windows has no such object \(PDH_CSTATUS_NO_OBJECT\)/);
  assert.equal(pdh.count('add \\Later\\x'), 3);
  pdh.objects.push({ english: 'Later', local: 'Später', counters: { x: { local: 'x', values: () => [['', 1]] } } });
  await pass(60);
  assert.ok(reports()[6]!.taken > 0, 'without a restart');
  await stop();
  assert.equal(pdh.count('close'), 4);
});

test('an object that does not answer costs its own entries and nothing else, and is told of', async () => {
  const { start, pdh, pass, reports, stop } = collector([of('\\Memory\\Available Bytes'), of('\\Processor(0)\\% Processor Time')]);
  pdh.hanging = 'Processor';
  await start();
  await pass(30);
  const [there, hangs] = reports();
  assert.ok(there!.taken >= 30 && there!.unavailable === 0);
  assert.equal(hangs!.taken, 0);
  assert.match(hangs!.error ?? '', /^The object Processor of the performance counters has not answered since 2023-11-14T\S+ and is not asked again until it does$/);
  assert.equal(pdh.count('collect'), there!.taken + 1);
  await stop();
});
