import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readConfiguration } from '../config/reader.js';
import { readHistory, type ReadSeries } from '../history/reader.js';
import { writeReportData, reportSecret } from '../test/support/reportData.js';
import { axisOf, binsOf, chart, extentOf, stretchesOf } from './chart.js';
import { reportPage, type ReportParts } from './page.js';
import { viewSettings } from './settings.js';
import { viewStatus } from './status.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-report-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const hour = 3_600_000;
const to = Math.floor(Date.now() / 60_000) * 60_000;

/** A report's parts from a directory as it is on disk. */
function partsOf(directory: string, more: Partial<ReportParts> = {}): ReportParts {
  const viewed = viewStatus(directory);
  const file = join(directory, 'settings.json');
  return {
    title: 'web (web_1)', directory, from: to - 6 * hour, to, alive: true, history: readHistory(directory, to - 6 * hour, to), settings: existsSync(file) ? viewSettings(file, readConfiguration(file)) : 'The settings are not shown: none are there.',
    status: 'status' in viewed ? viewed.status : undefined, statusFault: 'fault' in viewed ? viewed.fault : '', ...more,
  };
}

function written(hostile = ''): string {
  const directory = mkdtempSync(join(home, 'd-'));
  writeReportData(directory, to, 6, hostile);
  return directory;
}

const seriesOf = (points: readonly (readonly [from: number, mean: number])[], more: Partial<ReadSeries> = {}): ReadSeries => ({
  name: 'n', path: '', unit: 'B', every: 5, points: points.map(([from, mean]) => ({ from: from * 60_000, to: (from + 1) * 60_000, mean, least: mean - 1, greatest: mean + 1 })), ...more,
});

describe('A line', () => {
  it('is broken where no value is known, and is not where values come seldom', () => {
    const axis = axisOf(0, hour);
    const points = [[0, 1], [1, 2], [10, 3], [11, 4], [30, 0]] as const;
    const lengths = (series: ReadSeries): number[] => stretchesOf(binsOf(series, axis), series.every, axis).map(({ length }) => length);
    assert.deepEqual(lengths(seriesOf(points)), [2, 2, 1]);
    assert.deepEqual(lengths(seriesOf(points, { every: 600 })), [5]);
    assert.equal(extentOf(seriesOf([])), undefined);
    const { text } = chart(seriesOf(points), axis, '', undefined);
    assert.match(text, /aria-label="n from .*: least -1 B, mean 2 B, greatest 5 B, last 0 B; 2 gaps without values"/);
    assert.match(text, /<span class="now">no value<\/span>/, 'the last is half an hour old');
    assert.match(text, /data-values="1 B\|2 B\|\|/);
    assert.ok(!text.includes('NaN'));
  });

  it('of many minutes has bins of several, of which none is lost', () => {
    const axis = axisOf(0, 24 * hour);
    const bins = binsOf(seriesOf(Array.from({ length: 1440 }, (_, n) => [n, n % 4 === 3 ? 40 : 0] as const)), axis);
    assert.equal(bins.length, 360);
    assert.ok(bins.every((bin) => bin?.mean === 10 && bin.least === -1 && bin.greatest === 41));
  });
});

describe('The page', () => {
  it('says first whether data flows and why not, then what happened, and draws each value', () => {
    const page = reportPage(partsOf(written()));
    assert.match(page, /<p class="word">flows in part<\/p><p class="says">Samples flow to rabbit-1\.example\.com:5672; 1 of 8 metrics cannot be had: D:\\ is not ready<\/p>/);
    assert.match(page, /The collector did not run for 6 min; the broker was away for 15 min; the broker asked for a pause for 3 min; 14 ticks were skipped; 29 values could not be had\./);
    assert.equal(page.match(/<figure/g)?.length, 9);
    assert.equal(page.match(/<summary>Table/g)?.length, 9);
    assert.ok(page.length < 200_000, String(page.length));
  });

  it('needs nothing but itself, and lets nothing in', () => {
    const page = reportPage(partsOf(written()));
    assert.doesNotMatch(page, /(?:src|href)="(?!#)|url\(|@import|https?:/);
    assert.match(page, /default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'/);
  });

  it('has no secret of the settings, and every other value of theirs', () => {
    const directory = written();
    const page = reportPage(partsOf(directory));
    assert.ok(readFileSync(join(directory, 'settings.json'), 'utf8').includes(reportSecret));
    assert.ok(!page.includes(reportSecret) && !page.includes('hunter2'));
    assert.match(page, /<code>broker\.password<\/code><\/th><td>text, not shown/);
    assert.match(page, /<code>broker\.hostnames<\/code><\/th><td>&quot;rabbit-1\.example\.com&quot;, &quot;rabbit-2/);
  });

  it('shows what names and reasons are, whatever they were meant to be', () => {
    const page = reportPage(partsOf(written('</style><script>alert(1)</script>"\'&\u001b[2J\u202e password=geheim'), { title: '<img src=x onerror=alert(1)>' }));
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.equal(page.match(/<\/style/g)?.length, 1);
    assert.ok(!page.includes('<img') && !page.includes('\u001b') && !page.includes('\u202e') && !page.includes('geheim'));
    assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;\\u001b/);
  });

  it('tells a collector that is stopped, gone, silent or was never started apart', () => {
    const directory = written();
    const parts = partsOf(directory);
    const word = (more: Partial<ReportParts>): string | undefined => /<p class="word">([^<]*)/.exec(reportPage({ ...parts, ...more }))?.[1];
    const { status } = parts;
    assert.ok(status !== undefined);
    assert.equal(word({ alive: false }), 'does not run');
    assert.equal(word({ status: { ...status, state: 'stopped' } }), 'stopped');
    assert.equal(word({ status: { ...status, state: 'failed' } }), 'failed');
    assert.equal(word({ status: { ...status, updated: to - hour } }), 'silent');
    for (const [state, expected] of [['held', 'waits'], ['blocked', 'waits'], ['unreachable', 'does not flow'], ['refused', 'does not flow']] as const) {
      assert.equal(word({ status: { ...status, delivery: { state, reason: '' } } }), expected);
    }
    assert.equal(word({ status: { ...status, entries: [] } }), 'flows');
    const empty = join(home, 'empty');
    mkdirSync(empty);
    const never = reportPage(partsOf(empty));
    assert.match(never, /<p class="word">never started<\/p><p class="says">No collector has told anything here: .*found none/);
    assert.match(never, /There is no history of this time\./);
    assert.match(never, /The settings are not shown: /);
  });

  it('takes of a status what is what it should be, and nothing else', () => {
    const directory = mkdtempSync(join(home, 'status-'));
    const viewed = (status: object): unknown => {
      writeFileSync(join(directory, 'status.json'), JSON.stringify(status));
      const view = viewStatus(directory);
      return 'status' in view ? view.status : view;
    };
    const at = (time: string): number => Date.parse(time);
    const [since, updated] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'];
    assert.deepEqual(viewed({
      summary: 's', state: 'sampling', pid: 7, version: '1', account: { name: 'a' }, broker: 'b', since, updated, delivery: { state: 'held', reason: 'r' }, last_error: { time: since, message: 'm' },
      taken: 1, published: 2, spooled: 3, spooled_bytes: 4, dropped: 5, skipped: 6, unavailable: 7, reconnects: 8, other: 9,
      entries: [{ name: 'n', method: 'f', interval: 5, unit: 'B', last: { time: updated, values: { value: 0, none: null } }, fault: 'x' }],
    }), {
      summary: 's', state: 'sampling', pid: 7, version: '1', account: 'a', broker: 'b', since: at(since), updated: at(updated), delivery: { state: 'held', reason: 'r' }, lastError: { at: at(since), message: 'm' },
      counts: { taken: 1, published: 2, spooled: 3, spooled_bytes: 4, dropped: 5, skipped: 6, unavailable: 7, reconnects: 8 },
      entries: [{ name: 'n', method: 'f', interval: 5, unit: 'B', values: [['value', 0]], at: at(updated), fault: 'x' }],
    });
    const nothing = { summary: '', state: '', pid: undefined, version: '', account: undefined, broker: undefined, since: undefined, updated: undefined, delivery: undefined, lastError: undefined, counts: {}, entries: [] };
    assert.deepEqual(viewed({}), nothing);
    assert.deepEqual(viewed({ summary: 1, state: 2, pid: '7', version: 3, account: { name: 4 }, broker: 5, since: 6, updated: 'x', delivery: { state: 7 }, last_error: { message: 8 }, taken: '9', entries: {} }), nothing);
    assert.deepEqual(viewed({ delivery: { state: 'idle', reason: 1 }, last_error: { time: 1, message: 'm' }, entries: [7] }), {
      ...nothing, delivery: { state: 'idle', reason: '' }, lastError: { at: undefined, message: 'm' },
      entries: [{ name: '', method: '', interval: undefined, unit: '', values: [], at: undefined, fault: undefined }],
    });
  });

  it('tells of settings how each entry is called, and of a bare list that all else is default', () => {
    const directory = mkdtempSync(join(home, 'settings-'));
    const file = join(directory, 'settings.json');
    const viewed = (settings: object): ReturnType<typeof viewSettings> => {
      writeFileSync(file, JSON.stringify(settings));
      return viewSettings(file, readConfiguration(file));
    };
    const entries = [{ method: 'disk_usage', args: { path: '/x' }, result_argument: 'free', interval: 5, alias: 'x_free' }, { method: 'boot_time', interval: 60 }];
    const bare = viewed(entries);
    assert.deepEqual(bare.entries, [{ name: 'x_free', method: 'disk_usage', interval: 5, call: 'path="/x" free' }, { name: 'boot_time', method: 'boot_time', interval: 60, call: '' }]);
    assert.deepEqual([bare.rows.length > 5, bare.rows.filter(({ written: own }) => own), bare.faults], [true, [], []]);
    const some = viewed({ psutil_config: entries, log: { level: 'debug' } });
    assert.deepEqual(some.rows.filter(({ written: own }) => own), [{ key: 'log.level', value: '"debug"', written: true }]);
    const faulty = viewed({ psutil_config: Array.from({ length: 12 }, () => ({ method: 'none', interval: 1 })), log: { level: 'debug' } });
    assert.deepEqual([faulty.faults.length, faulty.entries, faulty.rows.map(({ key }) => key)], [10, [], ['log.level']]);
  });

  it('is made of whatever the files say', () => {
    const directory = mkdtempSync(join(home, 'odd-'));
    writeFileSync(join(directory, 'status.json'), JSON.stringify({ summary: 7, state: 'sampling', pid: 'x', delivery: [], entries: [null, { name: 'a', last: { time: 'never', values: { value: 'much', other: 3 } } }], updated: {} }));
    writeFileSync(join(directory, 'settings.json'), '{"broker": {"pasword": "hunter2", "port": 0}, "psutil_config": []}');
    const page = reportPage(partsOf(directory));
    assert.match(page, /broker\/pasword/);
    assert.ok(!page.includes('hunter2'));
    writeFileSync(join(directory, 'status.json'), '[1');
    assert.match(reportPage(partsOf(directory)), /never started/);
  });

  it('folds many values of one metric up, and has a bounded number of charts', () => {
    const parts = partsOf(written());
    const many = Array.from({ length: 450 }, (_, n): ReadSeries => ({ name: 'wide', path: `p${String(n)}`, unit: '', every: 5, points: [{ from: to - 120_000, to: to - 60_000, mean: n, least: n, greatest: n }] }));
    const page = reportPage({ ...parts, history: { ...parts.history, series: many, leftOut: 3, minutes: parts.history.minutes.map((minute) => ({ ...minute, more: 8 })) } });
    assert.equal(page.match(/<figure/g)?.length, 400);
    assert.match(page, /<summary>wide: 400 values<\/summary>/);
    for (const text of ['50 values of the history are not shown.', '8 values are not in the history, which has history.max_series of them.', '3 values left out: ']) assert.ok(page.includes(text), text);
  });
});
