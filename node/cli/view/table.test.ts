import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { widthOf } from '../../model/width.js';
import type { Row } from './rows.js';
import { ramps, sparkline } from './sparkline.js';
import { tableOf, type Style } from './table.js';

const plain: Style = { colour: false, unicode: true };
const wall = 100_000;
const row = (name: string, value: number | undefined, more: Partial<Row> = {}): Row => ({
  name, path: '', unit: '', value, wall: value === undefined ? undefined : wall - 4000, reason: undefined, history: value === undefined ? [] : [value], ...more,
});

function drawn(rows: readonly Row[], columns: number, lines = 20, first = 0, style = plain): string[] {
  const table = tableOf(rows, first, { columns, lines }, style, wall);
  const all = [...table.head, ...table.lines];
  for (const line of all) assert.ok(widthOf(line) <= columns, `${String(columns)}: ${line}`);
  return all;
}

describe('a sparkline', () => {
  it('goes from the least to the greatest', () => {
    assert.equal(sparkline([0, 7, 3.5], ramps.unicode), '▁█▅');
    assert.equal(sparkline([0, 7, 3.5], ramps.ascii), '_#=');
    assert.equal(sparkline([4, 4], ramps.unicode), '▁▁');
    assert.equal(sparkline([], ramps.unicode), '');
  });
});

describe('the table', () => {
  const rows = [
    row('memory', 2048, { unit: 'B', history: [1, 2, 3] }),
    row('cpu', undefined),
    row('disk', undefined, { reason: 'D: is not ready' }),
    row('net', 5, { path: 'eth0_bytes', wall: wall - 120_000, reason: 'the adapter is gone' }),
  ];

  it('has name, value, age and trend; the reason where there is no value, or an old one', () => {
    assert.deepEqual(drawn(rows, 80), [
      'METRIC             VALUE   AGE  TREND',
      'memory           2.0 KiB    4s  ▁▅█',
      'cpu              waiting',
      'disk            D: is not ready',
      'net eth0_bytes         5    2m  the adapter is gone',
    ]);
  });

  it('gives up trend, then age, then the line, and never cuts a number', () => {
    const long = [row('a_rather_long_name_of_a_metric', 123_456_789_012_345, { history: [1, 2] }), row('dead', undefined, { reason: 'D: is not ready, and the reason goes on' })];
    assert.deepEqual(drawn(long, 80)[1], 'a_rather_long_name_of_a_metric  123456789012345    4s  ▁█');
    assert.deepEqual(drawn(long, 60)[1], 'a_rather_long_name…  123456789012345    4s  ▁█');
    assert.deepEqual(drawn(long, 50)[1], 'a_rather_long_name_of_a_me…  123456789012345    4s');
    assert.deepEqual(drawn(long, 30)[1], 'a_rather_lon…  123456789012345');
    assert.deepEqual(drawn(long, 30)[2], 'dead           D: is not read…');
    assert.deepEqual(drawn(long, 20), ['a_rather_long_name_…', '     123456789012345', 'dead', '  D: is not ready, …']);
    assert.deepEqual(drawn(long, 12)[1], '(needs 15 c.');
    for (let columns = 10; columns < 100; columns += 1) {
      const text = drawn(long, columns).join('\n');
      assert.ok(text.includes('123456789012345') || /\(needs 15/.test(text), String(columns));
    }
  });

  it('formats no more rows than there is room for', () => {
    let formatted = 0;
    const many = Array.from({ length: 10_000 }, (_, n) => new Proxy(row(`m${String(n)}`, n), { get: (target, key) => ((formatted += key === 'unit' ? 1 : 0), Reflect.get(target, key) as unknown) }));
    assert.equal(drawn(many, 80, 20, 5000)[1]?.split(' ')[0], 'm5000');
    assert.equal(formatted, 20);
    assert.equal(tableOf(many, 0, { columns: 18, lines: 7 }, plain, wall).shown, 3, 'two lines each');
  });

  it('shows names from outside as they are safe, and measures wide ones', () => {
    const lines = drawn([row('存储\u001b[2J', 1), row('user:secret@host', 2), row('x', 3, { unit: '\u202e%' }), row('y', undefined, { reason: 'a\r\nb' })], 80);
    assert.deepEqual(lines.slice(1).map((line) => line.split('  ').flatMap((cell) => cell.trim() || [])), [
      ['存储\\u001b[2J', '1', '4s', '▁'], ['***@host', '2', '4s', '▁'], ['x', '3 \\u202e%', '4s', '▁'], ['y', 'a\\r\\nb'],
    ]);
    assert.equal(new Set(lines.slice(1, 4).map((line) => widthOf(line.slice(0, line.indexOf('▁'))))).size, 1, 'columns stand below each other');
  });

  it('is ASCII, and without colours, where it must be', () => {
    const named = [row('a_rather_long_name_of_a_metric', 1, { history: [1, 2] }), row('dead', undefined, { reason: 'why' })];
    assert.match(drawn(named, 30, 9, 0, { colour: false, unicode: false }).join(''), /^[ -~]*$/);
    assert.ok(tableOf(named, 0, { columns: 60, lines: 9 }, { colour: true, unicode: true }, wall).lines[1]?.endsWith('\x1b[33mwhy\x1b[0m'));
  });
});
