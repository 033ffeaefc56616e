import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertEntry } from './conversion.js';

const args = (method: string, given: Record<string, unknown>): unknown =>
  (convertEntry({ method, args: given, interval: 1 }) as { args: unknown }).args;

describe('convertEntry', () => {
  it('takes text for what it means', () => {
    assert.deepEqual(args('cpu_percent', { interval: '1', percpu: 'false' }), { interval: 1, percpu: false });
    assert.deepEqual(args('cpu_percent', { interval: ' 0.5 ', percpu: 'True' }), { interval: 0.5, percpu: true });
    assert.deepEqual(args('cpu_percent', { interval: 'None', percpu: 1 }), { interval: null, percpu: true });
    for (const no of [0, '0', ' FALSE ']) assert.deepEqual(args('cpu_percent', { percpu: no }), { percpu: false });
    assert.deepEqual(args('cpu_percent', { percpu: ' 1 ' }), { percpu: true });
    assert.deepEqual(args('pid_exists', { pid: '4' }), { pid: 4 });
    for (const [text, number] of [['+1.', 1], ['-.5', -0.5], ['1.25e+2', 125], ['1E-2', 0.01], [`${'0'.repeat(99)}7`, 7]] as const) assert.deepEqual(args('cpu_percent', { interval: text }), { interval: number });
    assert.deepEqual(convertEntry({ method: 'boot_time', interval: '5' }), { method: 'boot_time', interval: 5 });
  });

  it('leaves what means nothing for sure to the schema', () => {
    for (const value of ['', 'x', '1 s', '.', '1e', '1.5.2', '--1', `${'0'.repeat(100)}7`, '0x10', 'Infinity', '1e999', null, true, [], {}]) {
      assert.deepEqual(args('pid_exists', { pid: value }), { pid: value });
    }
    assert.deepEqual(args('cpu_times', { percpu: 'yes' }), { percpu: 'yes' });
    assert.deepEqual(args('cpu_times', { percpu: 2 }), { percpu: 2 });
    assert.deepEqual(args('disk_usage', { path: 5 }), { path: 5 });
    assert.equal(convertEntry(null), null);
    assert.deepEqual(convertEntry([1]), [1]);
  });

  it('takes time in proportion to the text', () => {
    const begin = process.cpuUsage();
    for (const text of [`${'9'.repeat(1_000_000)}x`, `${' '.repeat(1_000_000)}x`, `${'9'.repeat(500_000)}.${'9'.repeat(500_000)}x`, `none${' '.repeat(1_000_000)}x`, `1e${'9'.repeat(1_000_000)}x`]) {
      assert.deepEqual(args('cpu_percent', { interval: text, percpu: text }), { interval: text, percpu: text });
    }
    const { user, system } = process.cpuUsage(begin);
    assert.ok(user + system < 500_000, `${String((user + system) / 1000)} ms`);
  });

  it('takes the predecessor\'s empty values for none', () => {
    assert.deepEqual(convertEntry({ method: 'boot_time', args: null, result_argument: '', alias: null, interval: 5 }), { method: 'boot_time', interval: 5 });
  });
});
