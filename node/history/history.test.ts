import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AppendFile } from '../model/regularFile.js';
import type { Entry, HistorySettings } from '../model/settings.js';
import { noBroker } from '../output/lines.js';
import type { StatusTotals } from '../status/report.js';
import { TestClock } from '../test/support/clock.js';
import { historyNames } from './file.js';
import { readHistory, type History } from './reader.js';
import { Recorder } from './recorder.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-history-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({ index: 0, method: 'm', args: {}, interval: 5, name, rate: false, scale: 1, ...more });
const selected = (value: number, path = '', unit = 'B') => [{ path, value, unit }];
const totals: StatusTotals = {
  version: '1.2.3', state: 'sampling', pid: 1, account: null, since: 'S', updated: 'U', taken: 0, skipped: 0, unavailable: 0, ...noBroker, last_error: null, reload: null,
};

interface Made {
  readonly recorder: Recorder;
  readonly clock: TestClock;
  readonly directory: string;
  readonly told: string[];
  /** Lets so many minutes pass, each with a status and what `each` does before it. */
  readonly minutes: (count: number, each?: (minute: number) => void, status?: Partial<StatusTotals>) => Promise<void>;
  readonly see: (status: Partial<StatusTotals>) => Promise<void>;
  readonly read: (hours?: number) => History;
}

function made(settings: Partial<HistorySettings> = {}, directory = mkdtempSync(join(home, 'h-')), clock = new TestClock(1_700_000_040_000)): Made {
  const told: string[] = [];
  const recorder = new Recorder(directory, { enabled: true, maxBytes: 4_194_304, maxSeries: 200, ...settings }, clock, (reason) => told.push(reason));
  recorder.begin();
  recorder.see(totals);
  const see = async (status: Partial<StatusTotals>): Promise<void> => {
    recorder.see({ ...totals, ...status });
    await recorder.settled();
  };
  return {
    recorder, clock, directory, told, see,
    async minutes(count, each = () => undefined, status = {}) {
      for (let minute = 0; minute < count; minute++) {
        each(minute);
        clock.jump(60_000);
        await see(status);
      }
    },
    read: (hours = 6) => readHistory(directory, clock.wall() - hours * 3_600_000, clock.wall()),
  };
}

const eventsOf = ({ events }: History): string[] => events.map(({ event, what, reason }) => [event, what, reason].filter((word) => word !== '').join(' '));

describe('History', () => {
  it('keeps mean, least and greatest of each minute, zero being a value and none being none', async () => {
    const { recorder, minutes, read, clock } = made();
    const one = recorder.entry(entry('cpu'));
    const begun = clock.wall();
    await minutes(3, (minute) => {
      if (minute === 1) return;
      for (const value of minute === 0 ? [1, 2, 6] : [0]) one.took(selected(value));
    });
    const { series, minutes: lines, begins, faults } = read();
    assert.deepEqual(series, [{ name: 'cpu', path: '', unit: 'B', every: 5, points: [
      { from: begun, to: begun + 60_000, mean: 3, least: 1, greatest: 6 },
      { from: begun + 120_000, to: begun + 180_000, mean: 0, least: 0, greatest: 0 },
    ] }]);
    assert.equal(lines.length, 3);
    assert.deepEqual([begins, faults], [begun, []]);
    assert.deepEqual(read(1 / 60).series[0]?.points.length, 1, 'only what was asked for');
  });

  it('tells what happened between two statuses, and what changed, once', async () => {
    const { recorder, see, clock, read } = made();
    const one = recorder.entry(entry('disk'));
    const now = (state: string, reason: string | null = null): Partial<StatusTotals> => ({ delivery: { state, since: '', reason } as StatusTotals['delivery'] });
    await see(now('flowing'));
    for (const state of ['connecting', 'unreachable', 'connecting', 'unreachable']) await see(now(state, `${state} now`));
    one.missing('D: is not ready');
    await see({ ...now('flowing'), spool_fault: 'the disk is full', taken: 9, skipped: 4 });
    one.complete();
    clock.jump(60_000);
    const reload = { time: 'R', request: '', refused: null, kept: 1, added: 2, removed: 3 };
    await see({ ...now('flowing'), reload, taken: 20, published: 3, skipped: 5, unavailable: 1, spooled: 7, dropped_by: { ...totals.dropped_by, age: 2 } });
    clock.jump(60_000);
    await see({ ...now('idle'), reload, state: 'stopped', taken: 21, published: 3, skipped: 5, unavailable: 1, dropped_by: { ...totals.dropped_by, age: 2 } });
    await see({ ...now('idle'), state: 'stopped' });
    const history = read();
    assert.deepEqual(eventsOf(history), [
      'start 1.2.3', 'delivery connecting connecting now', 'delivery unreachable unreachable now', 'missing disk D: is not ready', 'delivery flowing', 'spool the disk is full',
      'complete disk', 'spool', 'reload taken 1 entries kept, 2 begun, 3 ended', 'stop',
    ]);
    assert.deepEqual(history.minutes.map(({ at, for: length, ...rest }) => [at > 0 && length, rest]), [
      [60_000, { delivery: 'flowing', taken: 20, published: 3, skipped: 5, unavailable: 1, dropped: { age: 2 }, spooled: 7, more: 0 }],
      [60_000, { delivery: 'idle', taken: 1, published: 0, skipped: 0, unavailable: 0, dropped: {}, spooled: 0, more: 0 }],
    ]);
  });

  it('tells of a fault that ended the collector, and of none where it was stopped', async () => {
    const error = { time: 'T', code: 'PSA_UNEXPECTED', message: 'it broke' } as const;
    for (const [state, last_error, told] of [['failed', error, 'failed it broke'], ['failed', null, 'failed'], ['stopped', error, 'stop']] as const) {
      const { see, read } = made();
      await see({ state, last_error });
      assert.deepEqual(eventsOf(read()), ['start 1.2.3', told]);
    }
  });

  it('leaves no file open', { skip: process.platform !== 'linux' }, async () => {
    const { recorder, minutes, read, directory } = made({ maxBytes: 4096 });
    const one = recorder.entry(entry('cpu'));
    await minutes(50, () => { one.took(selected(5)); });
    read();
    const open = readdirSync('/proc/self/fd').filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(directory);
      } catch {
        return false;
      }
    });
    assert.deepEqual(open, []);
  });

  it('is read in the order of time, as many series as a report takes', () => {
    const directory = mkdtempSync(join(home, 'order-'));
    const [now, series] = [1_700_000_000_000, 5003];
    const lines: object[] = Array.from({ length: series }, (_, n) => ({ series: n + 1, name: `m${String(n)}`, path: '', unit: '', every: 1 }));
    for (const at of [3, 1, 2]) {
      lines.push({ at: now + at * 60_000, event: 'reload', what: String(at), reason: '' }, { at: now + at * 60_000, for: 60_000, delivery: 'idle', taken: at, published: 0, skipped: 0, unavailable: 0, dropped: {}, spooled: 0, more: 0, values: Array.from({ length: series }, (_, n) => [n + 1, at]) });
    }
    writeFileSync(join(directory, historyNames.now), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const history = readHistory(directory, now, now + 4 * 60_000);
    assert.deepEqual([history.series.length, history.leftOut, history.begins, history.faults], [5000, 3, now, []]);
    assert.deepEqual(history.series[0]?.points.map(({ mean }) => mean), [1, 2, 3]);
    assert.deepEqual([history.minutes.map(({ taken }) => taken), history.events.map(({ what }) => what)], [[1, 2, 3], ['1', '2', '3']]);
    // Both ends are of it; what is before is known of.
    const part = readHistory(directory, now + 2 * 60_000, now + 2 * 60_000);
    assert.deepEqual([part.minutes.length, part.events.length, part.begins], [1, 1, now]);
  });

  it('keeps a series without values for half an hour, and no longer where another needs its place', async () => {
    const { recorder, minutes, read } = made({ maxSeries: 2 });
    const one = recorder.entry(entry('one'));
    const names = (): string => read().series.map(({ name, path }) => name + path).join(' ');
    await minutes(1, () => { one.took([...selected(1, 'a'), ...selected(1, 'b')]); });
    await minutes(30, () => { one.took([...selected(1, 'a'), ...selected(1, 'c')]); });
    assert.equal(names(), 'onea oneb');
    await minutes(2, () => { one.took([...selected(1, 'a'), ...selected(1, 'c')]); });
    assert.equal(names(), 'onea oneb onec');
    // An entry that never had a value leaves its place when it ends.
    const [empty, other] = ['empty', 'other'].map((name) => recorder.entry(entry(name)));
    assert.ok(empty !== undefined && other !== undefined);
    recorder.remove(empty);
    recorder.remove(one);
    await minutes(1, () => { other.took([...selected(1, 'a'), ...selected(1, 'b')]); });
    assert.equal(names(), 'onea oneb onec othera otherb');
  });

  it('is bounded, and tells of the newest, in whole lines, which are explained in each file', async () => {
    const { recorder, minutes, read, directory } = made({ maxBytes: 65_536 });
    const entries = Array.from({ length: 50 }, (_, n) => recorder.entry(entry(`m${String(n)}`)));
    const size = (name: string): number => statSync(join(directory, name)).size;
    let most = 0;
    for (let hour = 0; hour < 3; hour++) {
      await minutes(60, (minute) => { entries.forEach((one, n) => { one.took(selected(minute + n / 7)); }); });
      most = Math.max(most, size(historyNames.now) + (existsSync(join(directory, historyNames.before)) ? size(historyNames.before) : 0));
    }
    assert.ok(most > 32_768 && most < 65_536 + 2 * 4096, String(most));
    assert.equal(statSync(join(directory, historyNames.now)).mode & 0o77, 0);
    for (const name of Object.values(historyNames)) assert.doesNotMatch(readFileSync(join(directory, name), 'utf8'), /^\n/m, 'no line is empty');
    const { series, minutes: lines, faults, begins } = read(24);
    assert.deepEqual([series.length, faults.length], [50, 0]);
    assert.ok(series.every(({ points }) => points.length === lines.length));
    assert.deepEqual(series.map(({ points }) => points.at(-1)?.mean), entries.map((_, n) => Number((59 + n / 7).toPrecision(6))));
    assert.ok(begins !== undefined && lines.length > 20 && lines.length < 120, `${String(lines.length)} minutes`);
  });

  it('has a bounded number of series, one for each entry before a second for any, and counts what has none', async () => {
    const { recorder, minutes, read } = made({ maxSeries: 5 });
    const wide = recorder.entry(entry('wide'));
    const others = ['a', 'b'].map((name) => recorder.entry(entry(name)));
    const all = (count: number) => Array.from({ length: count }, (_, n) => ({ path: `p${String(n)}`, value: n, unit: '' }));
    await minutes(2, () => {
      wide.took(all(9));
      for (const one of others) one.took(selected(1));
    });
    const { series, minutes: lines } = read();
    assert.deepEqual(series.map(({ name, path }) => name + path), ['widep0', 'widep1', 'widep2', 'a', 'b']);
    assert.deepEqual(lines.map(({ more }) => more), [6, 6]);
    // What ended makes room.
    recorder.remove(wide);
    const next = recorder.entry(entry('next'));
    await minutes(1, () => { next.took(all(4)); });
    assert.equal(read().series.filter(({ name }) => name === 'next').length, 3);
    await minutes(40);
    const late = recorder.entry(entry('late'));
    await minutes(1, () => { late.took(all(9)); });
    assert.equal(read().series.filter(({ name }) => name === 'late').length, 2, 'what has no value for half an hour is no more; three entries keep one place each');
  });

  it('has what an entry took in the minute in which a reload ended it, beside what the next takes', async () => {
    const { recorder, minutes, read } = made({ maxSeries: 1 });
    const before = recorder.entry(entry('cpu'));
    before.took(selected(4));
    recorder.remove(before);
    const next = recorder.entry(entry('cpu', { interval: 1 }));
    await minutes(2, () => { next.took(selected(6)); });
    assert.deepEqual(read().series.map(({ every, points }) => [every, points.map(({ mean }) => mean)]), [[5, [4]], [1, [6, 6]]]);
  });

  it('goes on with more entries than series, and with names that are no names', async () => {
    const { recorder, minutes, read } = made({ maxSeries: 2 });
    const entries = Array.from({ length: 1000 }, (_, n) => recorder.entry(entry(`e${String(n)}`)));
    const long = recorder.entry(entry('x'.repeat(1000)));
    await minutes(1, () => { for (const one of [long, ...entries]) one.took(selected(1)); });
    assert.deepEqual(read().series.map(({ name }) => name), ['e0', 'e1']);
    assert.equal(read().minutes[0]?.more, 999);
    const texts = made();
    const longest = texts.recorder.entry(entry('n'.repeat(300)));
    await texts.minutes(1, () => { longest.took([...selected(1, 'p'.repeat(300), 'u'.repeat(64)), ...selected(1, 'q'.repeat(301)), ...selected(1, 'r', 'u'.repeat(65))]); });
    const { series, minutes: lines, faults } = texts.read();
    assert.deepEqual([series.map(({ path }) => path), lines[0]?.more, faults], [['p'.repeat(300)], 2, []]);
  });

  it('survives a process that was killed while it wrote: what follows a torn line is read', async () => {
    const first = made();
    const one = first.recorder.entry(entry('cpu'));
    await first.minutes(3, () => { one.took(selected(5)); });
    const path = join(first.directory, historyNames.now);
    truncateSync(path, statSync(path).size - 20);
    const second = made({}, first.directory, first.clock);
    const again = second.recorder.entry(entry('cpu'));
    await second.minutes(2, () => { again.took(selected(7)); });
    const { series, events, faults } = second.read();
    assert.deepEqual(series[0]?.points.map(({ mean }) => mean), [5, 5, 7, 7]);
    assert.deepEqual(events.map(({ event }) => event), ['start', 'start']);
    assert.deepEqual(faults, ['One line of the history could not be read and is left out.']);
  });

  it('is read as far as it makes sense, whatever is in it', () => {
    const directory = mkdtempSync(join(home, 'hostile-'));
    const at = Date.now() - 1000;
    const minute = { at, for: 60_000, delivery: 'idle', taken: 1, published: 1, skipped: 0, unavailable: 0, dropped: {}, spooled: 0, more: 0, values: [[1, 2]] };
    const lines: unknown[] = [
      { series: 1, name: 'good', path: '', unit: '', every: 1 }, minute, { series: '1', name: 'x', path: '', unit: '', every: 1 }, { series: 2, name: 'x', path: '', unit: '', every: 0 },
      { ...minute, at: -1 }, { ...minute, at: 1e300 }, { ...minute, for: 0 }, { ...minute, values: [[1, 'x']] }, { ...minute, values: [[1]] }, { ...minute, delivery: 'gone' }, { ...minute, taken: null },
      { ...minute, values: [[9, 9]], taken: 2 }, { at, event: 'start', what: 'v', reason: 'x'.repeat(1000) }, { at, event: 'explosion', what: '', reason: '' }, [], 7, 'x', null, { ...minute, at: at + 1e9 },
    ];
    writeFileSync(join(directory, historyNames.now), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n\0\0\0\n{"at":1,\n${'x'.repeat(2_000_000)}`);
    const { series, minutes, events, faults } = readHistory(directory, at - 3_600_000, Date.now());
    assert.deepEqual([series.map(({ name, points }) => [name, points.length]), minutes.length, events.length], [[['good', 1]], 2, 0]);
    assert.deepEqual(faults, ['18 lines of the history could not be read and are left out.']);
  });

  it('that is not there tells of nothing; one that is a folder, or a link, is told of and not followed', { skip: process.platform === 'win32' }, async () => {
    const directory = mkdtempSync(join(home, 'none-'));
    assert.deepEqual(readHistory(directory, 0, 1e12), { series: [], minutes: [], events: [], begins: undefined, leftOut: 0, faults: [] });
    const victim = join(home, 'victim');
    writeFileSync(victim, '{}\n');
    for (const [make, expected, readable] of [
      [(path: string) => { symlinkSync(victim, path); }, /is a link/, false], [(path: string) => { mkdirSync(path); }, /is not a file/, false], [(path: string) => { linkSync(victim, path); }, /second name/, true],
    ] as const) {
      const one = made({}, mkdtempSync(join(home, 'made-')));
      const path = join(one.directory, historyNames.now);
      await one.recorder.settled();
      rmSync(path);
      make(path);
      await one.minutes(3);
      assert.deepEqual([one.told.length, expected.test(one.told[0] ?? ''), readFileSync(victim, 'utf8')], [1, true, '{}\n'], one.told[0]);
      const { faults, minutes } = one.read();
      // The text of a second name is read, and nothing in it tells of the history.
      assert.match(faults.join(), readable ? /^One line of the history could not be read/ : new RegExp(`^The history at ${path} cannot be read \\(.*\\)\\.$`));
      assert.equal(minutes.length, 0);
      rmSync(path, { recursive: true });
      await one.minutes(2);
      assert.equal(one.read().minutes.length, 2, 'when it can be written again, it is');
    }
  });

  it('explains again what a full disk refused, and tells of the next fault anew', async (context) => {
    const { recorder, minutes, read, told, directory } = made();
    const [one, two] = [recorder.entry(entry('one')), recorder.entry(entry('two'))];
    await minutes(1, () => { one.took(selected(1)); });
    const refusing = context.mock.method(AppendFile.prototype, 'write', () => Promise.reject(new Error('ENOSPC: no space left')));
    await minutes(2, () => { two.took(selected(2)); });
    refusing.mock.restore();
    await minutes(1, () => { for (const each of [one, two]) each.took(selected(3)); });
    assert.deepEqual(read().series.map(({ name, points }) => [name, points.map(({ mean }) => mean)]), [['one', [1, 3]], ['two', [3]]]);
    assert.deepEqual(told, ['ENOSPC: no space left']);
    context.mock.method(AppendFile.prototype, 'write', () => Promise.resolve(1));
    await minutes(1);
    assert.deepEqual(told.slice(1), [`${join(directory, historyNames.now)}: the disk took only a part of a record`]);
  });

  it('is nothing where it is switched off', async () => {
    const { recorder, minutes, directory } = made({ enabled: false });
    const one = recorder.entry(entry('cpu'));
    await minutes(3, () => { one.took(selected(1)); one.missing('x'); });
    assert.equal(existsSync(join(directory, historyNames.now)), false);
  });

  it('is read while it is written and changes files', async () => {
    const { recorder, minutes, read, directory } = made();
    const one = recorder.entry(entry('cpu'));
    await minutes(2, () => { one.took(selected(1)); });
    renameSync(join(directory, historyNames.now), join(directory, historyNames.before));
    await minutes(2, () => { one.took(selected(1)); });
    assert.equal(read().series[0]?.points.length, 4);
  });

  it('is not held up by a clock that is set back', async () => {
    const { recorder, minutes, read, clock, directory } = made();
    const one = recorder.entry(entry('cpu'));
    await minutes(1, () => { one.took(selected(1)); });
    clock.stepWall(-86_400_000);
    await minutes(2, () => { one.took(selected(2)); });
    assert.equal(readHistory(directory, 0, clock.wall() + 2 * 86_400_000).minutes.length, 3);
    assert.equal(read().minutes.length, 2);
  });

  it('has a bounded number of events in a minute, and tells in the next what lasts', async () => {
    const { recorder, see, minutes, read } = made();
    const one = recorder.entry(entry('cpu'));
    for (let n = 0; n < 100; n++) one.missing(`reason ${String(n)}`);
    const delivery = { state: 'blocked', since: '', reason: 'alarm' } as const;
    await see({ delivery });
    assert.equal(read().events.length, 1 + 20, 'the start, and these');
    await minutes(2, undefined, { delivery });
    assert.equal(eventsOf(read()).at(-1), 'delivery blocked alarm');
    for (const [state, told] of [['stopped', 'stop'], ['failed', 'failed']] as const) {
      const last = made();
      const each = last.recorder.entry(entry('cpu'));
      for (let n = 0; n < 100; n++) each.missing(`reason ${String(n)}`);
      await last.see({ state });
      assert.equal(eventsOf(last.read()).at(-1), told, 'how it ended is told, whatever came before');
    }
  });
});
