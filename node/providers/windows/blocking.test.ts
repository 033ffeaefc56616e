import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { settle } from '../../test/support/clock.js';
import { BlockingWork } from './blocking.js';

/** Work that ends when it is told to. */
function pending<T>() {
  let end: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => { end = resolve; });
  return { promise, end };
}

test('whoever asks while work is under way gets its result', async () => {
  const blocking = new BlockingWork();
  const work = pending<number>();
  let starts = 0;
  const start = (): Promise<number> => { starts += 1; return work.promise; };
  const results = Promise.all([blocking.run('a', start), blocking.run('a', start)]);
  work.end(7);
  assert.deepEqual(await results, [7, 7]);
  assert.equal(starts, 1);
  await blocking.run('a', () => Promise.resolve((starts += 1)));
  assert.equal(starts, 2);
});

test('work that hangs is given up in time, not started again, and asked again once it has ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const blocking = new BlockingWork(10);
  const hanging = pending<number>();
  const first = blocking.run('for Z:\\', () => hanging.promise);
  t.mock.timers.tick(10_000);
  await assert.rejects(first, UnavailableError);
  await assert.rejects(blocking.run('for Z:\\', () => Promise.resolve(1)), {
    message: 'Windows has not answered for Z:\\ within 10 s and is not asked again until it does',
  });
  hanging.end(0);
  await settle();
  assert.equal(await blocking.run('for Z:\\', () => Promise.resolve(1)), 1);
});

test('no more work is under way at once than there are slots, and the rest follows', async () => {
  const blocking = new BlockingWork(10, 2);
  const works = [pending<string>(), pending<string>(), pending<string>()];
  const started: number[] = [];
  const results = works.map((work, index) => blocking.run(String(index), () => { started.push(index); return work.promise; }));
  await settle();
  assert.deepEqual(started, [0, 1]);
  works[1]?.end('second');
  await settle();
  assert.deepEqual(started, [0, 1, 2]);
  works[0]?.end('first');
  works[2]?.end('third');
  assert.deepEqual(await Promise.all(results), ['first', 'second', 'third']);
});

test('a failure frees its slot', async () => {
  const blocking = new BlockingWork(10, 1);
  await assert.rejects(blocking.run('a', () => Promise.reject(new UnavailableError('no'))), { message: 'no' });
  assert.equal(await blocking.run('b', () => Promise.resolve(2)), 2);
});
