import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestClock } from '../test/support/clock.js';
import { isoTime, sleep, systemClock } from './clock.js';

describe('systemClock', () => {
  it('tells milliseconds, those of the wall apart from those that only go on', async () => {
    const node = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
    const wall = systemClock.wall();
    // Between two looks at Node's own clock, which tells microseconds here: how long it takes, nobody knows.
    const told = [node(), systemClock.now(), node()] as const;
    await sleep(systemClock, 20);
    const later = [node(), systemClock.now(), node()] as const;
    assert.ok(later[1] - told[1] >= 19, String(later));
    for (const [before, now, after] of [told, later]) assert.ok(before <= now && now <= after + 0.001, `${String(before)} ${String(now)} ${String(after)}`);
    assert.ok(Math.abs(systemClock.wall() - Date.now()) < 1000 && systemClock.wall() >= wall);
  });

  it('tells a moment as Date does, in any year', () => {
    const moments = [0, 1, 999, -1, 951_782_399_999, 951_782_400_000, 1_764_288_000_007, -62_167_219_200_000, -62_167_219_200_001, 253_402_300_799_999, 253_402_300_800_000, 8.64e15];
    assert.deepEqual(moments.map(isoTime), moments.map((wall) => new Date(wall).toISOString()));
    assert.throws(() => isoTime(NaN), RangeError);
  });

  it('what is far away is not called at once, what is over is, and what was cancelled never', async () => {
    const called: string[] = [];
    const far = systemClock.after(1e12, () => called.push('far'));
    systemClock.after(0, () => called.push('cancelled'))();
    await new Promise<void>((resolve) => { systemClock.after(-5, () => { called.push('over'); resolve(); }); });
    await sleep(systemClock, 5);
    assert.deepEqual(called, ['over']);
    far();
  });

  it('what has slack comes with another that is due, once, and by itself where there is none', async () => {
    const called: string[] = [];
    systemClock.after(100_000, () => called.push('early'), 99_990);
    systemClock.after(100_000, () => called.push('too early'), 10)();
    const cancel = systemClock.after(100_000, () => called.push('later'), 10);
    systemClock.after(100_000, () => called.push('cancelled'), 99_990)();
    await sleep(systemClock, 30);
    assert.deepEqual(called, ['early']);
    cancel();
    await new Promise<void>((resolve) => { systemClock.after(20, resolve, 5); });
    assert.deepEqual(called, ['early']);
  });

  it('what falls due at a part of a millisecond is not called before it', async () => {
    for (let n = 0; n < 20; n += 1) {
      const due = systemClock.now() + 2.5;
      await sleep(systemClock, due - systemClock.now());
      assert.ok(systemClock.now() >= due, String(systemClock.now() - due));
    }
  });
});

describe('sleep', () => {
  it('lasts as long as the clock says', async () => {
    const clock = new TestClock();
    let awake = false;
    void sleep(clock, 100).then(() => { awake = true; });
    await clock.pass(99);
    assert.equal(awake, false);
    await clock.pass(1);
    assert.equal(awake, true);
  });
});
