import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Minute, Point, ReadSeries } from '../history/reader.js';
import type { EventLine } from '../history/record.js';
import { version } from '../model/version.js';
import { reportPage, type ReportParts } from './page.js';
import type { EntryView, StatusView } from './status.js';

const zone = process.env['TZ'];
process.env['TZ'] = 'UTC';
after(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

/** Minutes since 10:00 of a day. */
const at = (minutes: number): number => Date.UTC(2026, 2, 5, 10) + minutes * 60_000;
const minutesOf = (from: number, to: number, more: Partial<Minute> = {}): Minute[] => Array.from({ length: to - from }, (_, n) => ({
  at: at(from + n + 1), for: 60_000, delivery: 'flowing', taken: 20, published: 20, skipped: 0, unavailable: 0, dropped: {}, spooled: 0, more: 0, ...more,
}));
const event = (when: number, kind: EventLine['event'], what = '', reason = ''): EventLine => ({ at: at(when), event: kind, what, reason });
const pointsOf = (from: number, to: number, of: (minute: number) => number, swing = 0): Point[] => Array.from({ length: to - from }, (_, n) => ({
  from: at(from + n), to: at(from + n + 1), mean: of(from + n), least: of(from + n) - swing, greatest: of(from + n) + swing,
}));
const series: readonly ReadSeries[] = [
  { name: 'cpu', path: '', unit: '%', every: 5, points: [...pointsOf(0, 40, (minute) => minute, 1), ...pointsOf(50, 120, () => 50)] },
  { name: 'disk', path: 'D:\\', unit: 'B', every: 60, points: pointsOf(0, 30, () => 2048) },
  { name: 'gone', path: '', unit: '', every: 0.5, points: pointsOf(60, 61, () => 0) },
];
const entry = (name: string, more: Partial<EntryView> = {}): EntryView => ({ name, method: name, interval: 5, unit: '%', values: [['value', 50]], at: at(119), fault: undefined, ...more });
const status: StatusView = {
  summary: 'samples flow to rabbit:5671', state: 'sampling', pid: 41, version: '1.2.3', account: 'svc', broker: 'rabbit:5671', since: at(50), updated: at(119.5),
  delivery: { state: 'flowing', reason: '' }, lastError: { at: at(45), message: 'nobody answers' },
  counts: { taken: 1400, published: 1390, spooled: 1200, spooled_bytes: 2048, dropped: 3, skipped: 0, unavailable: 4, reconnects: 1 },
  entries: [
    entry('cpu', { method: 'cpu_percent' }), entry('disk', { unit: 'B', interval: 60, values: [['D:\\', 2048], ['C:\\', 1]], at: at(30), fault: 'D:\\ is not ready' }), entry('new', { interval: undefined, values: [], at: undefined }),
  ],
};
const parts: ReportParts = {
  title: 'web (web_1)', directory: '/data/web', from: at(0), to: at(120), status, statusFault: '', alive: true,
  history: {
    series, begins: at(0), leftOut: 0, faults: ['One line of the history could not be read and is left out.'],
    minutes: [...minutesOf(0, 20), ...minutesOf(20, 30, { delivery: 'unreachable', published: 0, spooled: 1200 }), ...minutesOf(30, 40), ...minutesOf(50, 119), ...minutesOf(119, 120, { skipped: 2, unavailable: 1, dropped: { age: 3 } })],
    events: [event(20, 'delivery', 'unreachable', 'nobody answers'), event(30, 'delivery', 'flowing'), event(30, 'missing', 'disk', 'D:\\ is not ready'), event(40, 'stop'), event(50, 'start', '1.2.3'), event(60, 'reload', 'taken', '2 entries kept')],
  },
  settings: {
    file: '/data/web/settings.json', faults: [], rows: [{ key: 'broker.port', value: '5671', written: true }, { key: 'log.files', value: '5', written: false }, { key: 'log.level', value: 'info', written: false }],
    entries: [{ name: 'cpu', method: 'cpu_percent', interval: 5, call: 'percpu=false' }, { name: 'other', method: 'disk_usage', interval: 60, call: 'path=D:' }],
  },
};

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': '\'' };

/** What somebody reads on a page, a line a block; a table's cells stand beside each other. */
function reading(page: string): string[] {
  return page.replace(/^[^]*<body>|<script>[^]*<\/script>|<svg[^]*?<\/svg>/g, '').replace(/<\/t[hd]>/g, ' | ').replace(/<small>/g, ' ').replace(/<\/?(?!a|span|code|b|i|small|strong|th|td\b)[a-z][^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '').replace(/&[^;]+;/g, (entity) => entities[entity] ?? entity).split('\n').map((line) => line.replace(/[ |]+$/, '').trim()).filter((line) => line !== '');
}

/** The lines below a heading, up to the next. */
function section(page: string, heading: string): string[] {
  const part = page.slice(page.indexOf(heading) + heading.length);
  return reading(`<body>${part.slice(0, part.indexOf('<h2'))}`);
}

/** The widths and places of a lane's bars, percent. */
const barsOf = (page: string, lane: string): string[] => [...(new RegExp(`<div>${lane}</div><div class="lane"[^>]*>(.*?)</div>`).exec(page)?.[1] ?? '').matchAll(/class="(\w+)" style="left:([\d.]+)%(?:;width:([\d.]+))?/g)]
  .map(([, kind, left, width]) => `${String(kind)} ${String(left)}${width === undefined ? '' : `+${width}`}`);
/** What is drawn of a value: `line` its mean, `band` from its least to its greatest. */
const drawn = (page: string, name: string, path: 'line' | 'band'): string => new RegExp(`<h3>${name}[^]*?class="${path}" d="([^"]*)"`).exec(page)?.[1] ?? '';

describe('Whoever reads the page', () => {
  const page = reportPage(parts);
  const lines = reading(page);

  it('is told what it is of, how it stands, and what was counted, in that time and since the start', () => {
    const end = lines.lastIndexOf('Time line');
    assert.deepEqual(lines.slice(0, end), [
      'To the content', 'PsutilAgent report', 'web (web_1)', '2026-03-05 10:00 to 2026-03-05 12:00 (2 h), times in UTC', 'Time line', 'Metrics', 'What is sampled', 'Settings', 'flows in part', 'Samples flow to rabbit:5671',
      'These 2 h: The collector did not run for 10 min; the broker was away for 10 min; 3 samples were dropped; 2 ticks were skipped; 1 value could not be had.',
      'taken', '2,200 1,400 since its start', 'published', '2,000 1,390 since its start', 'waiting now', '1,200 2.0 KiB', 'dropped', '3 since its start', 'ticks skipped', '2 0 since its start', 'values missing', '1 4 since its start', 'reconnects', '1 since its start',
      'Counted in this time; the collector started 2026-03-05 10:50:00, told 2026-03-05 11:59:30. Version 1.2.3, process 41, as svc, broker rabbit:5671. Last error 2026-03-05 10:45:00: nobody answers.',
    ]);
    assert.match(page, /<title>web \(web_1\): PsutilAgent report of 2026-03-05 12:00<\/title>/);
    for (const [, place] of page.matchAll(/<a [^>]*href="#(\w+)"/g)) assert.ok(page.includes(` id="${String(place)}"`), place);
    assert.match(lines.join('\n'), new RegExp(`One line of the history could not be read and is left out\\.\n.*that is not 0.*\nMade 2026-03-05 12:00:00 by psutil-agent ${version} from /data/web\\.`));
  });

  it('sees what happened on a line, and reads it in a table, the latest first', () => {
    assert.deepEqual(section(page, '<h2 id="timeline">Time line</h2>'), [
      'collector', 'delivery', 'waiting', 'dropped', 'skipped', 'missing', '10:3011:0011:30', 'runs', 'did not run', 'broker away', 'waiting: at most 1,200 samples', 'What happened, the latest first', 'When | Lasted | What',
      '11:59:00 | 1 min | 3 samples dropped: they were too old', '11:59:00 | 1 min | 2 ticks skipped: what was begun before had not ended, or samples could not be kept as fast as they were taken',
      '11:00:00 |  | Configuration taken over: 2 entries kept', '10:50:00 |  | Collector started, version 1.2.3', '10:40:00 | 10 min | The collector was stopped', '10:30:00 | 10 min | disk: values could not be had: D:\\ is not ready', '10:20:00 | 10 min | Broker away: nobody answers',
    ]);
    assert.deepEqual(barsOf(page, 'collector'), ['ok 0+33.33', 'ok 41.67+58.33', 'down 33.33+8.34', 'stop 33.33', 'start 41.67', 'reload 50']);
    assert.deepEqual(barsOf(page, 'delivery'), ['ok 0+33.33', 'ok 41.67+58.33', 'away 16.67+8.33', 'down 33.33+8.34']);
    assert.deepEqual(['dropped', 'skipped', 'missing'].flatMap((lane) => barsOf(page, lane)), ['dropped 99.17+0.83', 'skipped 99.17+0.83', 'missing 25+8.33']);
    // 20 is the ground of the drawing, 2 the most that waited.
    assert.match(page, /<path class="band" d="M0\.83 20L0\.83 20L[^"]*L16\.67 20L17\.5 2L[^"]*L25 2L25\.83 20L[^"]*L100 20L100 20Z"/);
    assert.match(page, /<tr class="away" data-from="20" data-to="30">/);
    assert.deepEqual([...(/--outages:[^}]*/.exec(page)?.[0] ?? '').matchAll(/var\(--(\S+)\) ([\d.]+)% ([\d.]+)%/g)].map(([, color, from, to]) => `${String(color)} ${String(from)}-${String(to)}`), [
      'tint-bad 16.67-25', 'tint-down 33.33-41.67', 'grid 25-25.15', 'grid 50-50.15', 'grid 75-75.15',
    ], 'behind each line: the outages, and the ticks');
  });

  it('sees the line of each value, and its numbers', () => {
    const metrics = section(page, '<h2 id="metrics">Metrics</h2>');
    const table = (name: string): string[] => metrics.slice(metrics.indexOf(`Table of ${name}`) + 1).slice(0, 25);
    assert.deepEqual(metrics.slice(0, 11), ['cpu', '50 %', 'cpu_percent, every 5 s', '10:0012:00', 'least', '-1 %', 'mean', '38.91 %', 'greatest', '50 %', 'Table of cpu']);
    assert.deepEqual([0, 1, 2, 8, 9, 11, 24].map((row) => table('cpu')[row]), ['from | least | mean | greatest', '10:00 | -1 % | 2 % | 5 %', '10:05 | 4 % | 7 % | 10 %', '10:35 | 34 % | 37 % | 40 %', '10:40 | no value', '10:50 | 50 % | 50 % | 50 %', '11:55 | 50 % | 50 % | 50 %']);
    for (const part of ['disk D:\\\nno value\nevery 60 s; last 2.0 KiB at 10:30\nD:\\ is not ready', 'gone\nno value\nevery 500 ms, not sampled now; last 0 at 11:01']) assert.ok(metrics.join('\n').includes(part), metrics.join('\n'));
    assert.match(page, /aria-label="cpu from 2026-03-05 10:00 to 2026-03-05 12:00: least -1 %, mean 38\.91 %, greatest 50 %, last 50 %; 1 gap without values" data-values="0 %\|1 %\|/);
    assert.match(page, /data-values="[^"]*\|39 %\|{11}50 %/, 'in the gap there is none');
    // Of 1000 by 100, up from 96 to 4; two stretches, and what hardly changes is in the middle.
    assert.match(drawn(page, 'cpu', 'line'), /^M4\.2 94\.2L12\.5 92\.4L[^M]*L329\.2 23\.8M420\.8 4L[^M]*L995\.8 4$/);
    assert.match(drawn(page, 'cpu', 'band'), /^M4\.2 92\.4L12\.5 90\.6L[^M]*L329\.2 22L329\.2 25\.6L[^M]*L4\.2 96Z$/);
    assert.match(drawn(page, 'disk', 'line'), /^M4\.2 50L[^M]*L245\.8 50$/);
    assert.deepEqual([drawn(page, 'disk', 'band'), drawn(page, 'gone', 'line')], ['', 'M504.2 50h.1'], 'one value alone is a dot');
  });

  it('reads what is sampled and how it is set', () => {
    assert.deepEqual(section(page, '<h2 id="sampled">What is sampled</h2>'), [
      'Metric | Function | Every | Last value | Cannot be had because', 'cpu | cpu_percent percpu=false | 5 s | 50 % (30 s old)', 'disk | disk | 60 s | 2 values (1 h 29 min old) | D:\\ is not ready', 'new | new |  | none yet',
    ]);
    const settings = (more: ReportParts['settings']): string[] => section(reportPage({ ...parts, settings: more }), '<h2 id="settings">Settings</h2>').slice(0, 8);
    assert.ok(typeof parts.settings !== 'string');
    assert.deepEqual(settings(parts.settings), ['/data/web/settings.json, as it is now. Secrets are not shown.', 'Key | Value', 'broker.port | 5671', '2 defaults', 'Key | Value', 'log.files | 5', 'log.level | info', 'One line of the history could not be read and is left out.']);
    const rows = parts.settings.rows.slice(1);
    assert.deepEqual(settings({ ...parts.settings, rows, faults: ['/x: expected y'] }).slice(1, 4), ['/x: expected y', 'Nothing but psutil_config is set.', '2 defaults']);
    assert.equal(settings({ ...parts.settings, rows: parts.settings.rows.slice(0, 1) })[3], 'One line of the history could not be read and is left out.');
    // Without a status the settings tell what would be sampled.
    assert.deepEqual(section(reportPage({ ...parts, status: undefined }), '<h2 id="sampled">What is sampled</h2>').slice(1), ['cpu | cpu_percent percpu=false | 5 s | none yet', 'other | disk_usage path=D: | 60 s | none yet']);
    assert.deepEqual(section(reportPage({ ...parts, status: undefined, settings: 'no' }), '<h2 id="sampled">What is sampled</h2>'), ['Nothing is known of what is sampled.']);
  });

  it('reads what there is where there is little', () => {
    const history = { series: [], minutes: [], events: [], begins: undefined, leftOut: 0, faults: [] };
    const little = reading(reportPage({ ...parts, history, from: at(-60 * 24), status: { ...status, since: undefined, updated: undefined, account: undefined, broker: undefined, pid: undefined, lastError: { at: undefined, message: 'why' }, counts: { taken: 5 }, entries: [] } })).join('\n');
    for (const text of [
      '\ntaken\n5 since its start\nCounted since the collector\'s start. Version 1.2.3. Last error: why.\n', '\nNo value is in the history of this time.\n',
      '\n2026-03-04 10:00:00 | 1 d 2 h | No history was kept\n', '\nruns\nno history\n', '\ncpu | cpu_percent percpu=false | 5 s | none yet\n',
    ]) assert.ok(little.includes(text), `${text} in ${little}`);
    const off = { file: '', faults: [], entries: [], rows: [{ key: 'history.enabled', value: 'false', written: true }] };
    assert.deepEqual(section(reportPage({ ...parts, history, settings: off }), '<h2 id="metrics">Metrics</h2>'), ['No value is in the history of this time. The settings have history.enabled: false.']);
    assert.deepEqual(section(reportPage({ ...parts, history, settings: 'no settings' }), '<h2 id="metrics">Metrics</h2>'), ['No value is in the history of this time.']);
    assert.match(section(reportPage({ ...parts, status: { ...status, updated: undefined } }), '<h2 id="sampled">What is sampled</h2>')[1] ?? '', /\| 50 %$/, 'how old it is nobody knows');
    const quiet = { ...parts.history, minutes: minutesOf(0, 120), events: [] };
    assert.deepEqual(section(reportPage({ ...parts, history: quiet }), '<h2 id="timeline">Time line</h2>'), ['collector', 'delivery', '10:3011:0011:30', 'runs', 'Nothing happened that would be worth telling.']);
    const local = section(reportPage({ ...parts, history: { ...quiet, minutes: minutesOf(0, 120, { delivery: 'none' }) }, status: { ...status, delivery: undefined } }), '<h2 id="timeline">Time line</h2>');
    assert.deepEqual(local.slice(0, 2), ['collector', '10:3011:0011:30'], 'without a broker nothing is delivered');
  });

  it('is told how a collector ended, when it last said something, and since when it is silent', () => {
    const says = (more: Partial<ReportParts>): string[] => /<p class="word">([^<]*)<\/p><p class="says">([^<]*)/.exec(reportPage({ ...parts, ...more }))?.slice(1) ?? [];
    const told = 'amples flow to rabbit:5671 (told 2026-03-05 11:59:30)';
    assert.deepEqual(says({ status: { ...status, state: 'failed' } }), ['failed', `S${told}`]);
    assert.deepEqual(says({ status: { ...status, state: 'stopped', updated: undefined } }), ['stopped', 'Samples flow to rabbit:5671']);
    assert.deepEqual(says({ alive: false }), ['does not run', `The collector is gone and was not stopped; it last said: s${told}`]);
    assert.deepEqual(says({ status: { ...status, state: 'starting' } }), ['starting', 'Samples flow to rabbit:5671']);
    for (const [state, word] of [['nacked', 'does not flow'], ['connecting', 'waits']] as const) assert.deepEqual(says({ status: { ...status, delivery: { state, reason: 'x' } } })[0], word);
    // Two and a half records of a minute, or a minute where they are shorter or there are none.
    const silent = (seconds: number, history: ReportParts['history']): string[] => says({ history, status: { ...status, entries: [], updated: at(120) - seconds * 1000 } });
    const brief = { ...parts.history, minutes: minutesOf(119, 120, { for: 10_000 }) };
    assert.deepEqual([silent(150, parts.history)[0], silent(151, parts.history)[0], silent(60, brief)[0], silent(61, brief)[0], silent(61, { ...brief, minutes: [] })[0]], ['flows', 'silent', 'flows', 'silent', 'silent']);
    assert.equal(silent(151, parts.history)[1], 'The collector has told nothing for 2 min 31 s, though a process with its number is there; it last said: samples flow to rabbit:5671 (told 2026-03-05 11:57:29)');
  });

  it('sees what is not known apart from what ran, and a stop once', () => {
    const lane = (history: Partial<ReportParts['history']>): string => reportPage({ ...parts, history: { ...parts.history, ...history } });
    const late = lane({ begins: at(30), minutes: [...minutesOf(30, 60), ...minutesOf(90, 120)], events: [] });
    assert.deepEqual(barsOf(late, 'collector'), ['ok 25+25', 'ok 75+25', 'unknown 0+25', 'down 50+25']);
    assert.ok(section(late, '<h2 id="timeline">Time line</h2>').includes('no history'));
    // A last record that is a little younger than the stop, and one that is much younger.
    const stopped = (when: number): string[] => section(lane({ minutes: [...minutesOf(0, 40), ...minutesOf(50, 120)], events: [event(when, 'stop'), event(50, 'start', '2')] }), '<h2 id="timeline">Time line</h2>').filter((line) => line.includes('stopped'));
    const silence = '10:40:00 | 10 min | The collector was stopped';
    assert.deepEqual([stopped(40), stopped(39.99), stopped(39.9)], [[silence], [silence], [silence, '10:39:54 |  | Collector stopped']]);
  });

  it('has ticks at round times, at most some, and none at the very ends', () => {
    const ticksOf = (from: number, to: number): string[] => /<div class="ticks">(.*?)<\/div>/.exec(reportPage({ ...parts, from: at(from), to: at(to) }))?.[1]?.match(/\d\d:\d\d/g) ?? [];
    assert.deepEqual(ticksOf(0, 6), ['10:01', '10:02', '10:03', '10:04', '10:05']);
    assert.deepEqual(ticksOf(0, 7), ['10:02', '10:04', '10:06']);
    assert.deepEqual(ticksOf(-1, 59), ['10:10', '10:20', '10:30', '10:40', '10:50'], 'not at 10:00, which is at the edge');
    assert.deepEqual(ticksOf(0, 61), ['10:15', '10:30', '10:45']);
    assert.deepEqual(ticksOf(0, 720), ['12:00', '14:00', '16:00', '18:00', '20:00']);
    assert.deepEqual(ticksOf(0, 60 * 24 * 100).length, 7, 'every fortnight');
  });

  it('is told what a page leaves out: events, values, entries', () => {
    const many = Array.from({ length: 302 }, (_, n) => event(n / 3, 'reload', 'taken', String(n)));
    const lines = section(reportPage({ ...parts, history: { ...parts.history, minutes: minutesOf(0, 120), events: many } }), '<h2 id="timeline">Time line</h2>');
    assert.deepEqual([lines.filter((line) => line.includes('taken over')).length, lines.at(-1)], [300, '2 earlier events not shown.']);
    const wide = (count: number): ReadSeries[] => Array.from({ length: count }, (_, n) => ({ name: 'wide', path: `p${String(n)}`, unit: '', every: 5, points: pointsOf(0, 2, () => n) }));
    const metrics = (count: number, more: number): string[] => section(reportPage({ ...parts, history: { ...parts.history, series: wide(count), minutes: minutesOf(0, 120, { more }) } }), '<h2 id="metrics">Metrics</h2>');
    assert.deepEqual(metrics(401, 1).slice(0, 3), ['1 value of the history is not shown.', '1 value is not in the history, which has history.max_series of them.', 'wide: 400 values']);
    assert.equal(metrics(400, 0)[0], 'wide: 400 values');
    assert.deepEqual([metrics(13, 0)[0], metrics(12, 0)[0]], ['wide: 13 values', 'wide p0']);
    const sampled = (count: number): string | undefined => section(reportPage({ ...parts, status: { ...status, entries: Array.from({ length: count }, () => entry('e')) } }), '<h2 id="sampled">What is sampled</h2>').at(-1);
    assert.equal(sampled(1002), '2 more entries.');
    assert.equal(sampled(1000), 'e | e | 5 s | 50 % (30 s old)');
  });

  it('sees the metrics in the order of the settings, those that are sampled no more behind them', () => {
    const names = (page_: string): string[] => [...page_.matchAll(/<h3>(\w+)/g)].map(([, name]) => String(name));
    assert.deepEqual(names(reportPage({ ...parts, history: { ...parts.history, series: [...series].reverse() } })), ['cpu', 'disk', 'gone']);
    assert.deepEqual(names(reportPage({ ...parts, status: undefined })), ['cpu', 'disk', 'gone']);
    assert.match(reportPage({ ...parts, status: undefined }), />every 5 s, not sampled now</);
  });

  it('sees behind each line why samples waited, however short it was', () => {
    const happened = [event(5, 'spool', '', 'the disk is full'), event(8, 'spool'), event(10, 'delivery', 'held', 'x'), event(11, 'delivery', 'flowing'), event(20, 'delivery', 'blocked', 'x'), event(20.1, 'delivery', 'flowing'), event(30, 'delivery', 'nacked', 'x'), event(42, 'delivery', 'flowing')];
    const held = reportPage({ ...parts, history: { ...parts.history, minutes: minutesOf(0, 120), events: happened } });
    assert.deepEqual([...(/--outages:[^;]*/.exec(held)?.[0] ?? '').matchAll(/var\(--(\S+)\) ([\d.]+)% ([\d.]+)%/g)].map(([, color, from, to]) => `${String(color)} ${String(from)}-${String(to)}`), [
      'tint-held 8.33-9.17', 'tint-held 16.67-16.970000000000002', 'tint-held 25-25.83',
    ]);
    assert.deepEqual(barsOf(held, 'delivery').slice(1), ['memory 4.17+2.5', 'held 8.33+0.84', 'blocked 16.67+0.08', 'nacked 25+0.83']);
    for (const word of ['held', 'blocked', 'refused (nack)', 'in memory only']) assert.ok(section(held, '<h2 id="timeline">Time line</h2>').includes(word), word);
    assert.match(reportPage({ ...parts, history: { ...parts.history, minutes: minutesOf(0, 120), events: [] } }), /--outages:linear-gradient\(transparent,transparent\);--hours:linear-gradient\(90deg/);
  });
});
