import { readSettings } from '../config/reader.js';
import { ExitCode } from '../model/errors.js';
import type { Settings } from '../model/settings.js';
import { readStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import { unprotect } from '../providers/secret.js';
import type { BrokerCheck } from '../transport/checkBroker.js';
import { brokerOf } from './broker.js';
import type { Command } from './command.js';
import { required } from './option.js';
import { print, report } from './output.js';
import { alive } from './status.js';

/** `check-broker`: how far a configured broker can be reached, and what to do. */
export const checkBroker: Command = {
  name: 'check-broker',
  usage: '--config FILE [--json]',
  summary: 'Tries the broker step by step: which fails, and what to do.',
  details: [
    '  --config FILE  settings with a broker, JSON or YAML; - is standard input',
    '  --json         one object: ok, steps (step, ok, detail, host), error',
    '',
    'Steps: resolve, connect, tls, login, vhost, exchange, publish, binding. Exit code 0: all went well. 4: one failed.',
  ],
  example: 'check-broker --config examples/durable.yaml',
  options: { config: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const path = required(options, 'config', 'FILE');
    const { settings } = readSettings(path, process.env);
    const broker = brokerOf(settings, path, 'check');
    const { checkBroker: check } = await import('../transport/checkBroker.js');
    const outcome = await check(broker, { unprotect, bound: boundBy(settings) });
    if (options['json'] === true) print(JSON.stringify(jsonOf(outcome)));
    else showSteps(outcome);
    return outcome.ok ? ExitCode.ok : ExitCode.broker;
  },
};

/** What a collector that runs with these settings has learned of queues bound to its exchange; undefined where none can tell. */
function boundBy({ status }: Settings): string | undefined {
  let report: StatusReport;
  try {
    report = readStatus(status.path);
  } catch {
    return undefined;
  }
  const { delivery, last_published: last, pid, state } = report;
  if (state !== 'sampling' || !alive(pid) || delivery === null) return undefined;
  const who = `as the running collector (pid ${String(pid)}) tells`;
  if (delivery.state === 'held') return `no queue is bound for these samples, ${who}: ${delivery.reason ?? 'they come back'}`;
  return last === null || !['idle', 'flowing'].includes(delivery.state) ? undefined : `a queue is bound, ${who}: it took a sample at ${last}`;
}

function jsonOf({ ok, steps, error }: BrokerCheck): object {
  return { ok, steps, ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }) };
}

function showSteps({ steps, error }: BrokerCheck): void {
  for (const { step, ok, detail, host } of steps) report(`${ok ? 'ok    ' : 'FAILED'}  ${step.padEnd(8)}  ${host}: ${detail}`);
  if (error !== undefined) report(`psutil-agent: ${error.message}`);
}
