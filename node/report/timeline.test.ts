import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { History, Minute } from '../history/reader.js';
import type { EventLine } from '../history/record.js';
import { summaryOf, timelineOf, totalOf, type Standing } from './timeline.js';

/** Minutes since the report's time began. */
const at = (minutes: number): number => 1_700_000_000_000 + minutes * 60_000;
const minute = (end: number, more: Partial<Minute> = {}): Minute => ({ at: at(end), for: 60_000, delivery: 'flowing', taken: 5, published: 5, skipped: 0, unavailable: 0, dropped: {}, spooled: 0, more: 0, ...more });
const event = (when: number, kind: EventLine['event'], what = '', reason = ''): EventLine => ({ at: at(when), event: kind, what, reason });
const running: Standing = { runs: true, delivery: { state: 'flowing', reason: '' } };

/** Spans as `kind from-to text`, in minutes, `+` where they last. */
function told(minutes: readonly Minute[], events: readonly EventLine[], { end = 60, standing = running, begins = minutes[0] === undefined ? events[0]?.at : minutes[0].at - minutes[0].for } = {}): { spans: string[]; moments: string[]; summary: string } {
  const history: History = { series: [], minutes, events, begins, leftOut: 0, faults: [] };
  const timeline = timelineOf(history, at(0), at(end), standing);
  const span = (time: number): string => String(Math.round((time - at(0)) / 6000) / 10);
  return {
    spans: timeline.spans.map(({ kind, from, to, open, text }) => `${kind} ${span(from)}-${span(to)}${open ? '+' : ''} ${text}`),
    moments: timeline.moments.map(({ at: when, text }) => `${span(when)} ${text}`), summary: summaryOf(timeline, minutes),
  };
}
const minutes = (from: number, to: number, more?: Partial<Minute>): Minute[] => Array.from({ length: to - from }, (_, n) => minute(from + n + 1, more));

describe('The time line', () => {
  it('of a quiet time has nothing to tell', () => {
    assert.deepEqual(told(minutes(0, 60), []), { spans: [], moments: [], summary: 'No outage, nothing dropped, no tick skipped, every value could be had.' });
  });

  it('makes one outage of the attempts to connect, with why they failed, and none of a connection that was opened at once', () => {
    const { spans, summary } = told([...minutes(0, 20), ...minutes(20, 30, { delivery: 'connecting' }), ...minutes(30, 60)], [
      event(0, 'start', 'v'), event(0, 'delivery', 'connecting', 'a name is being resolved'), event(0.1, 'delivery', 'flowing'),
      event(20.5, 'delivery', 'connecting', 'a connection is being opened'), event(20.6, 'delivery', 'unreachable', 'nobody answers'), event(25, 'delivery', 'refused', 'wrong password'), event(29.5, 'delivery', 'flowing'),
    ]);
    // The minute's own word is older than the event that ended it.
    assert.deepEqual(spans.slice(0, 1), ['away 20.5-29.5 Broker away: wrong password']);
    assert.match(summary, /^The broker was away /);
  });

  it('tells of an outage however short it was, once an attempt had failed, and why, though that was told late', () => {
    const { spans } = told(minutes(0, 60), [event(20, 'delivery', 'connecting', 'opened'), event(20.05, 'delivery', 'unreachable', 'nobody answers'), event(20.1, 'delivery', 'connecting', 'opened'), event(20.15, 'delivery', 'flowing'), event(30, 'delivery', 'held', ''), event(30.1, 'delivery', 'flowing')]);
    assert.deepEqual(spans, ['away 20-20.2 Broker away: nobody answers', 'held 30-30.1 Samples held: nobody is bound for them']);
    assert.deepEqual(told([...minutes(0, 20), ...minutes(20, 25, { delivery: 'connecting' }), ...minutes(25, 60)], [event(22.5, 'delivery', 'connecting', 'a name is being resolved')]).spans, ['away 20-26 Broker away: a name is being resolved']);
  });

  it('takes a state from the minutes where no event tells of it, and what holds now from the status', () => {
    const standing = { runs: true, delivery: { state: 'held', reason: 'nobody is bound' } };
    assert.deepEqual(told([...minutes(0, 50), ...minutes(50, 60, { delivery: 'held' })], [], { standing }).spans, ['held 50-60+ Samples held: nobody is bound for them: nobody is bound']);
  });

  it('tells a stop, a kill and a host that slept apart, and what is before the history', () => {
    const { spans, moments, summary } = told([...minutes(10, 20), ...minutes(22, 30), ...minutes(35, 40), ...minutes(50, 60)], [
      event(10, 'start', '1'), event(20.5, 'stop'), event(22, 'start', '2'), event(35, 'start', '3'),
    ]);
    assert.deepEqual(spans, [
      'unknown 0-10 No history is kept of this time', 'down 20.5-22 The collector was stopped', 'down 30-35 The collector had ended without being stopped: it was killed, or the host went down',
      'down 40-50 The collector told nothing: the host slept, or the history could not be written',
    ]);
    assert.deepEqual(moments, ['10 Collector started, version 1', '20.5 Collector stopped', '22 Collector started, version 2', '35 Collector started, version 3']);
    assert.equal(summary, 'The collector did not run 3 times, for 16 min in all.');
  });

  it('tells how a collector that does not run ended', () => {
    const gone: Standing = { runs: false, delivery: undefined };
    assert.deepEqual(told(minutes(0, 30), [event(30, 'stop')], { standing: gone }).spans, ['down 30-60+ The collector was stopped']);
    assert.deepEqual(told(minutes(0, 30), [event(30, 'failed', '', 'it broke')], { standing: gone }).spans, ['down 30-60+ The collector had ended with a fault']);
    assert.deepEqual(told(minutes(0, 30), [], { standing: gone }).spans, ['down 30-60+ The collector had ended without being stopped: it was killed, or the host went down']);
    assert.deepEqual(told(minutes(0, 30), []).spans, ['down 30-60+ The collector tells nothing, though its process is there']);
    assert.deepEqual(told(minutes(30, 60), [event(30, 'start', 'v')], { begins: at(-100) }).spans, ['down 0-30 The collector did not run']);
    assert.deepEqual(told([], [], { standing: gone }), { spans: ['unknown 0-60 No history was kept'], moments: [], summary: 'There is no history of this time.' });
  });

  it('sums up what was dropped, skipped and missing, minute after minute, with causes', () => {
    const { spans, summary } = told([
      ...minutes(0, 10), minute(11, { dropped: { size: 3 } }), minute(12, { dropped: { size: 1, age: 2 }, skipped: 4 }), ...minutes(12, 40), minute(41, { dropped: { overload: 1 }, unavailable: 1 }), ...minutes(41, 60),
    ], [event(40, 'missing', 'disk', 'not ready'), event(40.5, 'missing', 'disk', 'not there'), event(41, 'complete', 'disk'), event(50, 'missing', 'cpu', 'x'), event(55, 'spool', '', 'disk full'), event(56, 'spool'), event(57, 'reload', 'refused', 'a fault')]);
    assert.deepEqual(spans, [
      'dropped 10-12 6 samples dropped: 4 samples: the spool was full; 2 samples: they were too old', 'skipped 11-12 4 ticks skipped: what was begun before had not ended, or samples could not be kept as fast as they were taken',
      'missing 40-41 disk: values could not be had: not there', 'dropped 40-41 1 sample dropped: there was no memory left for them', 'missing 50-60+ cpu: values could not be had: x', 'memory 55-56 Samples kept in memory only: disk full',
    ]);
    assert.equal(summary, 'The disk could not be used for 1 min; 7 samples were dropped; 4 ticks were skipped; 1 value could not be had.');
  });

  it('makes one span of drops and of faults that follow each other, and two where some minutes are between them', () => {
    const { spans } = told([...minutes(0, 9), minute(10, { skipped: 1 }), minute(11), minute(12), minute(13, { skipped: 2 }), ...minutes(13, 16), minute(17, { skipped: 4 }), ...minutes(17, 60)], [
      event(20, 'spool', '', 'disk full'), event(25, 'spool', '', 'read only'), event(30, 'spool'), event(40, 'missing', 'cpu', 'x'), event(50, 'start', '2'), event(51, 'complete', 'cpu'),
    ]);
    assert.deepEqual(spans.map((text) => text.split(':')[0]), ['skipped 9-13 3 ticks skipped', 'skipped 16-17 4 ticks skipped', 'memory 20-30 Samples kept in memory only', 'missing 40-50 cpu']);
    assert.match(spans[2] ?? '', /: read only$/);
    assert.deepEqual(told(minutes(0, 30), [event(20, 'missing', 'cpu', 'x'), event(30, 'failed', '', 'y')], { standing: { runs: false, delivery: undefined } }).spans.slice(0, 1), ['missing 20-30 cpu: values could not be had: x']);
    assert.deepEqual(told(minutes(0, 60), [event(20, 'missing', 'cpu', 'x')], { standing: { runs: false, delivery: undefined } }).spans[0], 'missing 20-60 cpu: values could not be had: x', 'nothing lasts where nothing runs');
  });

  it('counts what overlaps once', () => {
    const span = (from: number, to: number) => ({ kind: 'missing', from: at(from), to: at(to), open: false, text: '' }) as const;
    assert.deepEqual(totalOf([span(0, 10), span(5, 8), span(9, 12)], 'missing'), { count: 3, ms: 12 * 60_000 });
  });
});
