import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PlatformError, UnavailableError } from '../../model/errors.js';
import { noBroker } from '../../output/lines.js';
import type { SharedProvider } from '../../providers/shared.js';
import { writeStatus } from '../../status/file.js';
import type { EntryReport, StatusReport } from '../../status/report.js';
import { TestClock } from '../../test/support/clock.js';
import type { Call, CallReading } from '../call.js';
import { CallSource } from './callSource.js';
import { Lines } from './lines.js';
import { overviewLines } from './overview.js';
import type { Watched } from './source.js';
import { StatusSource } from './statusSource.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-sources-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const at = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();
const entry: EntryReport = { index: 0, name: 'm', method: 'x', interval: 1, taken: 0, skipped: 0, unavailable: 0, last: null, unit: '', units: null, last_error: null, fault: null };
const report: StatusReport = {
  version: '1', state: 'sampling', pid: process.pid, account: null, since: at(0), updated: at(0), summary: 'all is well', reload: null, taken: 1204, skipped: 0, unavailable: 0,
  ...noBroker, entries: [],
};

describe('what a collector says of itself', () => {
  it('is counts, with a broker first whether samples flow, and the spool', () => {
    assert.deepEqual(overviewLines(report, 0), ['1,204 taken']);
    assert.deepEqual(overviewLines({ ...report, state: 'failed', summary: 'failed: why' }, 0), ['failed: why', '1,204 taken']);
    const held = { ...report, delivery: { state: 'held', since: at(0), reason: null } as const, published: 9, spooled: 1195, spooled_bytes: 2048, spool_oldest: at(0), dropped: 3, skipped: 4, unavailable: 5 };
    assert.deepEqual(overviewLines(held, 1_700_000_060_000), ['all is well', '1,204 taken, 9 published, spool 1,195 (2.0 KiB, oldest 60s), 3 dropped, 4 ticks skipped, 5 values missing']);
    assert.equal(overviewLines({ ...held, spool_oldest: null }, 0)[1]?.split(', ')[2], 'spool 1,195 (2.0 KiB)');
    assert.deepEqual(overviewLines({ ...held, spooled: 0 }, 0)[1]?.split(', ')[2], 'spool empty');
  });
});

describe('a running collector', () => {
  it('is seen by its status.json, read again when it was replaced', () => {
    const directory = mkdtempSync(join(home, 's-'));
    writeStatus(directory, { ...report, entries: [
      { ...entry, last: { time: at(1000), values: { value: 5 } }, unit: 'B' },
      { ...entry, index: 1, name: 'n', last: { time: at(1000), values: { free: 5, percent: 6 } }, units: { free: 'B', percent: '%' }, last_error: { time: at(1000), message: 'why' }, fault: 'why' },
      { ...entry, index: 2, name: 'o', last: { time: at(1000), values: { value: 5 } }, last_error: { time: at(2000), message: 'gone' }, fault: 'gone' },
      { ...entry, index: 3, name: 'p', last_error: { time: at(0), message: 'never' }, fault: 'never' },
    ] });
    const source = new StatusSource(directory, new TestClock());
    const short = ({ name, last, fault, stale }: Watched): unknown => [name, last?.selected.map(({ path, value, unit }) => `${path} ${String(value)} ${unit}`).join(), fault, stale];
    assert.deepEqual(source.entries().map(short), [['m', ' 5 B', undefined, false], ['n', 'free 5 B,percent 6 %', 'why', false], ['o', ' 5 ', 'gone', true], ['p', undefined, 'never', true]]);
    assert.equal(source.entries()[0]?.last?.wall, 1_700_000_001_000);
    assert.equal(source.entries(), source.entries(), 'not read again');
    writeStatus(directory, { ...report, summary: 'other', taken: 5, entries: [entry] });
    assert.equal(source.entries().length, 1);
    assert.deepEqual(source.status(), ['5 taken']);
  });

  it('that is gone is told so, and so is a file that can no longer be read', () => {
    const directory = mkdtempSync(join(home, 's-'));
    assert.throws(() => new StatusSource(directory, new TestClock()), PlatformError);
    // No process has this number.
    writeStatus(directory, { ...report, pid: 2 ** 22 + 1 });
    const source = new StatusSource(directory, new TestClock());
    assert.deepEqual(source.status(), ['the collector is gone; it last said: 1,204 taken']);
    rmSync(join(directory, 'status.json'));
    source.entries();
    assert.match(source.status()[0] ?? '', /^no longer told: .*expected the status file of a collector, found none/);
    writeStatus(directory, { ...report, state: 'stopped', summary: 'stopped' });
    source.entries();
    assert.deepEqual(source.status(), ['stopped', '1,204 taken']);
  });
});

describe('calls', () => {
  const call = (label: string, read: () => Promise<Partial<CallReading>>): Call => ({
    label, open: () => Promise.resolve(async () => ({ wall: 5, result: 0, leaves: [], missing: [], ...await read() })),
  }) as unknown as Call;
  const provider = Object.create(null) as SharedProvider;

  it('are read each by itself, as often as is asked, and show numbers and what is missing', async () => {
    const clock = new TestClock();
    let reads = 0;
    const source = new CallSource([
      call('hangs', () => new Promise(() => undefined)),
      call('gives', () => Promise.resolve({ leaves: [{ path: 'a', value: ++reads, unit: 'B' }, { path: 'on', value: true, unit: '' }, { path: 'name', value: 'root', unit: '' }, { path: 'b', value: null, unit: '', reason: 'closed' }] })),
      call('fails', () => Promise.reject(new UnavailableError('no such volume'))),
      call('text', () => Promise.resolve({ leaves: [{ path: '', value: 'x', unit: '' }] })),
    ], clock);
    const told: string[] = [];
    const running = source.run(provider, 1000, 3, ({ label }) => told.push(label));
    await clock.pass(500);
    assert.deepEqual(source.entries().map(({ name, last, fault, stale }) => [name, last?.selected.map(({ path, value }) => `${path} ${String(value)}`).join(), fault, stale]), [
      ['hangs', undefined, undefined, false], ['gives', 'a 1,on 1', 'b: closed', false], ['fails', undefined, 'no such volume', true], ['text', undefined, 'it gave no number', true],
    ]);
    await clock.pass(5000);
    assert.deepEqual(['gives', 'fails', 'text', 'hangs'].map((name) => told.filter((one) => one === name).length), [3, 3, 3, 0]);
    source.stop();
    void running;
  });
});

describe('lines', () => {
  it('tell what is new, safely, and nothing twice', () => {
    let entries: Watched[] = [
      { key: 0, name: 'm\u001b[2J', last: { wall: new Date(2026, 0, 2, 3, 4, 5).getTime(), selected: [{ path: 'a', value: 2048, unit: 'B' }] }, fault: undefined, stale: false },
      { key: 1, name: 'n', last: undefined, fault: 'gone', stale: true },
    ];
    let status = ['all is well', '5 taken'];
    const lines = new Lines({ entries: () => entries, status: () => status });
    assert.deepEqual(lines.next(), ['03:04:05  m\\u001b[2J a  2.0 KiB', 'n: gone', 'all is well; 5 taken']);
    entries = entries.map((one) => ({ ...one }));
    assert.deepEqual(lines.next(), []);
    status = ['held'];
    entries = [{ ...entries[0] as Watched, fault: 'busy' }];
    assert.deepEqual(lines.next(), ['m\\u001b[2J: busy', 'held']);
  });
});
