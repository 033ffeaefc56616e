import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { widthOf } from '../../model/width.js';
import { TestClock } from '../../test/support/clock.js';
import { LiveView } from './live.js';
import type { Watched } from './source.js';

const entries = (count: number): Watched[] => Array.from({ length: count }, (_, n) => ({ key: n, name: `m${String(n)}`, last: { wall: 1_700_000_000_000, selected: [{ path: '', value: n, unit: '' }] }, fault: undefined, stale: false }));

function viewOf(known: { entries: Watched[]; status: string[] }, size = { columns: 40, rows: 8 }) {
  const clock = new TestClock();
  const written: string[] = [];
  let quit = 0;
  const view = new LiveView({
    source: { entries: () => known.entries, status: () => known.status }, clock, style: { colour: false, unicode: true },
    screen: { get columns() { return size.columns; }, get rows() { return size.rows; }, write: (text) => written.push(text) }, onQuit: () => (quit += 1),
  });
  return {
    view, clock, written, size, quits: () => quit,
    /** The screen after all that is due. */
    screen: async (): Promise<string[]> => {
      await clock.pass(100);
      const text = written.at(-1) ?? '';
      assert.ok(text.startsWith('\x1b[H\x1b[K'));
      const lines = text.slice(3).split('\r\n').map((line) => line.slice(3));
      assert.equal(lines.length, size.rows, 'the whole screen, each line of it');
      for (const line of lines) assert.ok(widthOf(line) <= size.columns, line);
      return lines;
    },
    names: (lines: string[]): string => lines.flatMap((line) => /^m\d+/.exec(line)?.[0] ?? []).join(' '),
  };
}

describe('the live view', () => {
  it('shows values, the status and the keys, on the whole screen', async () => {
    const { view, screen } = viewOf({ entries: entries(2), status: ['all is well'] });
    view.start();
    assert.deepEqual(await screen(), ['METRIC     VALUE   AGE', 'm0             0    0s', 'm1             1    0s', '', '', '', 'all is well', '2 values, as configured; s sorts, q ends']);
    assert.equal(view.last(), 'METRIC     VALUE   AGE\nm0             0    0s\nm1             1    0s\nall is well\n');
  });

  it('scrolls to each row, not beyond, and sorts', async () => {
    const { view, screen, names } = viewOf({ entries: entries(12), status: [] });
    view.start();
    assert.equal(names(await screen()), 'm0 m1 m2 m3 m4 m5');
    const steps: [Parameters<typeof view.press>[0], string][] = [
      ['up', 'm0 m1 m2 m3 m4 m5'], ['down', 'm1 m2 m3 m4 m5 m6'], ['pageDown', 'm6 m7 m8 m9 m10 m11'], ['pageDown', 'm6 m7 m8 m9 m10 m11'],
      ['pageUp', 'm1 m2 m3 m4 m5 m6'], ['end', 'm6 m7 m8 m9 m10 m11'], ['home', 'm0 m1 m2 m3 m4 m5'],
      ['sort', 'm0 m1 m10 m11 m2 m3'], ['sort', 'm11 m10 m9 m8 m7 m6'],
    ];
    for (const [key, expected] of steps) {
      view.press(key);
      const lines = await screen();
      assert.equal(names(lines), expected, key);
    }
    assert.match((await screen()).at(-1) ?? '', /^1-6 of 12, by value;/);
  });

  it('keeps its columns where they are while it is scrolled', async () => {
    const known = { entries: entries(12).map((one, n) => ({ ...one, name: n === 0 ? 'a_much_longer_name' : one.name })), status: [] };
    const { view, screen, size } = viewOf(known);
    view.start();
    const valueAt = async (): Promise<number> => (await screen())[0]?.indexOf('VALUE') ?? -1;
    const before = await valueAt();
    view.press('end');
    assert.equal(await valueAt(), before);
    size.columns = 60;
    view.resized();
    assert.ok(await valueAt() < before, 'of a window that has another size nobody knows where they were');
  });

  it('draws again where something changed, ten times a second at most', async () => {
    const known = { entries: entries(30), status: ['s'] };
    const { view, clock, written } = viewOf(known);
    view.start();
    await clock.pass(50);
    assert.equal(written.length, 1);
    for (let n = 0; n < 20; n += 1) {
      view.press('down');
      await clock.pass(5);
    }
    assert.equal(written.length, 2, '100 ms after the first');
    view.press('home');
    view.press('home');
    await clock.pass(300);
    assert.equal(written.length, 3);
    view.press('up');
    await clock.pass(300);
    assert.equal(written.length, 3, 'as it was');
    view.press('redraw');
    await clock.pass(100);
    assert.equal(written.length, 4);
    await clock.pass(1200);
    assert.equal(written.length, 5, 'ages have changed');
    view.stop();
    await clock.pass(5000);
    assert.equal(written.length, 5);
  });

  it('follows the size of the window down to the least', async () => {
    const { view, screen, size } = viewOf({ entries: entries(12), status: ['held since 10:04, 1,204 kept: nobody is bound to the exchange for the key', 'more'] }, { columns: 80, rows: 24 });
    view.start();
    const wide = await screen();
    assert.equal(wide.at(-1), '12 values, as configured; arrows, page keys scroll, s sorts, q ends');
    assert.deepEqual(wide.slice(-3, -1), ['held since 10:04, 1,204 kept: nobody is bound to the exchange for the key', 'more']);
    for (const [columns, rows] of [[40, 12], [20, 10], [20, 5], [10, 3], [160, 50], [11, 4]] as const) {
      Object.assign(size, { columns, rows });
      view.resized();
      const lines = await screen();
      if (rows > 4) assert.ok(lines.some((line) => line.startsWith('m0')), lines.join('\n'));
    }
    Object.assign(size, { columns: 20, rows: 12 });
    view.resized();
    assert.deepEqual((await screen()).slice(-5), ['held since 10:04,', '1,204 kept: nobody', 'is bound to ...', 'more', '1-6 of 12; q ends'], 'the short sentence is whole');
    Object.assign(size, { columns: 7, rows: 2 });
    view.resized();
    assert.deepEqual(await screen(), ['too sma', '']);
  });

  it('keeps its place where rows go, and says what it is told only safely', async () => {
    const known = { entries: entries(12), status: ['x\u001b[2Jy'] };
    const { view, screen, names, clock } = viewOf(known, { columns: 60, rows: 8 });
    view.start();
    view.press('end');
    assert.equal(names(await screen()), 'm7 m8 m9 m10 m11');
    assert.equal((await screen()).at(-2), 'x\\u001b[2Jy');
    known.entries = entries(3);
    await clock.pass(1000);
    assert.equal(names(await screen()), 'm0 m1 m2');
    known.entries = [];
    await clock.pass(1000);
    assert.equal(names(await screen()), '');
  });

  it('ends when a key asks for it', () => {
    const { view, quits } = viewOf({ entries: [], status: [] });
    view.press('quit');
    view.press('interrupt');
    assert.equal(quits(), 2);
  });
});
