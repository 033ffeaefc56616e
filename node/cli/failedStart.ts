/** A configuration that cannot be run: its faults also go where somebody looks who sees no terminal, into log and status. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { dataDirectory, readConfiguration, type Environment } from '../config/reader.js';
import { openLog } from '../log/log.js';
import { isoTime } from '../model/clock.js';
import type { AgentError } from '../model/errors.js';
import { version } from '../model/version.js';
import { noBroker } from '../output/lines.js';
import { answerTimeout } from '../providers/isolation.js';
import { readStatus, statusName, writeStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import { summaryOf } from '../status/summary.js';
import { operatorLog } from './operator.js';
import { faultsIn } from './output.js';
import { alive } from './status.js';

/** Where a configuration that has faults says that log and status are, as far as it can be told. */
interface Places {
  readonly log?: string;
  readonly status?: string;
}

/** How long the operator's event may take to be written, milliseconds: as long as it is waited for anywhere, for nothing else is left to do. */
const eventTime = answerTimeout;

/** Writes an error of a configuration to its psutil.log and status.json, and to the operator's log. Never throws: the error itself is what is told. */
export async function recordFailedStart(config: string, error: AgentError, environment: Environment, operatorAt = operatorLog): Promise<void> {
  const { log, status } = placesOf(config, environment);
  if (log !== undefined) await writeLog(log, error);
  try {
    if (status !== undefined && !runs(status)) writeStatus(status, failedReport(error));
  } catch {
    // Told on stderr and in the log.
  }
  const operator = operatorAt(status);
  operator.tell('configuration', messageWith(error));
  await operator.settled(eventTime);
}

async function writeLog(path: string, error: AgentError): Promise<void> {
  const log = openLog({ path, level: 'info', maxBytes: 10_485_760, files: 5 }, () => undefined);
  log.logger.fatal({ code: error.code }, error.message);
  for (const { pointer, message } of faultsIn(error)) log.logger.error({ code: error.code, pointer }, message);
  await log.close();
}

function placesOf(config: string, environment: Environment): Places {
  if (config === '-') return {};
  const base = dirname(resolve(config));
  const document = parsed(config);
  const text = (section: string, key: string): string | undefined => {
    const value = document?.[section]?.[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const at = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(base, path));
  // Of text that is neither JSON nor YAML nothing can be told; a collector that ran with it before has left its status there.
  const own = document === undefined
    ? existsSync(join(base, statusName)) ? base : undefined
    : dataDirectory(text('node', 'node_id') ?? hostname(), environment);
  const status = at(text('status', 'path')) ?? own;
  const log = (environment['CELERY_WORK_DIR'] || environment['AGENT_WORK_DIR'] || undefined) ?? at(text('log', 'path')) ?? status;
  return { ...(log === undefined ? {} : { log }), ...(status === undefined ? {} : { status }) };
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** A map as it stands in the file; undefined where it cannot be parsed or is none. */
function parsed(config: string): Sections | undefined {
  try {
    const document = readConfiguration(config).parsed;
    return typeof document === 'object' && document !== null ? (document as Sections) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a collector that still runs keeps its status there: that one is not failed. */
function runs(directory: string): boolean {
  try {
    const { state, pid } = readStatus(directory);
    return state !== 'stopped' && state !== 'failed' && alive(pid);
  } catch {
    return false;
  }
}

/** An error with the first of its faults. */
function messageWith(error: AgentError): string {
  return [error.message, ...faultsIn(error).slice(0, 5).map((fault) => fault.message)].join('; ');
}

function failedReport(error: AgentError): StatusReport {
  const now = isoTime(Date.now());
  const message = messageWith(error);
  const report = {
    version, state: 'failed' as const, pid: process.pid, account: null, since: now, updated: now, taken: 0, skipped: 0, unavailable: 0,
    ...noBroker,
    last_error: { time: now, code: error.code, message },
    reload: null, entries: [],
  };
  return { ...report, summary: summaryOf(report) };
}
