import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed, functions } from '../catalog/functions.js';
import type { CatalogFunction } from '../catalog/function.js';
import { leavesOf } from './leaf.js';

const named = (name: string): CatalogFunction => functionNamed(name) ?? functions[0] as CatalogFunction;

describe('the leaves of a result', () => {
  it('are its values by their places, each with its unit', () => {
    assert.deepEqual(leavesOf(named('boot_time'), 5), [{ path: '', value: 5, unit: 's' }]);
    assert.deepEqual(leavesOf(named('disk_usage'), { total: 0, percent: 1.5 }), [{ path: 'total', value: 0, unit: 'B' }, { path: 'percent', value: 1.5, unit: '%' }]);
    assert.deepEqual(leavesOf(named('users'), [{ name: 'root', pid: null }]).map(({ path, value }) => [path, value]), [['0.name', 'root'], ['0.pid', null]]);
    assert.deepEqual(leavesOf(named('net_io_counters'), { lo: { bytes_recv: 1 } }), [{ path: 'lo.bytes_recv', value: 1, unit: 'B' }]);
    assert.deepEqual(leavesOf(named('users'), []), []);
  });
  it('have a reason where there is no value: none by its own place, absent by name', () => {
    assert.deepEqual(leavesOf(named('disk_usage'), { total: null, free: 1 }, { total: 'not told', used: 'closed', '': 'whatever' }), [
      { path: 'total', value: null, unit: 'B', reason: 'not told' }, { path: 'free', value: 1, unit: 'B' }, { path: 'used', value: null, unit: '', reason: 'closed' },
    ]);
    assert.deepEqual(leavesOf(named('disk_usage'), { total: null }, { '': 'whatever' }), [{ path: 'total', value: null, unit: 'B', reason: 'whatever' }]);
  });
  it('may be what the catalog does not know', () => {
    assert.deepEqual(leavesOf(named('users'), [{ shell: 'sh' }]), [{ path: '0.shell', value: 'sh', unit: '' }]);
  });
});
