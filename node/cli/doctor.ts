import { ExitCode } from '../model/errors.js';
import { version } from '../model/version.js';
import type { Command } from './command.js';
import { print, printText } from './output.js';

const marks = { ok: 'ok', warning: 'warning', fault: 'FAULT' } as const;

/** `doctor`: whatever can be checked of this host and its collector, and what to do. */
export const doctor: Command = {
  name: 'doctor',
  usage: '[FILE] [--json]',
  summary: 'Checks host, broker and collector, and says what to do.',
  details: [
    '  FILE    the settings of a collector, JSON or YAML; - is standard input. Without it only the host is looked at',
    '  --json  one object: ok, version, checks (check, result, message)',
    '',
    'Checks: program, account, settings, broker (as check-broker), folders, disk, clock, counters (Windows), metrics',
    '(as the running collector has them, or tried once), collector. Each has a time limit: what hangs is told, and',
    'the rest goes on; all is told within a minute. Nothing is changed: a small file is written to each folder and',
    'deleted, by the account that asks, not the service\'s; an exchange that is not there is declared and removed.',
    '',
    'A line each: ok, warning (it works, and you should know) or FAULT. Exit code 0: no fault. Otherwise that of the',
    'first fault: 3 settings, 4 broker, 5 host, metrics or collector, 6 folders or disk.',
  ],
  example: 'doctor examples/monitor.yaml',
  options: { json: { type: 'boolean' } },
  positionals: 1,
  async run(options, [file]) {
    const asJson = options['json'] === true;
    const { examine } = await import('./doctor/examination.js');
    const { findings, exitCode } = await examine(file, ({ check, result, message }) => {
      if (!asJson) printText(`${marks[result].padEnd(8)}${check.padEnd(11)}${message}`);
    });
    const count = (result: string): number => findings.filter((finding) => finding.result === result).length;
    if (asJson) print(JSON.stringify({ ok: exitCode === ExitCode.ok, version, checks: findings }));
    else printText(`\n${plural(count('fault'), 'fault')}, ${plural(count('warning'), 'warning')}`);
    return exitCode;
  },
};

function plural(count: number, noun: string): string {
  return `${count === 0 ? 'no' : String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
