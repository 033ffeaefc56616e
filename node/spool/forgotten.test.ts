import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from '../test/support/wait.js';
import { Deque } from '../transport/deque.js';
import { Entries } from './entries.js';
import type { Placed } from './record.js';

const placed = (position: number): Placed => ({ position, envelope: { id: String(position), time: 0, routingKey: '', body: '' }, arrived: 0, bytes: 1 });

for (const [what, make] of [['samples in memory', () => new Entries()], ['samples in flight', () => new Deque<Placed>()]] as const) {
  test(`${what} are not held once they were taken out, though there always are some`, async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const list = make();
    const first = new WeakRef(placed(0));
    list.push(first.deref()!);
    for (let position = 1; position <= 5000; position += 1) {
      list.push(placed(position));
      if (position > 100) list.shift();
    }
    await until('it is forgotten', () => { collect(); return first.deref() === undefined; });
    assert.equal(list.shift()?.position, 4900);
  });
}
