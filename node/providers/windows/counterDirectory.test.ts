import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../test/support/clock.js';
import { FakePdh } from '../../test/support/fakePdh.js';
import { MissingFunction } from './bindings.js';
import { CounterDirectory } from './counterDirectory.js';
import { Pdh } from './pdh.js';

test('a Windows without the function that makes PDH look anew has what it has; any other fault is told', async () => {
  for (const [error, told] of [[new MissingFunction('This Windows has no PdhEnumObjectsW'), undefined], [new Error('no memory'), { message: 'no memory' }]] as const) {
    const directory = new CounterDirectory({ refresh: () => Promise.reject(error) } as unknown as Pdh, new TestClock());
    if (told === undefined) await directory.refresh();
    else await assert.rejects(directory.refresh(), told);
  }
});

test('PDH is not made to look anew again and again', async () => {
  const [pdh, clock] = [new FakePdh(), new TestClock()];
  const directory = new CounterDirectory(new Pdh(pdh.win32), clock);
  for (const [passed, looks] of [[0, 1], [0, 1], [1000, 1], [3_600_000, 2], [0, 2]] as const) {
    await clock.pass(passed);
    await directory.refresh();
    assert.equal(pdh.count('objects 1'), looks);
  }
});

test('which of two English names a counter has is asked by a path as its object needs it: with instances, or without', async () => {
  const pdh = new FakePdh();
  const counter = (local: string, instance: string) => ({ local, values: () => [[instance, 1]] as const });
  pdh.objects = [
    { english: 'Thread', local: 'Thread', counters: { '% User Time': counter('Zeit (%)', '0'), 'Pages': counter('Seiten', '0') } },
    { english: 'Processor', local: 'Prozessor', counters: { '% Processor Time': counter('Zeit (%)', '0') } },
    { english: 'Memory', local: 'Speicher', counters: { 'Pages/sec': counter('Seiten', '') } },
  ];
  const directory = new CounterDirectory(new Pdh(pdh.win32), new TestClock());
  assert.deepEqual((await directory.items('Processor')).counters, ['% Processor Time']);
  assert.deepEqual((await directory.items('Memory')).counters, ['Pages/sec']);
  const added = pdh.calls.filter((call) => call.startsWith('add'));
  assert.deepEqual(added, ['add \\Processor(*)\\% User Time', 'add \\Processor(*)\\% Processor Time', 'add \\Memory\\Pages', 'add \\Memory\\Pages/sec']);
});
