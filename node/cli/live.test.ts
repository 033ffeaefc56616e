import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Agent } from '../agent.js';
import type { Entry } from '../model/settings.js';
import type { Selected } from '../sample/selection.js';
import { EntryStats } from '../status/entryStats.js';
import { humanTime, humanValue, LiveTable, trend } from './live.js';

describe('the live table', () => {
  it('shows values for people', () => {
    const cases: [number, string, string][] = [
      [0, 'B', '0 B'], [1023, 'B', '1023 B'], [1024, 'B', '1.0 KiB'], [1536 * 1024 ** 3, 'B', '1.5 TiB'], [2 ** 70, 'B', '1048576.0 PiB'],
      [12.3456, '%', '12.346 %'], [5, 'count', '5'], [0.1 + 0.2, '', '0.3'], [-2048, 'B', '-2.0 KiB'],
    ];
    for (const [value, unit, text] of cases) assert.equal(humanValue(value, unit), text);
  });
  it('shows a trend from the least to the greatest', () => {
    assert.equal(trend([0, 7, 3.5]), '▁█▅');
    assert.equal(trend([4, 4]), '▁▁');
    assert.equal(trend([]), '');
  });
  it('shows times shortly', () => {
    assert.deepEqual([0.4, 99, 120, 7200, -1].map(humanTime), ['0s', '99s', '2m', '2h', '0s']);
  });
});

describe('LiveTable', () => {
  const entry = (index: number, name: string, interval: number): Entry => ({ index, method: 'm', args: {}, name, interval, rate: false, scale: 1 });
  const selected = (path: string, value: number, unit = ''): Selected => ({ path, value, unit });

  /** A table of what `stats` hold, on a screen of so many columns and rows. */
  function tableOf(stats: readonly EntryStats[], screen: { columns?: number; rows?: number } = {}) {
    const written: string[] = [];
    let wall = 10_000;
    const agent = { stats, report: () => ({ taken: 4, skipped: 5, unavailable: 6 }) } as unknown as Agent;
    const table = new LiveTable(agent, { ...screen, write: (text) => written.push(text) }, () => wall);
    const draw = (at: number): string[] => {
      wall = at;
      table.draw();
      return (written.at(-1) ?? '').split('\n');
    };
    return { draw, written };
  }
  // eslint-disable-next-line no-control-regex
  const plain = (line: string): string => line.replace(/\x1b\[[\d]*[A-Za-z]|\r/g, '').trimEnd();

  it('draws name, value, trend, age and next of every number, over what it drew before', () => {
    const [one, two, three] = [new EntryStats(entry(0, 'memory', 5)), new EntryStats(entry(1, 'cpu', 60)), new EntryStats(entry(2, 'users', 60))];
    three.missed(1, 1, 'nobody can tell');
    one.took(9000, [selected('', 2048, 'B')]);
    const { draw, written } = tableOf([one, two, three]);
    assert.deepEqual(draw(10_000).map(plain), [
      'METRIC         VALUE  TREND              AGE  NEXT',
      'memory       2.0 KiB  ▁                   1s    4s',
      'cpu          waiting',
      'users              -  nobody can tell',
      '4 samples, 5 ticks skipped, 6 values missing; Ctrl-C ends',
      '',
    ]);
    assert.ok(written[0]?.startsWith('\r\x1b[1mMETRIC') === true && written[0].endsWith('\x1b[0m\x1b[K\n\x1b[J'), JSON.stringify(written[0]));
    assert.equal(written[0].split('\x1b[K\n').length, 6, 'each line clears what was behind it');
    one.took(11_500, [selected('', 4096, 'B')]);
    two.took(11_500, [selected('user', 1), selected('idle', 2)]);
    const again = draw(12_000).map(plain);
    assert.equal(again[1], 'memory         4.0 KiB  ▁█                  1s    5s');
    assert.equal(again[2], 'cpu user             1  ▁                   1s   60s');
    assert.match(again[3] ?? '', /^cpu idle +2 {2}▁ /);
    assert.match(written[1] ?? '', /^.\[5A\r/, 'up by the lines that it drew');
  });

  it('keeps a trend of sixteen readings, each counted once', () => {
    const one = new EntryStats(entry(0, 'x', 1));
    const { draw } = tableOf([one]);
    for (let n = 0; n < 20; n += 1) {
      one.took(n * 1000, [selected('', n)]);
      draw(n * 1000);
      draw(n * 1000 + 500);
    }
    const [, line = ''] = draw(20_000).map(plain);
    assert.equal(line.replace(/[^▁▂▃▄▅▆▇█]/gu, ''), trend(Array.from({ length: 16 }, (_, n) => n)));
  });

  it('fits the terminal: rows that do not are counted, long names are cut, no line is wider', () => {
    const many = Array.from({ length: 10 }, (_, n) => {
      const stats = new EntryStats(entry(n, `a_rather_long_name_of_a_metric_${String(n)}`, 1));
      stats.took(0, [selected('', n)]);
      return stats;
    });
    const lines = tableOf(many, { columns: 60, rows: 9 }).draw(0).map(plain);
    assert.equal(lines.length, 1 + 5 + 1 + 1 + 1);
    assert.equal(lines[6], '... and 5 more');
    assert.match(lines[1] ?? '', /^a_rather_long_n… {13}0 {2}▁/);
    assert.ok(lines.every((line) => line.length <= 60));
    assert.equal(tableOf(many, { columns: 60, rows: 3 }).draw(0).map(plain)[2], '... and 9 more');
    const wide = tableOf(many, { columns: 200, rows: 100 }).draw(0).map(plain);
    assert.match(wide[10] ?? '', /^a_rather_long_name_of_a_metric_9 /);
    assert.equal(wide.length, 1 + 10 + 1 + 1);
  });

  it('on a narrow terminal drops next, age and trend, and never cuts a number', () => {
    const stats = new EntryStats(entry(0, 'a_rather_long_name', 1));
    stats.took(0, [selected('', 123_456_789_012_345)]);
    const dead = new EntryStats(entry(1, 'dead', 1));
    dead.missed(0, 1, 'D: is not ready, and the reason goes on and on');
    const lines = (columns: number): string[] => tableOf([stats, dead], { columns }).draw(0).map(plain);
    assert.match(lines(80)[1] ?? '', /^a_rather_long_name {2}123456789012345 {2}▁ +0s +1s$/);
    assert.match(lines(54)[1] ?? '', /^a_rather_lon… {2}123456789012345 {2}▁ +0s$/);
    assert.match(lines(48)[1] ?? '', /^a_rather_lo.*… {2}123456789012345 {2}▁$/);
    assert.equal(lines(40)[1], 'a_rather_long_name  123456789012345');
    assert.equal(lines(24)[1], 'a_rath…  123456789012345');
    assert.equal(lines(40)[2], 'dead                              -  D:…');
    for (const columns of [80, 54, 48, 40, 24, 21]) assert.ok(lines(columns).every((line) => line.length <= columns), String(columns));
  });

  it('uses neither bold nor faint where it may not', () => {
    const written: string[] = [];
    const agent = { stats: [], report: () => ({ taken: 0, skipped: 0, unavailable: 0 }) } as unknown as Agent;
    new LiveTable(agent, { write: (text) => written.push(text) }, () => 0, false).draw();
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(written.join(''), /\x1b\[\d+m/);
  });
});
