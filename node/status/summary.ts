/** Whether samples flow, and why not, in one line for a person: what status.json, `psutil-agent status` and Get-PsutilMonitor say first. */
import { moment, sameDay, timeOfDay } from '../model/moment.js';
import { formatCount } from '../model/quantity.js';
import { isStale, type DeliveryReport, type EntryReport, type StatusReport } from './report.js';

/** A backlog younger than this, milliseconds, is what is on its way. */
const underWay = 10_000;

/** What of a status the line is made of. */
export type Summarized = Pick<StatusReport,
  'state' | 'updated' | 'broker' | 'delivery' | 'spooled' | 'spool_oldest' | 'spool_fault' | 'dropped' | 'last_error' | 'taken'> & {
    readonly entries: readonly Pick<EntryReport, 'last' | 'last_error' | 'fault'>[];
  };

/**
 * The line. It tells what holds now: a fault that is over is in `last_error` alone. Times are the host's.
 * Its parts, each only where it says something: the way to the broker, what is kept, metrics that cannot be had, drops.
 */
export function summaryOf(report: Summarized): string {
  if (report.state === 'failed') return `failed: ${report.last_error?.message ?? 'the reason is in psutil.log'}`;
  if (report.state === 'stopped') return `stopped${report.spooled === 0 ? '' : `, ${formatCount(report.spooled)} unsent samples kept`}`;
  const parts = [delivery(report), unhad(report.entries), report.spool_fault === null ? '' : `kept in memory only: ${withoutStop(report.spool_fault)}`, dropped(report)];
  const line = parts.filter((part) => part !== '').join('; ');
  return report.state === 'sampling' ? line : `${report.state}: ${line}`;
}

const way: Readonly<Record<Exclude<DeliveryReport['state'], 'idle' | 'flowing'>, string>> = {
  held: 'held', nacked: 'refused by the broker', blocked: 'blocked', connecting: 'connecting', unreachable: 'broker away', refused: 'cannot connect',
};

function delivery({ delivery: now, broker, spooled, spool_oldest: oldest, updated, taken }: Summarized): string {
  if (now === null) return taken === 0 ? 'no sample yet' : 'samples go to stdout: no broker is configured';
  const late = oldest !== null && Date.parse(updated) - Date.parse(oldest) > underWay;
  const waiting = spooled > 0 ? `, ${formatCount(spooled)} kept` : '';
  if (now.state === 'idle' || now.state === 'flowing') {
    if (taken === 0) return `connected to ${broker ?? 'the broker'}, no sample yet`;
    return `samples flow to ${broker ?? 'the broker'}${late ? `, ${formatCount(spooled)} kept are being made up for` : ''}`;
  }
  // Every start is connecting for a moment, and the first time of day reads the time zones' data, which touches a megabyte.
  const begun = now.state === 'connecting' && Date.parse(updated) - Date.parse(now.since) < underWay;
  return `${way[now.state]}${begun ? '' : ` since ${time(now.since, updated)}`}${waiting}${now.reason === null ? '' : `: ${now.reason}`}`;
}

function unhad(entries: Summarized['entries']): string {
  const faulty = entries.filter(({ fault }) => fault !== null);
  const [first] = faulty;
  if (first === undefined) return '';
  const none = faulty.every(isStale);
  return `${formatCount(faulty.length)} of ${formatCount(entries.length)} metrics cannot be had${none ? '' : ' in full'}: ${withoutStop(first.fault ?? '')}`;
}

/** More may follow on the line. */
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');

function dropped({ dropped: samples }: Summarized): string {
  return samples === 0 ? '' : `${formatCount(samples)} dropped`;
}

/** Hours and minutes, with the day where it is another than now's. */
function time(iso: string, now: string): string {
  const at = Date.parse(iso);
  return (sameDay(at, Date.parse(now)) ? timeOfDay : moment)(at);
}
