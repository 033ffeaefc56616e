import type { Agent } from '../../agent.js';
import type { Clock } from '../../model/clock.js';
import { formatAge, formatCount, formatValue } from '../../model/quantity.js';
import type { StatusOverview } from '../../status/report.js';
import type { Source } from './source.js';

/** What a collector says of itself, in sentences for the foot of a view; `wall`: now. */
export function overviewLines(report: StatusOverview, wall: number): string[] {
  const counts = [`${formatCount(report.taken)} taken`];
  if (report.delivery !== null) {
    counts.push(`${formatCount(report.published)} published`, spool(report, wall));
    if (report.dropped > 0) counts.push(`${formatCount(report.dropped)} dropped`);
  }
  if (report.skipped > 0) counts.push(`${formatCount(report.skipped)} ticks skipped`);
  if (report.unavailable > 0) counts.push(`${formatCount(report.unavailable)} values missing`);
  // Where there is a broker the state of its connection comes first.
  return report.delivery === null && report.state === 'sampling' ? [counts.join(', ')] : [report.summary, counts.join(', ')];
}

function spool({ spooled, spooled_bytes: bytes, spool_oldest: oldest }: StatusOverview, wall: number): string {
  if (spooled === 0) return 'spool empty';
  const age = oldest === null ? '' : `, oldest ${formatAge((wall - Date.parse(oldest)) / 1000)}`;
  return `spool ${formatCount(spooled)} (${formatValue(bytes, 'B')}${age})`;
}

/** A collector of this process. */
export function agentSource(agent: Agent, clock: Clock): Source {
  return {
    entries: () => agent.stats.map((stats) => ({ key: stats, name: stats.entry.name, last: stats.last, fault: stats.fault, stale: stats.stale })),
    status: () => overviewLines(agent.overview(), clock.wall()),
  };
}
