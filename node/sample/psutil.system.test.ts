import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Arguments, Result } from '../catalog/value.js';
import { completeArguments } from '../config/validation.js';
import { openProvider } from '../providers/host.js';
import { SharedProvider } from '../providers/shared.js';
import { systemClock } from '../model/clock.js';
import { startSubject } from '../test/support/processes.js';
import { disagreement, psutil } from '../test/support/psutil.js';
import { openReader, type Reader } from './reader.js';

// What is computed from raw readings, held against psutil's own computation. Raw readings are in providers/.

const provider = new SharedProvider(await openProvider());
// Its start takes a tenth of a second and more, which the two of the first comparison would otherwise be apart.
await psutil('psutil.cpu_percent()');
after(() => { provider.close(); });

function reader(method: string, args: Arguments): Reader {
  return openReader(provider, systemClock, { method, args: completeArguments({ method, args, interval: 1 }) });
}

/** Every number of ours lies within `tolerance` of psutil's, and both have the same places. */
function agree(ours: Result, theirs: unknown, tolerance: number, place = ''): void {
  if (typeof ours === 'number') {
    assert.equal(typeof theirs, 'number', place);
    assert.ok(Math.abs(ours - (theirs as number)) <= tolerance, `${place}: ours ${String(ours)}, psutil's ${String(theirs)}`);
    return;
  }
  const [mine, other] = [ours as Record<string, Result>, theirs as Record<string, unknown>];
  assert.deepEqual(Object.keys(mine).sort(), Object.keys(other).sort(), place);
  for (const key of Object.keys(mine)) agree(mine[key]!, other[key], tolerance, `${place}.${key}`);
}

/** Percentages over one second, read side by side: the two seconds are not quite the same. */
const percentTolerance = 15;

for (const percpu of [false, true]) {
  const python = percpu ? 'True' : 'False';
  test(`cpu_percent over 1 s, percpu ${python}`, async () => {
    const [ours, theirs] = await Promise.all([reader('cpu_percent', { interval: 1, percpu }).read(), psutil(`psutil.cpu_percent(interval=1, percpu=${python})`)]);
    agree(ours.result, theirs, percentTolerance);
  });
  test(`cpu_times_percent over 1 s, percpu ${python}`, async () => {
    const [ours, theirs] = await Promise.all([reader('cpu_times_percent', { interval: 1, percpu }).read(), psutil(`psutil.cpu_times_percent(interval=1, percpu=${python})`)]);
    agree(ours.result, theirs, percentTolerance);
  });
}

test('cpu_percent since the last call', async () => {
  const ours = reader('cpu_percent', { percpu: false });
  await Promise.all([ours.prime(), psutil('psutil.cpu_percent()')]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const [reading, theirs] = await Promise.all([ours.read(), psutil('psutil.cpu_percent()')]);
  agree(reading.result, theirs, percentTolerance);
});

test('cpu_freq: the mean', async () => {
  agree((await reader('cpu_freq', {}).read()).result, await psutil('psutil.cpu_freq()'), 100);
});

for (const [method, args, expression] of [
  ['virtual_memory', {}, 'psutil.virtual_memory()'],
  ['swap_memory', {}, 'psutil.swap_memory()'],
  ['disk_usage', { path: '/' }, 'psutil.disk_usage("/")'],
] as const) {
  test(`${method}: percent`, async () => {
    const earlier = await psutil(expression);
    const { result } = await reader(method, args).read();
    const later = await psutil(expression);
    const percent = (value: unknown): number => (value as { percent: number }).percent;
    // Between the two, for what else runs here may take a percent of the memory within a quarter of a second.
    assert.equal(disagreement(percent(result), percent(earlier), percent(later), 0.3), undefined);
    assert.deepEqual(Object.keys(result as object).sort(), Object.keys(later as object).sort());
  });
}

for (const [method, argument] of [['disk_io_counters', 'perdisk'], ['net_io_counters', 'pernic']] as const) {
  for (const each of [false, true]) {
    test(`${method}(${argument}=${String(each)}): sums and counters that only grow`, async () => {
      const expression = `psutil.${method}(${argument}=${each ? 'True' : 'False'})`;
      const before = await psutil(expression);
      const { result } = await reader(method, { [argument]: each }).read();
      const later = await psutil(expression);
      between(before, result, later, method);
    });
  }
}

function between(before: unknown, ours: Result | undefined, later: unknown, place: string): void {
  if (typeof before === 'number') {
    assert.ok((ours as number) >= before && (ours as number) <= (later as number), `${place}: ${JSON.stringify([before, ours, later])} should rise`);
    return;
  }
  assert.deepEqual(Object.keys(ours as object).sort(), Object.keys(before as object).sort(), place);
  for (const [key, value] of Object.entries(before as object)) {
    between(value, (ours as Record<string, Result>)[key], (later as Record<string, unknown>)[key], `${place}.${key}`);
  }
}

/** Real psutil's, on a process that the test starts. */
for (const kind of ['busy', 'memory'] as const) {
  test(`cpu_percent and memory_percent of a ${kind} process, as psutil`, async () => {
    const subject = await startSubject(kind);
    const { pid } = subject;
    const process = `__import__("builtins").__dict__.setdefault("p${String(pid)}", psutil.Process(${String(pid)}))`;
    const open = (field: string): Reader => openReader(provider, systemClock, { method: 'Process', args: completeArguments({ method: 'Process', args: { pid }, interval: 1 }), select: [field] });
    const [cpu, memory] = [open('cpu_percent'), open('memory_percent')];
    await Promise.all([cpu.prime(), psutil(`${process}.cpu_percent()`)]);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const [ours, theirs] = await Promise.all([cpu.read(), psutil(`${process}.cpu_percent()`)]);
    const share = (ours.result as { cpu_percent: number }).cpu_percent;
    assert.ok(Math.abs(share - (theirs as number)) <= percentTolerance, `ours ${String(share)}, psutil's ${String(theirs)}`);
    const earlier = await psutil(`${process}.memory_percent()`);
    const { memory_percent: percent } = (await memory.read()).result as { memory_percent: number };
    assert.equal(disagreement(percent, earlier as number, (await psutil(`${process}.memory_percent()`)) as number, 0.01), undefined);
    await subject.end();
  });
}
