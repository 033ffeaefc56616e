import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentError, UsageError } from '../model/errors.js';
import { told, type Told } from '../test/support/told.js';
import { runProgram } from './program.js';

const sample = (...args: string[]): Promise<Told<unknown>> => told(() => runProgram(['sample', ...args]));
const lines = async (...args: string[]): Promise<{ method: string; args: Record<string, unknown>; result: unknown; time?: string }[]> => {
  const { out, err, error, result } = await sample(...args);
  assert.deepEqual([err, error, result], ['', undefined, 0], args.join(' '));
  return out.trimEnd().split('\n').map((line) => JSON.parse(line) as { method: string; args: Record<string, unknown>; result: unknown });
};
const text = async (...args: string[]): Promise<string[]> => (await told(() => runProgram(['sample', ...args]), { terminal: true })).out.trimEnd().split('\n');

describe('sample', { skip: process.platform === 'win32' }, () => {
  it('prints what psutil would return, with the arguments that it was called with', async () => {
    const [total] = await lines('virtual_memory', '--result-argument', 'total');
    assert.deepEqual([total?.method, total?.args, Object.keys(total ?? {})], ['virtual_memory', {}, ['method', 'args', 'result']]);
    assert.ok(Number(total?.result) > 1e6);
    const [cpus] = await lines('cpu_times', 'percpu=true');
    assert.deepEqual(cpus?.args, { percpu: true });
    assert.ok(Array.isArray(cpus.result) && cpus.result.length > 0);
    const [users] = await lines('cpu_times', 'percpu=1', '--result-argument', '*.user');
    assert.deepEqual(Object.keys(users?.result as object), Array.from({ length: (cpus.result as unknown[]).length }, (_, n) => `${String(n)}_user`));
    const [space] = await lines('disk_usage', 'path=/', '--result-argument', 'total');
    assert.deepEqual(space?.args, { path: '/' });
    const before = Date.now();
    const [timed] = await lines('boot_time', '--time');
    assert.ok(Date.parse(timed?.time ?? '') >= before - 1 && Date.parse(timed?.time ?? '') <= Date.now());
  });

  it('takes several readings, a pause apart, and measures without an interval', async () => {
    const start = performance.now();
    const taken = await lines('cpu_percent', '--count', '3', '--interval', '0.05');
    assert.equal(taken.length, 3);
    assert.ok(performance.now() - start >= 190, 'a tenth of a second before the first, and two pauses');
    for (const { args, result } of taken) {
      assert.deepEqual(args, { interval: null, percpu: false });
      assert.ok(Number(result) >= 0 && Number(result) <= 100);
    }
  });

  it('adds the result as a flat list', async () => {
    const [space] = await lines('disk_usage', 'path=/', '--values') as unknown as { values: { path: string; value: number; unit: string }[]; result: Record<string, number> }[];
    assert.deepEqual(Object.fromEntries(space?.values.map(({ path, value }) => [path, value]) ?? []), space?.result);
    assert.deepEqual([...new Set(space?.values.map(({ unit }) => unit))], ['B', '%']);
    const [total] = await lines('virtual_memory', '--result-argument', 'total', '--values') as unknown as { values: { path: string; unit: string }[] }[];
    assert.deepEqual(total?.values.map(({ path, unit }) => [path, unit]), [['', 'B']]);
  });

  it('is a row a value at a terminal: its place, and it with a readable unit; --json even there', async () => {
    assert.match((await text('boot_time'))[0] ?? '', /^\d+(\.\d+)? s$/);
    assert.match((await text('cpu_count'))[0] ?? '', /^\d+$/);
    const memory = await text('swap_memory');
    assert.deepEqual(memory.map((line) => line.split(/ +/)[0]).sort(), ['free', 'percent', 'sin', 'sout', 'total', 'used']);
    assert.ok(memory.every((line) => /^\w+ +\d+(\.\d+)? *([KMGT]iB|B|%)$/.test(line)), memory.join('\n'));
    assert.match((await text('cpu_times', 'percpu=true'))[0] ?? '', /^0\.user +\d+(\.\d+)? s$/);
    assert.match((await text('boot_time', '--json'))[0] ?? '', /^\{"method":"boot_time"/);
  });

  it('says what is wrong with a call, by the name of the argument', async () => {
    const cases: [string[], string, string[]][] = [
      [['cpu_times', 'percpu'], 'expected key=value, found "percpu"', []],
      [['cpu_times', '=1'], 'expected key=value, found "=1"', []],
      [['cpu_times', 'percpu=perhaps'], 'cpu_times cannot be called so', ['args/percpu: expected true or false, found "perhaps"']],
      [['cpu_times', 'x=1'], 'cpu_times cannot be called so', ['args/x: expected only the arguments percpu, found "x"']],
      [['disk_usage'], 'disk_usage cannot be called so', ['/0: expected the key args with path, found none'].map(() => 'args: expected the key path, found none')],
      [['virtual_memory', '--result-argument', 'fre'], 'virtual_memory cannot be called so', [
        'result_argument: expected *, <field> (total, available, percent, used, free, active, inactive, buffers, cached, shared, slab, wired), found "fre"; did you mean "free"?',
      ]],
      [['boot_time', '--count', 'x'], '--count: expected a number of at least 0, found "x"', []],
      [['boot_time', '--interval=-1'], '--interval: expected a number of at least 0, found "-1"', []],
    ];
    for (const [args, message, faults] of cases) {
      const { error, out } = await sample(...args);
      assert.ok(error instanceof UsageError, args.join(' '));
      assert.deepEqual([error.message, error.faults.map((one) => one.message), out], [message, faults, ''], args.join(' '));
      assert.ok(error.faults.every(({ pointer }) => !pointer.startsWith('/0')));
    }
  });

  it('fails with the reason where nothing can be told, and tells what is missing beside the rest', async () => {
    const { error } = await sample('cpu_times', '--result-argument', 'dpc');
    assert.ok(error instanceof AgentError && error.code === 'PSA_UNAVAILABLE');
    assert.match(error.message, /^there is no dpc here; there are user, /);
    const none = await sample('disk_usage', 'path=/no/such/path');
    assert.ok(none.error instanceof AgentError);
  });
});
