import { readSettings } from '../config/reader.js';
import { display } from '../model/display.js';
import { ExitCode, messageOf, SpoolError, UsageError } from '../model/errors.js';
import { moment } from '../model/moment.js';
import { formatCount, formatValue } from '../model/quantity.js';
import { countSpool } from '../spool/count.js';
import { readStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import type { Command } from './command.js';
import { columns } from './methods.js';
import { print, printText } from './output.js';

/** `status`: what a running collector says of itself. */
export const status: Command = {
  name: 'status',
  usage: '--data DIR|--config FILE|--spool DIR [--json]',
  summary: 'Shows what the running collector says of itself.',
  details: [
    '  --data DIR     the directory of status.json',
    '  --config FILE  the same, found by the settings that the collector runs with',
    '  --spool DIR    instead: how many samples a spool holds that no collector uses any more',
    '  --json         the file as it is; of a spool, count and bytes',
  ],
  example: 'status --config examples/monitor.yaml',
  options: { data: { type: 'string' }, config: { type: 'string' }, spool: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const { data, config, spool } = options;
    const given = [data === undefined ? [] : '--data', config === undefined ? [] : '--config', spool === undefined ? [] : '--spool'].flat();
    if (given.length !== 1) throw new UsageError(`expected --data DIR, --config FILE or --spool DIR, found ${given.join(' and ') || 'none'}`);
    if (typeof spool === 'string') {
      await showSpool(spool, options['json'] === true);
      return ExitCode.ok;
    }
    const report = readStatus(typeof config === 'string' ? readSettings(config, process.env).settings.status.path : String(data));
    if (options['json'] === true) print(JSON.stringify(report));
    else for (const line of page(report)) printText(line);
    return ExitCode.ok;
  },
};

async function showSpool(folder: string, json: boolean): Promise<void> {
  try {
    const held = await countSpool(folder);
    if (json) print(JSON.stringify(held));
    else printText(`${display(folder, 300)}: ${formatCount(held.count)} samples, ${formatValue(held.bytes, 'B')}`);
  } catch (error) {
    if (error instanceof SpoolError) throw error;
    throw new SpoolError('PSA_SPOOL_UNUSABLE', `${display(folder, 300)}: expected the folder of a spool, and it cannot be read (${display(messageOf(error))})`, { cause: error });
  }
}

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

/** A time of the file as the host's clock shows it; what is none stays as it is. */
function clock(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : moment(at, true);
}

function page(report: StatusReport): string[] {
  const running = report.state !== 'stopped' && report.state !== 'failed';
  const gone = running && !alive(report.pid);
  const state = gone ? `${report.state}, but process ${String(report.pid)} is gone` : report.state;
  const why = Object.entries(report.dropped_by).filter(([, count]) => count > 0).map(([cause, count]) => `${cause} ${formatCount(count)}`).join(', ');
  const broker = report.connected === null
    ? 'none configured'
    : report.connected
      ? `connected to ${report.broker ?? '?'} since ${clock(report.connected_since ?? '?')}${report.blocked ? ', blocked by the broker' : ''}`
      : 'not connected';
  const { account, reload } = report;
  const rows = [
    ['state', `${state} (pid ${String(report.pid)}, since ${clock(report.since)}, told ${clock(report.updated)})`],
    ...(account === null ? [] : [['account', `${account.name ?? 'not told'}${account.privileged === false ? ', not privileged: some readings are closed to it' : ''}`]]),
    ['broker', `${broker}; reconnects ${formatCount(report.reconnects)}`],
    ['samples', `taken ${formatCount(report.taken)}, published ${formatCount(report.published)}, last ${clock(report.last_published ?? 'never')}`],
    ['spool', `${formatCount(report.spooled)} samples, ${formatValue(report.spooled_bytes, 'B')}, oldest ${clock(report.spool_oldest ?? 'none')}, ${places[report.spool_kept ?? 'none']}${report.spool_fault === null ? '' : `: ${report.spool_fault}`}`],
    ['dropped', `${formatCount(report.dropped)}${why === '' ? '' : ` (${why})`}`],
    ['unroutable', `${formatCount(report.unroutable)} waiting, ${formatCount(report.returned)} returned; ${formatCount(report.nacked)} refused by the broker`],
    ['skipped', `${formatCount(report.skipped)} ticks; ${formatCount(report.unavailable)} values could not be had`],
    ['last error', report.last_error === null ? 'none' : `${clock(report.last_error.time)} ${report.last_error.message}`],
    ...(reload === null ? [] : [['reload', `${clock(reload.time)} ${reload.refused === null ? `${formatCount(reload.kept)} entries kept, ${formatCount(reload.added)} begun, ${formatCount(reload.removed)} ended` : `refused: ${reload.refused}`}`]]),
  ];
  const faults = report.entries.flatMap((entry) => (entry.last_error === null ? [] : [[entry.name, `${clock(entry.last_error.time)} ${entry.last_error.message}`]]));
  const first = gone ? `the collector is gone; it last said: ${report.summary}` : report.summary;
  return [`    ${first}`, '', ...columns(rows), ...(faults.length === 0 ? [] : ['', ...columns(faults.slice(0, 20))])].map((line) => line.slice(4));
}
