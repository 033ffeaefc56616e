import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rows } from './rows.js';
import type { Watched } from './source.js';

const watched = (key: number, name: string, wall: number | undefined, values: Record<string, number>, more: Partial<Watched> = {}): Watched => ({
  key, name, fault: undefined, stale: false, ...more,
  last: wall === undefined ? undefined : { wall, selected: Object.entries(values).map(([path, value]) => ({ path, value, unit: '' })) },
});
const shown = (rows: Rows): string[] => rows.all().map(({ name, path, value, reason }) => [name, path, value ?? '-', reason ?? ''].join(' ').trimEnd());

describe('rows', () => {
  it('are one a value, and one for a reason', () => {
    const rows = new Rows();
    rows.update([
      watched(0, 'memory', 1, { used: 1, free: 2 }),
      watched(1, 'disk', undefined, {}, { fault: 'not ready', stale: true }),
      watched(2, 'net', 1, { eth0: 3 }, { fault: 'eth1 is gone' }),
      watched(3, 'cpu', 1, { '': 4 }, { fault: 'busy', stale: true }),
      watched(4, 'users', undefined, {}),
    ]);
    assert.deepEqual(shown(rows), ['memory used 1', 'memory free 2', 'disk  - not ready', 'net eth0 3', 'net  - eth1 is gone', 'cpu  4 busy', 'users  -']);
  });

  it('remember sixteen values, each reading once, by their paths', () => {
    const rows = new Rows();
    for (let n = 0; n < 20; n += 1) {
      const entries = [watched(0, 'x', n, n % 2 === 0 ? { a: n, b: -n } : { b: -n, a: n })];
      rows.update(entries);
      rows.update([{ ...entries[0] as Watched, fault: 'some', stale: false }]);
    }
    const a = rows.all().find(({ path }) => path === 'a');
    assert.deepEqual(a?.history, Array.from({ length: 16 }, (_, n) => n + 4));
  });

  it('come in each order in turn, and stay as they are where nothing changed', () => {
    const rows = new Rows();
    const entries = [watched(0, 'b', 30, { '': 1 }), watched(1, 'a', 20, { '': 3 }), watched(2, 'c', undefined, {}), watched(3, 'a', 10, { p: 2 })];
    rows.update(entries);
    const orders: [string, string[]][] = [
      ['as configured', ['b  1', 'a  3', 'c  -', 'a p 2']], ['by name', ['a  3', 'a p 2', 'b  1', 'c  -']],
      ['by value', ['a  3', 'a p 2', 'b  1', 'c  -']], ['by age', ['c  -', 'a p 2', 'a  3', 'b  1']],
    ];
    for (const [order, expected] of orders) {
      assert.deepEqual([rows.order, shown(rows)], [order, expected]);
      const all = rows.all();
      rows.update(entries.map((entry) => ({ ...entry })));
      assert.equal(rows.all(), all);
      rows.reorder();
    }
    assert.equal(rows.order, 'as configured');
    rows.update(entries.slice(0, 1));
    assert.deepEqual(shown(rows), ['b  1']);
  });
});
