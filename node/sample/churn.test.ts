import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { functionNamed } from '../catalog/functions.js';
import { parseSelector } from '../catalog/selector.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { fakeProvider, type FakeProcess } from '../test/support/fakeProcesses.js';
import { openReader } from './reader.js';
import { select } from './selection.js';

const cores = 2;
const population = 1000;
const interval = 20;
const minutes = 30;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Numbers that are the same at each run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

test('a thousand processes come and go for half an hour, pids used again: no rate below 0, none above what the cores give, memory flat', async () => {
  const random = sequence(15);
  const clock = new TestClock();
  let created = 0;
  const born = (pid: number): FakeProcess & { cpu: number; bytes: number } => {
    created += 1;
    return { pid, created, name: `p${String(pid % 7)}`, reads: {}, cpu: 0, bytes: 0 };
  };
  const processes = Array.from({ length: population }, (_, at) => born(at + 1));
  const provider = fakeProvider(() => processes.map((one) => ({
    ...one, reads: { cpu_times: { user: one.cpu, system: 0 }, io_counters: { read_bytes: one.bytes }, memory_info: { rss: 1 } },
  })), { cpu_count: cores });
  const shared = new SharedProvider(provider);
  const definition = functionNamed('Process')!;
  const entries = ([
    [{ name: '*' }, 'cpu_percent', false], [{ name: 'p3' }, 'cpu_percent', false], [{ name: '*', aggregate: 'each' }, 'cpu_percent', false],
    [{ name: '*', aggregate: 'max', normalize: true }, 'cpu_percent', false], [{ name: 'p*' }, 'io_counters.read_bytes', true],
    [{ pid: 5 }, 'cpu_percent', false], [{ name: '*', aggregate: 'each' }, 'io_counters.read_bytes', true],
  ] as const).map(([args, source, rate]) => {
    const selector = parseSelector(definition, args, source);
    assert.ok(!('expected' in selector));
    return { args, selector, reader: openReader(shared, clock, { method: 'Process', args, select: selector, rate }) };
  });

  const heap: number[] = [];
  let [seen, readings] = [0, 0];
  for (let second = 0; second < minutes * 60; second += interval) {
    // A fifth ends, and others take their pids over; the CPU time there was is dealt out among those that run.
    for (let n = 0; n < population / 5; n += 1) {
      const at = Math.floor(random() * population);
      processes[at] = born(processes[at]!.pid);
    }
    let left = cores * interval;
    for (const one of processes) {
      const share = random() * left * 0.05;
      left -= share;
      one.cpu += share;
      one.bytes += Math.floor(random() * 1e6);
    }
    await clock.pass(interval * 1000);
    const tick = { at: clock.now() };
    for (const { args, selector, reader } of entries) {
      const { result, reasons } = await reader.read(tick);
      const { selected } = select(definition, args, result, selector, reasons);
      const rate = selector.includes('io_counters');
      const most = rate ? population * 1e6 : 'normalize' in args ? 100 : cores * 100;
      for (const { path, value } of selected) assert.ok(value >= 0 && value <= most, `${JSON.stringify(args)} ${path}: ${String(value)}`);
      seen += selected.length;
      readings += 1;
    }
    if (second % 300 === 0 && second > 0) {
      collectGarbage();
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  assert.ok(seen > readings * 100);
  assert.ok(Math.abs(heap[heap.length - 1]! - heap[0]!) < 4e6, `heap at each 5 minutes: ${heap.join()}`);
});
