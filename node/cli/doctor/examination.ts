/** All the checks, in the order in which they are told. */
import { ExitCode } from '../../model/errors.js';
import { systemClock } from '../../model/clock.js';
import { checkBroker } from './broker.js';
import { checkClock } from './clock.js';
import { checkCollector } from './collector.js';
import { checkCounters } from './counters.js';
import { findingsOf, type Check, type Finding } from './finding.js';
import { checkDisk, checkFolders } from './folders.js';
import { checkAccount, checkProgram } from './host.js';
import { checkMetrics } from './metrics.js';
import { checkSettings } from './settings.js';
import { openSubject } from './subject.js';

const checks: readonly Check[] = [
  { name: 'program', exitCode: ExitCode.platform, limit: 5000, run: checkProgram },
  { name: 'account', exitCode: ExitCode.platform, limit: 5000, run: checkAccount },
  { name: 'settings', exitCode: ExitCode.configuration, limit: 5000, run: checkSettings },
  { name: 'broker', exitCode: ExitCode.broker, limit: 30_000, run: checkBroker },
  { name: 'folders', exitCode: ExitCode.spool, limit: 15_000, run: checkFolders },
  { name: 'disk', exitCode: ExitCode.spool, limit: 15_000, run: checkDisk },
  { name: 'clock', exitCode: ExitCode.platform, limit: 15_000, run: (subject, note) => checkClock(subject, note) },
  { name: 'counters', exitCode: ExitCode.platform, limit: 30_000, run: (subject, note) => checkCounters(subject, note) },
  { name: 'metrics', exitCode: ExitCode.platform, limit: 20_000, run: checkMetrics },
  { name: 'collector', exitCode: ExitCode.platform, limit: 5000, run: checkCollector },
];

/** What was found of a host, and the exit code of the first fault. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

/** Runs all checks at the same time; `tell` gets the findings in order, each as soon as those before it are there. */
export async function examine(file: string | undefined, tell: (finding: Finding) => void): Promise<Examination> {
  const subject = await openSubject(file);
  const running = checks.map((check) => findingsOf(check, subject, systemClock));
  const findings: Finding[] = [];
  let exitCode: ExitCode = ExitCode.ok;
  for (const [at, found] of running.entries()) {
    for (const finding of await found) {
      findings.push(finding);
      tell(finding);
      if (finding.result === 'fault' && exitCode === ExitCode.ok) exitCode = checks[at]?.exitCode ?? ExitCode.unexpected;
    }
  }
  return { findings, exitCode };
}
