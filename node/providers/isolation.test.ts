import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../model/errors.js';
import { settle, TestClock } from '../test/support/clock.js';
import { Isolation, mostQueued, slotsOf } from './isolation.js';

/** Calls that end when they are told to. */
function isolated(slots: number) {
  const clock = new TestClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const isolation = new Isolation(slots, clock);
  const started: string[] = [];
  const ends = new Map<string, (value: string | Error) => void>();
  const ask = (subject: string, timeout = 10_000): Promise<string> =>
    isolation.run(subject, timeout, () => {
      started.push(subject);
      return new Promise((resolve, reject) => {
        ends.set(subject, (value) => { if (typeof value === 'string') resolve(value); else reject(value); });
      });
    });
  const end = async (subject: string, value: string | Error): Promise<void> => {
    ends.get(subject)?.(value);
    await settle();
  };
  return { clock, isolation, started, ask, end };
}

/** What a promise came to by now. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return await Promise.race([promise.catch((error: unknown) => error), settle().then(() => 'pending')]);
}

describe('Isolation', () => {
  it('gives all who ask for a subject while it is asked the same answer, and asks again afterwards', async () => {
    const { started, ask, end } = isolated(4);
    const both = [ask('A'), ask('A')];
    await settle();
    await end('A', 'one');
    assert.deepEqual(await Promise.all(both), ['one', 'one']);
    const third = ask('A');
    await settle();
    await end('A', 'two');
    assert.equal(await third, 'two');
    assert.deepEqual(started, ['A', 'A']);
  });

  it('tells that a subject has not answered in time, tells later callers at once, and asks again when it has', async () => {
    const { clock, isolation, started, ask, end } = isolated(4);
    const message = 'A has not answered since 2026-01-02T03:04:05.000Z and is not asked again until it does';
    const first = ask('A');
    first.catch(() => undefined);
    await clock.pass(4000);
    const second = ask('A', 5000);
    second.catch(() => undefined);
    await clock.pass(1000);
    await assert.rejects(second, { message }, 'its 5 s count from when A was asked');
    assert.equal(await outcome(first), 'pending');
    await clock.pass(5000);
    await assert.rejects(first, (error) => error instanceof UnavailableError && error.message === message);
    const [again] = [await outcome(ask('A'))];
    assert.equal((again as Error).message, message);
    assert.deepEqual(started, ['A']);
    assert.equal(isolation.pending, 1);
    await end('A', 'late');
    const later = ask('A');
    await settle();
    await end('A', 'fine');
    assert.equal(await later, 'fine');
  });

  it('makes one call of a subject at a time; another follows the first, and does not wait for one that hangs', async () => {
    const { clock, isolation, started, ask, end } = isolated(4);
    const other = (): Promise<string> => isolation.run('A', 10_000, () => { started.push('other of A'); return Promise.resolve('o'); }, 'other');
    const first = ask('A');
    const second = other();
    await settle();
    assert.deepEqual(started, ['A']);
    await end('A', 'a');
    assert.deepEqual([await first, await second, started], ['a', 'o', ['A', 'other of A']]);
    ask('A').catch(() => undefined);
    await clock.pass(10_000);
    await assert.rejects(other(), { message: 'A has not answered since 2026-01-02T03:04:05.000Z and is not asked again until it does' });
  });

  it('makes no call once the subject answers for whom was told that it does not: nobody would take what it fails of, which ended the process', async () => {
    const { clock, isolation, started, ask, end } = isolated(4);
    ask('A').catch(() => undefined);
    await clock.pass(10_000);
    const refused = isolation.run('A', 10_000, () => { started.push('other of A'); return Promise.reject(new Error('the volume is gone')); }, 'other');
    await assert.rejects(refused, { message: 'A has not answered since 2026-01-02T03:04:05.000Z and is not asked again until it does' });
    await end('A', 'late');
    assert.deepEqual(started, ['A']);
  });

  it('never has more calls under way than slots; the others follow in their order', async () => {
    const { started, ask, end } = isolated(2);
    const answers = ['A', 'B', 'C', 'D'].map((subject) => ask(subject));
    await settle();
    assert.deepEqual(started, ['A', 'B']);
    await end('B', 'b');
    assert.deepEqual(started, ['A', 'B', 'C']);
    await end('A', 'a');
    await end('C', 'c');
    await end('D', 'd');
    assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c', 'd']);
  });

  it('tells who waited for a turn so, and names what holds it up; what waits is asked once there is room', async () => {
    const { clock, started, ask, end } = isolated(1);
    ask('The volume Z:\\').catch(() => undefined);
    await clock.pass(2000);
    const waiting = ask('The volume Y:\\');
    waiting.catch(() => undefined);
    await clock.pass(10_000);
    await assert.rejects(waiting, {
      message: 'The volume Y:\\ waits for its turn to be asked: 1 other has not answered, the volume Z:\\ since 2026-01-02T03:04:05.000Z',
    });
    await end('The volume Z:\\', 'z');
    const again = ask('The volume Y:\\');
    await end('The volume Y:\\', 'y');
    assert.equal(await again, 'y');
    assert.deepEqual(started, ['The volume Z:\\', 'The volume Y:\\']);
  });

  it('holds few that wait', async () => {
    const { ask, started } = isolated(1);
    ask('A').catch(() => undefined);
    for (let n = 0; n < mostQueued; n += 1) ask(String(n)).catch(() => undefined);
    await assert.rejects(ask('one more'), UnavailableError);
    await settle();
    assert.deepEqual(started, ['A']);
  });

  it('a failure is the answer, also one that is thrown at once, and frees the slot', async () => {
    const { isolation, ask, end } = isolated(1);
    const failing = ask('A');
    failing.catch(() => undefined);
    await settle();
    await end('A', new UnavailableError('no'));
    await assert.rejects(failing, { message: 'no' });
    await assert.rejects(isolation.run('B', 10_000, () => { throw new UnavailableError('not even begun'); }), { message: 'not even begun' });
    const next = ask('C');
    await settle();
    await end('C', 'c');
    assert.equal(await next, 'c');
    assert.equal(isolation.pending, 0);
  });
});

describe('slotsOf', () => {
  it('leaves half of a small pool free and eight threads of a large one', () => {
    assert.deepEqual([undefined, '', '1', '4', '8', '16', '64', 'many'].map(slotsOf), [2, 2, 1, 2, 4, 8, 56, 2]);
  });
});
