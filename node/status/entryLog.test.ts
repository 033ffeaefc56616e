import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../model/settings.js';
import { TestClock } from '../test/support/clock.js';
import { EntryLog, mostLines } from './entryLog.js';

const entries: Entry[] = Array.from({ length: 10_000 }, (_, index) => ({ index, name: `e${String(index)}`, method: 'users', args: {}, interval: 1, rate: false, scale: 1 }));
const entry = (index: number): Entry => entries[index]!;

function openLog() {
  const clock = new TestClock();
  const lines: [level: string, facts: Record<string, unknown>, message: string][] = [];
  const add = (level: string) => (facts: object, message: string): void => { lines.push([level, facts as Record<string, unknown>, message]); };
  return { clock, lines, log: new EntryLog({ info: add('info'), warn: add('warn') }, clock) };
}

describe('EntryLog', () => {
  it('tells of an entry what it is and why', () => {
    const { log, lines } = openLog();
    log.missed(entry(3), 'gone');
    log.complete(entry(3));
    assert.deepEqual(lines, [
      ['warn', { entry: 3, name: 'e3', method: 'users', reason: 'gone' }, 'a value cannot be had'],
      ['info', { entry: 3, name: 'e3', method: 'users' }, 'every value can be had again'],
    ]);
  });

  it('tells of ten thousand entries in a bounded number of lines, and how many are not told', async () => {
    const { clock, log, lines } = openLog();
    for (let n = 0; n < 10_000; n += 1) log.missed(entry(n), 'gone');
    assert.equal(lines.length, mostLines);
    await clock.pass(60_000);
    assert.equal(lines.length, mostLines + 1);
    assert.deepEqual(lines.at(-1)?.[1], { lines: 10_000 - mostLines });
    log.missed(entry(1), 'again');
    assert.equal(lines.length, mostLines + 2, 'the next period has lines of its own');
  });

  it('tells of skipped ticks once for all entries, then once a minute', async () => {
    const { clock, log, lines } = openLog();
    for (let second = 0; second < 90; second += 1) {
      for (let n = 0; n < 1000; n += 1) log.skipped(entry(n), 1);
      await clock.pass(1000);
    }
    assert.deepEqual(lines.map(([, facts]) => facts), [
      { ticks: 1000, entries: 1000, for_one: 'e0' },
      { ticks: 60_000, entries: 1000, for_one: 'e0' },
    ]);
    log.close();
    assert.deepEqual(lines.at(-1)?.[1], { ticks: 29_000, entries: 1000, for_one: 'e0' });
    await clock.pass(120_000);
    assert.equal(lines.length, 3);
  });

  it('names the entry where only one skipped', async () => {
    const { clock, log, lines } = openLog();
    log.skipped(entry(7), 2);
    await clock.pass(1000);
    assert.deepEqual(lines.map(([, facts]) => facts), [{ ticks: 2, entry: 7, name: 'e7', method: 'users' }]);
  });
});
