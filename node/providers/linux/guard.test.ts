import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { Guard } from './guard.js';

/** An answer that comes when the test says so. */
function later(): { promise: Promise<number>; answer: (value: number) => void; fail: (error: Error) => void } {
  let answer: (value: number) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<number>((resolve, reject) => { [answer, fail] = [resolve, reject]; });
  return { promise, answer, fail };
}

test('those who ask meanwhile share one call; the next is a new one', async () => {
  const guard = new Guard<number>();
  const first = later();
  let calls = 0;
  const call = (): Promise<number> => { calls += 1; return first.promise; };
  const both = [guard.run('a', call), guard.run('a', call)];
  first.answer(7);
  assert.deepEqual(await Promise.all(both), [7, 7]);
  assert.equal(calls, 1);
  assert.equal(await guard.run('a', () => Promise.resolve(8)), 8);
});

test('keys do not wait for each other, and a failure is passed on and forgotten', async () => {
  const guard = new Guard<number>();
  void guard.run('a', () => later().promise);
  assert.equal(await guard.run('b', () => Promise.resolve(1)), 1);
  await assert.rejects(guard.run('c', () => Promise.reject(new Error('no'))), /^Error: no$/);
  assert.equal(await guard.run('c', () => Promise.resolve(2)), 2);
});

test('a call that hangs is unavailable after the limit, is not asked again, and comes back when it answers', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const guard = new Guard<number>(10_000);
    const hung = later();
    const waiting = guard.run('The volume', () => hung.promise);
    mock.timers.tick(10_000);
    await assert.rejects(waiting, (error) => error instanceof UnavailableError && /The volume .* 10 s/.test(error.message));
    await assert.rejects(guard.run('The volume', () => assert.fail('asked again')), UnavailableError);
    hung.answer(1);
    await hung.promise;
    assert.equal(await guard.run('The volume', () => Promise.resolve(2)), 2);
  } finally {
    mock.timers.reset();
  }
});
