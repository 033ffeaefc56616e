/** What is examined: the settings, and the word that a collector with them has left. */
import { readConfiguration, settingsFrom, type ReadConfiguration } from '../../config/reader.js';
import { systemCode, UnavailableError } from '../../model/errors.js';
import type { Settings } from '../../model/settings.js';
import { ownAccount, type Account } from '../../providers/account.js';
import { firstBytes } from '../../providers/file.js';
import { readStatus } from '../../status/file.js';
import type { StatusReport } from '../../status/report.js';
import { alive } from '../status.js';

/** Milliseconds that a file may take to be read. */
const fileTime = 5000;
/** Seconds that a status may be old, beside three of its intervals. */
const slack = 10;

/** A collector's own word, and whether it can still be heard. */
export interface Witness {
  readonly report: StatusReport;
  /** running: it lives and writes. silent: it should, and does not. gone: its process ended without a word. ended: it said that it ended. */
  readonly life: 'running' | 'silent' | 'gone' | 'ended';
}

/** All that the checks are given. */
export interface Subject {
  /** The file; undefined where none was named. */
  readonly file: string | undefined;
  /** Absent where they are not to be had: no file, or one with faults. */
  readonly settings?: Settings;
  readonly configuration?: ReadConfiguration;
  /** Why there are no settings of the file. */
  readonly settingsError?: unknown;
  readonly collector?: Witness;
  /** Why nothing is known of a collector. */
  readonly silence?: string;
  readonly account: Account;
}

/** Reads what there is; takes at most two files' time. Never rejects. */
export async function openSubject(file: string | undefined): Promise<Subject> {
  const account = await ownAccount();
  if (file === undefined) return { file, account };
  try {
    await answers(file);
    const configuration = readConfiguration(file);
    const { settings } = settingsFrom(configuration, file, process.env);
    return { file, account, configuration, settings, ...(await collectorOf(settings)) };
  } catch (settingsError) {
    return { file, account, settingsError };
  }
}

/** Throws UnavailableError where a file's drive does not answer, so that nothing is asked of it that waits for ever. */
async function answers(path: string): Promise<void> {
  if (path === '-') return;
  await firstBytes(path, 1, fileTime).catch((error: unknown) => {
    if (error instanceof UnavailableError) throw error;
  });
}

async function collectorOf({ status }: Settings): Promise<Pick<Subject, 'collector' | 'silence'>> {
  try {
    await firstBytes(`${status.path}/status.json`, 1, fileTime);
    const report = readStatus(status.path);
    return { collector: { report, life: lifeOf(report, status.interval, Date.now()) } };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { silence: 'no collector has run with these settings yet' };
    return { silence: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the writer of a status lives and writes. `interval`: seconds between its writes. */
export function lifeOf({ state, pid, updated }: Pick<StatusReport, 'state' | 'pid' | 'updated'>, interval: number, now: number): Witness['life'] {
  if (state === 'stopped' || state === 'failed') return 'ended';
  if (!alive(pid)) return 'gone';
  return now - Date.parse(updated) > (3 * interval + slack) * 1000 ? 'silent' : 'running';
}
