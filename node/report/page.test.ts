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
