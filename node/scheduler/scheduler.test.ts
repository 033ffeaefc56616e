import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { sleep, type Tick } from '../model/clock.js';
import { Scheduler, type Task } from './scheduler.js';

interface Trace extends Task {
  readonly ran: number[];
  readonly ticks: Tick[];
  lost: number;
}

function task(clock: TestClock, interval: number, takes = 0, catchUp = false): Trace {
  const trace: Trace = {
    interval, catchUp, ran: [], ticks: [], lost: 0,
    async run(tick) {
      trace.ran.push(clock.now() - 1000);
      trace.ticks.push(tick);
      if (takes > 0) await sleep(clock, takes);
    },
    skipped(count) { trace.lost += count; },
  };
  return trace;
}

describe('Scheduler', () => {
  it('runs each task on its own interval, without drift, from the start', async () => {
    const clock = new TestClock();
    const [fast, slow] = [task(clock, 200), task(clock, 700)];
    new Scheduler(clock).start([fast, slow]);
    await clock.pass(100_000);
    assert.deepEqual(fast.ran, Array.from({ length: 501 }, (_, n) => n * 200));
    assert.deepEqual(slow.ran, Array.from({ length: 143 }, (_, n) => n * 700));
    assert.equal(fast.lost + slow.lost, 0);
  });

  it('holds nobody up while others measure', async () => {
    const clock = new TestClock();
    const measuring = Array.from({ length: 5 }, () => task(clock, 1000, 1000, true));
    const quick = task(clock, 200);
    new Scheduler(clock).start([...measuring, quick]);
    await clock.pass(9_999);
    assert.equal(quick.ran.length, 50);
    assert.equal(quick.lost, 0);
    for (const one of measuring) assert.equal(one.ran.length, 10);
  });

  it('lets readings that measure longer than their interval follow each other, and counts what is skipped', async () => {
    const clock = new TestClock();
    const long = task(clock, 1000, 2500, true);
    new Scheduler(clock).start([long]);
    await clock.pass(10_000);
    assert.deepEqual(long.ran, [0, 2500, 5000, 7500, 10_000]);
    // Of the ticks 1 to 10, four were made up for at 2500, 5000, 7500 and 10000, and one is still pendingTick.
    assert.equal(long.lost, 5);
  });

  it('gives a task that is slow a rest until its next tick, and counts what is skipped', async () => {
    const clock = new TestClock();
    const slow = task(clock, 1000, 1500);
    new Scheduler(clock).start([slow]);
    await clock.pass(6_000);
    assert.deepEqual(slow.ran, [0, 2000, 4000, 6000]);
    assert.equal(slow.lost, 3);
  });

  it('counts the ticks of a time that the host slept through and goes on in step', async () => {
    const clock = new TestClock();
    const one = task(clock, 1000);
    new Scheduler(clock).start([one]);
    await clock.pass(2_000);
    clock.jump(10_500);
    await clock.pass(1_500);
    assert.deepEqual(one.ran, [0, 1000, 2000, 12_500, 13_000, 14_000]);
    assert.equal(one.lost, 9);
  });

  it('gives tasks that are due together the same tick', async () => {
    const clock = new TestClock();
    const [a, b] = [task(clock, 200), task(clock, 300)];
    new Scheduler(clock).start([a, b]);
    await clock.pass(600);
    assert.equal(a.ticks[3], b.ticks[2]);
    assert.notEqual(a.ticks[1], b.ticks[1]);
  });

  it('is not moved by steps of the wall clock', async () => {
    const clock = new TestClock();
    const one = task(clock, 1000);
    new Scheduler(clock).start([one]);
    await clock.pass(1_500);
    clock.stepWall(-3_600_000);
    await clock.pass(1_500);
    clock.stepWall(7_200_000);
    await clock.pass(1_000);
    assert.deepEqual(one.ran, [0, 1000, 2000, 3000, 4000]);
  });

  it('aligns ticks to whole multiples of the interval, and shifts them by the offset', async () => {
    const clock = new TestClock(1_700_000_000_250);
    const walls: number[] = [];
    const aligned: Task = {
      interval: 5000, catchUp: false, skipped: () => undefined,
      run: () => { walls.push(clock.wall()); return Promise.resolve(); },
    };
    new Scheduler(clock, { offset: 100, align: true }).start([aligned]);
    await clock.pass(10_000);
    assert.deepEqual(walls, [1_700_000_005_100, 1_700_000_010_100]);
  });

  it('takes an interval longer than a timer can', async () => {
    const clock = new TestClock();
    const yearly = task(clock, 86_400_000 * 365);
    new Scheduler(clock).start([yearly]);
    await clock.pass(86_400_000 * 366);
    assert.equal(yearly.ran.length, 2);
  });

  it('gives tasks that are removed no further tick, that of a run under way neither, and leaves the others their ticks', async () => {
    const clock = new TestClock();
    const [stays, goes, runs, comes] = [task(clock, 300), task(clock, 200), task(clock, 1000, 2500, true), task(clock, 300)];
    const scheduler = new Scheduler(clock);
    scheduler.start([goes, stays, runs]);
    await clock.pass(1100);
    scheduler.remove(new Set([goes, runs]));
    scheduler.start([comes]);
    await clock.pass(8900);
    assert.deepEqual(stays.ran, Array.from({ length: 34 }, (_, n) => n * 300));
    assert.deepEqual(goes.ran, [0, 200, 400, 600, 800, 1000]);
    assert.deepEqual(runs.ran, [0]);
    assert.deepEqual(comes.ran, Array.from({ length: 30 }, (_, n) => 1100 + n * 300));
    assert.equal(stays.lost + goes.lost + comes.lost, 0);
  });

  it('runs many that are due together part by part, with a turn for all else in between, and all of them on the same tick', async () => {
    const clock = new TestClock();
    const tasks = Array.from({ length: 3500 }, () => task(clock, 1000));
    const scheduler = new Scheduler(clock);
    const ran = (): number => tasks.filter(({ ticks }) => ticks.length > 0).length;
    scheduler.start(tasks);
    clock.advance(0);
    assert.equal(ran(), 1000);
    const goes = tasks.slice(2000, 2100);
    scheduler.remove(new Set(goes));
    clock.advance(1);
    assert.equal(ran(), 1000, 'what is under way is not begun again meanwhile');
    while (ran() < 3400) await new Promise((resolve) => { setImmediate(resolve); });
    assert.equal(new Set(tasks.flatMap(({ ticks }) => ticks)).size, 1);
    assert.equal(goes.flatMap(({ ticks }) => ticks).length, 0);
    clock.advance(1000);
    assert.equal(tasks[0]?.ticks.length, 2);
    void scheduler.stop(0);
    await settle();
    assert.equal(tasks.filter(({ ticks }) => ticks.length === 2).length, 1000, 'what was not begun before a stop is not begun');
  });

  it('stops: no further tick, and waits for what runs as long as it is patient', async () => {
    const clock = new TestClock();
    const long = task(clock, 1000, 700);
    const scheduler = new Scheduler(clock);
    scheduler.start([long]);
    await clock.pass(100);
    let ended = false;
    void scheduler.stop(5000).then(() => { ended = true; });
    await settle();
    assert.equal(ended, false);
    await clock.pass(600);
    assert.equal(ended, true);
    await clock.pass(10_000);
    assert.equal(long.ran.length, 1);
  });

  it('runs tasks in the order they fall due, whatever the order they were given in', async () => {
    const clock = new TestClock(1_700_000_000_500);
    const order: string[] = [];
    const named = (interval: number): Task => ({
      interval, catchUp: false, skipped: () => undefined,
      run: (tick) => { order.push(`${String(interval)}@${String(clock.now() - 1000)}`); assert.equal(tick.at, clock.now()); return Promise.resolve(); },
    });
    new Scheduler(clock, { offset: 0, align: true }).start([60_000, 7000, 1000, 20_000, 3000, 2000].map(named));
    await clock.pass(5000);
    const expected = [1000, 2000, 3000, 7000, 20_000, 60_000].flatMap((interval) => {
      const firstAt = interval - (1_700_000_000_500 % interval);
      return Array.from({ length: Math.max(0, Math.floor((5000 - firstAt) / interval) + 1) }, (_, n) => ({ interval, at: firstAt + n * interval }));
    });
    assert.deepEqual([...order].sort(), expected.map(({ interval, at }) => `${String(interval)}@${String(at)}`).sort());
    const times = order.map((one) => Number(one.split('@')[1]));
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
  });

  it('an aligned task that is due this very moment runs now', async () => {
    const clock = new TestClock(1_700_000_000_000);
    const one = task(clock, 5000);
    new Scheduler(clock, { offset: 0, align: true }).start([one]);
    await clock.pass(0);
    assert.deepEqual(one.ran, [0]);
  });

  it('without alignment shifts all ticks by the offset', async () => {
    const clock = new TestClock();
    const one = task(clock, 1000);
    new Scheduler(clock, { offset: 300, align: false }).start([one]);
    await clock.pass(2500);
    assert.deepEqual(one.ran, [300, 1300, 2300]);
  });

  it('tells a tick that is made up for its own moment', async () => {
    const clock = new TestClock();
    const long = task(clock, 1000, 1500, true);
    new Scheduler(clock).start([long]);
    await clock.pass(1600);
    assert.deepEqual(long.ticks.map(({ at }) => at - 1000), [0, 1500]);
  });

  it('stops without tasks, before it was started, and from within a task', async () => {
    await new Scheduler(new TestClock()).stop(1000);
    const none = new Scheduler(new TestClock());
    none.start([]);
    await none.stop(1000);
    const clock = new TestClock();
    let runs = 0;
    const scheduler = new Scheduler(clock);
    scheduler.start([{ interval: 1000, catchUp: true, skipped: () => undefined, run: () => { runs += 1; void scheduler.stop(0); return Promise.resolve(); } }]);
    await clock.pass(10_000);
    assert.equal(runs, 1);
  });

  it('is not patient for ever, and makes nothing up after it was stopped', async () => {
    const clock = new TestClock();
    const long = task(clock, 1000, 7000, true);
    const scheduler = new Scheduler(clock);
    scheduler.start([long, task(clock, 1000)]);
    await clock.pass(1500);
    let ended = false;
    void scheduler.stop(500).then(() => { ended = true; });
    await clock.pass(499);
    assert.equal(ended, false);
    await clock.pass(1);
    assert.equal(ended, true);
    await clock.pass(20_000);
    assert.equal(long.ran.length, 1);
  });
});
