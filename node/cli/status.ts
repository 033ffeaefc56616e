import { ExitCode } from '../model/errors.js';
import { readStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import type { Command } from './command.js';
import { columns } from './methods.js';
import { required } from './option.js';
import { print } from './output.js';

/** `status`: what a running collector says of itself. */
export const status: Command = {
  name: 'status',
  usage: '--data DIR [--json]',
  summary: 'Shows what the running collector says of itself.',
  details: ['  --data DIR  the directory of status.json', '  --json      the file as it is'],
  example: 'status --data /var/lib/psutil-agent',
  options: { data: { type: 'string' }, json: { type: 'boolean' } },
  positionals: { least: 0, most: 0 },
  run(options) {
    const report = readStatus(required(options, 'data', 'DIR'));
    if (options['json'] === true) print(JSON.stringify(report));
    else for (const line of page(report)) print(line);
    return ExitCode.ok;
  },
};

/** Whether the process that wrote a status is still there. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const places = { disk: 'on disk', memory: 'in memory', none: 'without a spool' } as const;

function page(report: StatusReport): string[] {
  const running = report.state !== 'stopped' && report.state !== 'failed';
  const gone = running && !alive(report.pid);
  const state = gone ? `${report.state}, but process ${String(report.pid)} is gone` : report.state;
  const why = Object.entries(report.dropped_by).map(([cause, count]) => `${cause} ${String(count)}`).join(', ');
  const broker = report.connected === null
    ? 'none configured'
    : report.connected
      ? `connected to ${report.broker ?? '?'} since ${report.connected_since ?? '?'}${report.blocked ? ', blocked by the broker' : ''}`
      : 'not connected';
  const rows = [
    ['state', `${state} (pid ${String(report.pid)}, since ${report.since}, told ${report.updated})`],
    ...(report.account === null ? [] : [['account', `${report.account.name ?? 'not told'}${report.account.privileged === false ? ', not privileged: some readings are closed to it' : ''}`]]),
    ['broker', `${broker}; reconnects ${String(report.reconnects)}`],
    ['samples', `taken ${String(report.taken)}, published ${String(report.published)}, last ${report.last_published ?? 'never'}`],
    ['spool', `${String(report.spooled)} samples, ${String(report.spooled_bytes)} bytes, oldest ${report.spool_oldest ?? 'none'}, ${places[report.spool_kept ?? 'none']}${report.spool_fault === null ? '' : `: ${report.spool_fault}`}`],
    ['dropped', `${String(report.dropped)} (${why})`],
    ['unroutable', `${String(report.unroutable)} waiting, ${String(report.returned)} returned; ${String(report.nacked)} refused by the broker`],
    ['skipped', `${String(report.skipped)} ticks; ${String(report.unavailable)} values could not be had`],
    ['last error', report.last_error === null ? 'none' : `${report.last_error.time} ${report.last_error.message}`],
    ...(report.reload === null ? [] : [['reload', `${report.reload.time} ${report.reload.refused === null ? `${String(report.reload.kept)} entries kept, ${String(report.reload.added)} begun, ${String(report.reload.removed)} ended` : `refused: ${report.reload.refused}`}`]]),
  ];
  const faults = report.entries.flatMap((entry) => (entry.last_error === null ? [] : [[entry.name, `${entry.last_error.time} ${entry.last_error.message}`]]));
  const first = gone ? `the collector is gone; it last said: ${report.summary}` : report.summary;
  return [`    ${first}`, '', ...columns(rows), ...(faults.length === 0 ? [] : ['', ...columns(faults.slice(0, 20))])].map((line) => line.slice(4));
}
