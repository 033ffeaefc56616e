import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summaryOf, type Summarized } from './summary.js';

/** A status as it is where all is well, with what differs. The host's zone is what Date takes times without one to be in. */
function status(other: Partial<Summarized>): Summarized {
  return {
    state: 'sampling', updated: local('2026-11-26T12:00:00'), broker: 'rabbit:5672', delivery: { state: 'flowing', since: local('2026-11-26T09:00:00'), reason: null },
    spooled: 3, spool_oldest: local('2026-11-26T11:59:59'), spool_fault: null, dropped: 0, last_error: null, taken: 1000, entries: [healthy, healthy], ...other,
  };
}

const local = (text: string): string => new Date(text).toISOString();
const healthy = { last: { time: local('2026-11-26T11:59:59'), values: { value: 1 } }, last_error: null, fault: null };
const dead = { last: null, last_error: { time: local('2026-11-26T11:59:59'), message: 'D: is not ready' }, fault: 'D: is not ready' };
const partly = { ...dead, last: { time: dead.last_error.time, values: { a: 1 } } };
const over = { ...healthy, last_error: dead.last_error };
const way = (state: 'held' | 'blocked' | 'connecting' | 'unreachable' | 'refused' | 'idle', reason: string | null, since = '2026-11-26T10:04:00'): Partial<Summarized> =>
  ({ delivery: { state, since: local(since), reason } });

describe('summaryOf', () => {
  const lines: readonly [string, Partial<Summarized>, string][] = [
    ['all is well', {}, 'samples flow to rabbit:5672'],
    ['all is confirmed', { ...way('idle', null), spooled: 0, spool_oldest: null }, 'samples flow to rabbit:5672'],
    ['a backlog drains', { spooled: 12_345, spool_oldest: local('2026-11-26T11:00:00') }, 'samples flow to rabbit:5672, 12,345 kept are being made up for'],
    ['connected, and nothing sampled yet', { taken: 0, spooled: 0 }, 'connected to rabbit:5672, no sample yet'],
    ['it is connected to whom nobody has told', { broker: null }, 'samples flow to the broker'], ['the same, and nothing sampled yet', { broker: null, taken: 0, spooled: 0 }, 'connected to the broker, no sample yet'],
    ['nothing sampled yet, without a broker', { delivery: null, taken: 0 }, 'no sample yet'],
    ['nobody is bound', { ...way('held', 'nobody is bound to cloudify-monitoring with shop'), spooled: 40 }, 'held since 10:04, 40 kept: nobody is bound to cloudify-monitoring with shop'],
    ['an alarm', way('blocked', 'the broker asks for a pause (low on memory)'), 'blocked since 10:04, 3 kept: the broker asks for a pause (low on memory)'],
    ['the broker is away', { ...way('unreachable', 'rabbit:5672 refused the connection; again in 3.0 s'), spooled: 1204 }, 'broker away since 10:04, 1,204 kept: rabbit:5672 refused the connection; again in 3.0 s'],
    ['it has just begun to connect', way('connecting', 'rabbit:5672 is being connected to', '2026-11-26T11:59:51'), 'connecting, 3 kept: rabbit:5672 is being connected to'],
    ['it has connected for some time', way('connecting', null, '2026-11-26T11:59:50'), 'connecting since 11:59, 3 kept'],
    ['away since another day', way('unreachable', null, '2026-03-04T03:09:00'), 'broker away since 2026-03-04 03:09, 3 kept'],
    ['a wrong password', way('refused', 'the broker refused the login'), 'cannot connect since 10:04, 3 kept: the broker refused the login'],
    ['no broker', { delivery: null, broker: null }, 'samples go to stdout: no broker is configured'],
    ['metrics that cannot be had', { entries: [healthy, dead, dead] }, 'samples flow to rabbit:5672; 2 of 3 metrics cannot be had: D: is not ready'],
    ['a metric of which a part cannot be had', { entries: [healthy, partly] }, 'samples flow to rabbit:5672; 1 of 2 metrics cannot be had in full: D: is not ready'],
    ['a fault that is over', { entries: [over] }, 'samples flow to rabbit:5672'],
    ['a full disk', { spool_fault: 'no space left.' }, 'samples flow to rabbit:5672; kept in memory only: no space left'],
    ['drops', { dropped: 2000 }, 'samples flow to rabbit:5672; 2,000 dropped'],
    ['a stop', { state: 'stopped', ...way('idle', null) }, 'stopped, 3 unsent samples kept'],
    ['a stop with nothing left', { state: 'stopped', spooled: 0 }, 'stopped'],
    ['the last samples on their way while it stops', { state: 'stopping' }, 'stopping: samples flow to rabbit:5672'],
    ['a start that failed', { state: 'failed', last_error: { time: '', code: '', message: 'the settings are wrong' } }, 'failed: the settings are wrong'],
  ];
  for (const [what, given, line] of lines) it(`says so where ${what} is the case`, () => { assert.equal(summaryOf(status(given)), line); });
});
