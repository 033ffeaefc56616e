/** The collector that runs with these settings: its own word, and whether that is still true. */
import type { StatusReport } from '../../status/report.js';
import type { Note, Result } from './finding.js';
import type { Subject } from './subject.js';

const starting = (file = 'FILE'): string => `Start-PsutilMonitor, or psutil-agent run --config ${file}`;

export async function checkCollector({ settings, collector, silence, file }: Subject, note: Note): Promise<void> {
  if (settings === undefined) return Promise.resolve();
  if (collector === undefined) {
    note('warning', `${silence ?? 'nothing is known of a collector'}: start one with ${starting(file)}`);
    return Promise.resolve();
  }
  const { report, life } = collector;
  const { pid, updated, summary, state } = report;
  const process = `process ${String(pid)}`;
  switch (life) {
    case 'gone': note('fault', `the collector is gone (${process}), without a word, after ${updated}; it last said: ${summary}. See psutil.log in ${settings.log.path} and service.log beside the settings, then start it anew with ${starting(file)}`); break;
    case 'silent': note('fault', `the collector (${process}) has told nothing since ${updated}, though it should every ${String(settings.status.interval)} s: it hangs, or its folder ${settings.status.path} cannot be written; stop it and start it anew`); break;
    case 'ended':
      if (state === 'failed') note('fault', `the last start came to nothing, at ${updated}; put right why, then start it with ${starting(file)}. ${summary}`);
      else note('warning', `${summary}, since ${updated}: start it with ${starting(file)}`);
      break;
    case 'running': noteRunning(report, note); break;
  }
  return Promise.resolve();
}

function noteRunning(report: StatusReport, note: Note): void {
  const { summary, last_error: error, delivery, pid, dropped, dropped_by: by, skipped } = report;
  const advice = delivery?.state === 'held' ? '. Bind a queue there; psutil-agent consume --config FILE shows what arrives' : '';
  note(resultOf(report), `pid ${String(pid)}, since ${report.since}: ${summary}${advice}`);
  const over = error !== null && delivery?.reason?.includes(error.message) !== true;
  if (over) note('ok', `its last fault, at ${error.time}, is over: ${error.message}`);
  if (dropped > 0) note('warning', `${String(dropped)} samples were dropped since it began (${Object.entries(by).flatMap(([cause, count]) => (count === 0 ? [] : [`${cause} ${String(count)}`])).join(', ')})`);
  if (skipped > 0) note('warning', `${String(skipped)} ticks were skipped, for readings take longer than their intervals, or samples come faster than they can be kept: raise the intervals of those that status tells of`);
}

const troubled: ReadonlySet<string> = new Set(['unreachable', 'refused', 'nacked']);

function resultOf({ delivery, spool_fault: fault }: StatusReport): Result {
  if (fault !== null || (delivery !== null && troubled.has(delivery.state))) return 'fault';
  return delivery === null || delivery.state === 'idle' || delivery.state === 'flowing' ? 'ok' : 'warning';
}
