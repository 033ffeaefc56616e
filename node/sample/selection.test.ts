import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import { parseSelector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';
import { select } from './selection.js';

/** What an entry would publish: path -> value, and what is missing. */
function publish(method: string, args: Arguments, result: Result, source?: string): { values: Record<string, number>; missing: readonly string[] } {
  const definition = functionNamed(method)!;
  const selector = source === undefined ? undefined : parseSelector(definition, args, source);
  if (selector !== undefined && 'expected' in selector) throw new Error(`${source ?? ''}: ${selector.expected}`);
  const { selected, missing } = select(definition, args, result, selector);
  return { values: Object.fromEntries(selected.map(({ path, value }) => [path, value])), missing };
}

const disks = { PhysicalDrive0: { read_count: 1, read_bytes: 0 }, PhysicalDrive1: { read_count: 2, read_bytes: 7 } };

describe('select', () => {
  it('gives one number an empty path, zero included', () => {
    assert.deepEqual(publish('virtual_memory', {}, { free: 0, total: 9 }, 'free').values, { '': 0 });
    assert.deepEqual(publish('cpu_percent', {}, 3.5).values, { '': 3.5 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, 'PhysicalDrive0.read_bytes').values, { '': 0 });
    assert.deepEqual(publish('cpu_times', { percpu: true }, [{ user: 4 }], '0.user').values, { '': 4 });
  });

  it('gives each number of several its place', () => {
    assert.deepEqual(publish('swap_memory', {}, { total: 1, used: 0 }).values, { total: 1, used: 0 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, '*.read_bytes').values, { PhysicalDrive0_read_bytes: 0, PhysicalDrive1_read_bytes: 7 });
    assert.deepEqual(publish('disk_io_counters', { perdisk: true }, disks, 'PhysicalDrive1').values, { PhysicalDrive1_read_count: 2, PhysicalDrive1_read_bytes: 7 });
    assert.deepEqual(publish('cpu_percent', { percpu: true }, [1, 0]).values, { 0: 1, 1: 0 });
    assert.deepEqual(publish('getloadavg', {}, [1, 2, 3], '1').values, { '': 2 });
  });

  it('counts lists and maps', () => {
    assert.deepEqual(publish('users', {}, [], 'count').values, { '': 0 });
    assert.deepEqual(publish('net_if_stats', {}, { lo: {}, eth0: {} }, 'count').values, { '': 2 });
    assert.deepEqual(publish('net_if_addrs', {}, { lo: [{}, {}], 'eth0.1': [{}] }, '*.count').values, { lo_count: 2, 'eth0.1_count': 1 });
  });

  it('takes names with dots, older names, and truths as 1 and 0', () => {
    const nics = { 'eth0.100': { isup: true, mtu: 1500, flags: 'up' }, lo: { isup: false, mtu: 65536, flags: '' } };
    assert.deepEqual(publish('net_if_stats', {}, nics, 'eth0.100.mtu').values, { '': 1500 });
    assert.deepEqual(publish('net_if_stats', {}, nics, '*.isup').values, { 'eth0.100_isup': 1, lo_isup: 0 });
    assert.deepEqual(publish('cpu_times', {}, { irq: 5 }, 'interrupt').values, { '': 5 });
    assert.deepEqual(publish('net_if_stats', {}, { lo: nics.lo }).values, { lo_isup: 0, lo_mtu: 65536 });
  });

  it('tells what is missing and never makes it zero', () => {
    const { values, missing } = publish('virtual_memory', {}, { total: 1 }, 'wired');
    assert.deepEqual(values, {});
    assert.match(missing[0]!, /no wired here; there are total/);
    assert.deepEqual(publish('cpu_percent', { percpu: true }, [null, 4]), { values: { 1: 4 }, missing: ['the system does not tell 0'] });
    assert.match(publish('disk_io_counters', { perdisk: true }, disks, 'sda.read_bytes').missing[0]!, /no sda here; there are PhysicalDrive0, PhysicalDrive1/);
    assert.equal(publish('boot_time', {}, Number.NaN).missing.length, 1);
    assert.deepEqual(publish('users', {}, [{ name: 'a', terminal: null, host: null, started: 5, pid: null }]), { values: { '0_started': 5 }, missing: [] });
  });
});
