import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../model/settings.js';
import { EntryStats } from './entryStats.js';

const entry: Entry = { index: 3, method: 'm', args: {}, name: 'n', interval: 5, rate: false, scale: 1 };

describe('what an entry did', () => {
  it('is told with its units: the one that all have, else each by its path', () => {
    const stats = new EntryStats(entry);
    assert.deepEqual([stats.report().unit, stats.report().units, stats.report().last], ['', null, null]);
    stats.took(0, [{ path: '', value: 1, unit: 'B' }]);
    assert.deepEqual([stats.report().unit, stats.report().units, stats.report().last?.values], ['B', null, { value: 1 }]);
    stats.took(0, [{ path: 'free', value: 1, unit: 'B' }, { path: 'percent', value: 2, unit: '%' }]);
    assert.deepEqual([stats.report().unit, stats.report().units], ['', { free: 'B', percent: '%' }]);
  });
  it('is stale where the last attempt gave nothing, in part at fault where it gave something', () => {
    const stats = new EntryStats(entry);
    assert.deepEqual([stats.fault, stats.stale], [undefined, false]);
    stats.missed(5, 1, 'why');
    assert.deepEqual([stats.fault, stats.stale], ['why', true]);
    stats.took(10, [{ path: 'a', value: 1, unit: '' }]);
    stats.missed(10, 1, 'why');
    assert.deepEqual([stats.fault, stats.stale], ['why', false]);
    stats.missed(20, 2, 'gone');
    assert.deepEqual([stats.fault, stats.stale], ['gone', true]);
    stats.complete();
    assert.deepEqual([stats.fault, stats.stale], [undefined, false]);
  });
});
