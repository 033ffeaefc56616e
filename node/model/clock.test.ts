import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestClock } from '../test/support/clock.js';
import { isoTime, sleep, systemClock } from './clock.js';

describe('systemClock', () => {
  it('tells milliseconds, those of the wall apart from those that only go on', async () => {
    const [now, wall, reference] = [systemClock.now(), systemClock.wall(), process.hrtime.bigint()];
    await sleep(systemClock, 20);
    // Beside Node's own clock: how long it took, nobody knows.
    const passed = Number(process.hrtime.bigint() - reference) / 1e6;
    assert.ok(Math.abs(systemClock.now() - now - passed) < 15 && passed >= 19, String(passed));
    assert.ok(Math.abs(now - Number(reference) / 1e6) < 1000, 'whole seconds count too');
    assert.ok(Math.abs(systemClock.wall() - Date.now()) < 1000 && systemClock.wall() >= wall);
    assert.equal(isoTime(0), '1970-01-01T00:00:00.000Z');
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
