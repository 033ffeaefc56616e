import { resolve } from 'node:path';
import { Agent, type AgentParts } from '../agent.js';
import { readSettings } from '../config/reader.js';
import type { Settings } from '../model/settings.js';
import { AgentError, ConfigError, ExitCode, messageOf, UsageError } from '../model/errors.js';
import { openLog, type Log } from '../log/log.js';
import type { OperatorLog } from '../log/operatorLog.js';
import { fileOutput, silentOutput, stdoutOutput } from '../output/lines.js';
import type { Output } from '../output/output.js';
import { ExternalProvider } from '../providers/external/provider.js';
import { ownAccount } from '../providers/account.js';
import { openProvider } from '../providers/host.js';
import { endProcess } from '../providers/process.js';
import { systemClock, type Clock } from '../model/clock.js';
import type { Command } from './command.js';
import { fitHeap } from './heap.js';
import { operatorLog } from './operator.js';
import { numberOption, required } from './option.js';
import { exitWritten, report, reportError } from './output.js';
import { StopSignal } from './stopSignal.js';
import { abilitiesOf, ownsTerminal, type Abilities } from './view/terminal.js';

/** `run`: the collector. */
export const run: Command = {
  name: 'run',
  usage: '--config FILE [--output amqp|stdout|file:PATH] [--once] [--duration S]',
  summary: 'Runs the collector until it is told to stop.',
  details: [
    '  --config FILE    settings or a bare psutil_config, JSON or YAML; - is standard input',
    '  --output WHERE   amqp: the configured broker; stdout: JSON lines, on a terminal a table;',
    '                   file:PATH: JSON lines, appended. Without it: amqp where a broker is configured, else stdout',
    '  --once           one sample of every entry, then the end',
    '  --duration S     ends after S seconds',
    '',
    'On a terminal it shows each value as it is taken: arrows and page keys scroll, s sorts, q ends.',
    'SIGINT, SIGTERM, SIGBREAK or a file named stop beside status.json: flush for at most 5 s, exit 0.',
    'A file named reload there, or on Linux SIGHUP away from a terminal: takes over entries changed in psutil_config.',
  ],
  example: 'run --config examples/monitor.yaml --once',
  options: { config: { type: 'string' }, output: { type: 'string' }, once: { type: 'boolean' }, duration: { type: 'string' } },
  positionals: 0,
  async run(options) {
    const path = required(options, 'config', 'FILE');
    const duration = numberOption(options, 'duration', 0);
    const { settings, warnings } = await settingsOf(path);
    const output = outputOf(options['output'], settings);
    for (const { message } of warnings) report(`warning: ${message}`);
    const log = openLog(settings.log, (message) => { report(`psutil-agent: ${message}`); });
    for (const { message } of warnings) log.logger.warn(message);
    const operator = operatorLog(settings.status.path);
    const code = await collect({ path, settings, output, log, operator, once: options['once'] === true, duration }).catch(async (error: unknown) => {
      operator.tell('ended', messageOf(error));
      await operator.settled(failTime);
      throw error;
    });
    return await new Promise<never>(() => { exitWritten(code); });
  },
};

/** The settings of a file; what is wrong with them is also left in its log and status. */
async function settingsOf(path: string): Promise<ReturnType<typeof readSettings>> {
  try {
    return readSettings(path, process.env);
  } catch (error) {
    if (error instanceof AgentError) await (await import('./failedStart.js')).recordFailedStart(path, error, process.env);
    throw error;
  }
}

type Destination = { readonly kind: 'amqp' | 'stdout' } | { readonly kind: 'file'; readonly path: string };

function outputOf(option: string | boolean | undefined, settings: Settings): Destination {
  if (option === undefined) return { kind: settings.broker === undefined ? 'stdout' : 'amqp' };
  if (option === 'stdout') return { kind: option };
  if (option === 'amqp') {
    if (settings.broker !== undefined) return { kind: option };
    throw new ConfigError('PSA_CONFIG_INVALID', '--output amqp: expected a broker in the configuration, found none; add the key broker');
  }
  if (typeof option === 'string' && /^file:./.test(option)) return { kind: 'file', path: resolve(option.slice('file:'.length)) };
  throw new UsageError(`--output: expected amqp, stdout or file:PATH, found "${String(option)}"`);
}

interface Job {
  /** The configuration's file; - is standard input. */
  readonly path: string;
  readonly settings: Settings;
  readonly output: Destination;
  readonly log: Log;
  readonly operator: OperatorLog;
  readonly once: boolean;
  readonly duration: number | undefined;
}

/** How long an unexpected fault may take to be written down before the process ends, milliseconds. */
const failTime = 2000;
/** How long what the operator is told at a stop may take to be written, milliseconds. */
const lastEvents = 300;

/** Opens the parts, runs the agent, stops it; the exit code. */
async function collect(job: Job): Promise<ExitCode> {
  const terminal = abilitiesOf(process.env, process.platform, ownsTerminal());
  const live = terminal.live && !job.once;
  const output = await openOutput(job, live, systemClock);
  fitHeap(job.settings.entries.reduce((sum, { interval }) => sum + 1 / interval, 0), output.report().spooled, systemClock);
  const provider = new ExternalProvider(await openProvider(), systemClock, process.argv[1] ?? '');
  const stopping = new StopSignal(systemClock, job.duration);
  const account = await ownAccount();
  if (process.platform === 'win32' && account.privileged === false) {
    job.log.logger.warn({ account: account.name }, 'the account is no administrator: some readings are closed to it, each with its reason in the status; docs/service-account.md lists them');
  }
  const agent = new Agent({ ...parts(job, output), account, provider, onStopRequest: stopping.stop, reread: rereading(job) });
  stopping.onReload(() => { agent.reload(); });
  process.once('uncaughtException', (error) => {
    reportError(error);
    const end = (): void => { void endProcess(ExitCode.unexpected); };
    systemClock.after(failTime, end);
    job.operator.tell('ended', `unexpected fault: ${messageOf(error)}`);
    void Promise.allSettled([agent.fail(error), job.operator.settled(failTime)]).then(end);
  });
  if (job.once) {
    await Promise.race([agent.once(), stopping.asked]);
  } else {
    agent.start();
    const end = live ? await showAgent(agent, terminal, stopping) : () => undefined;
    await stopping.asked;
    end();
  }
  stopping.release();
  const left = await agent.stop();
  await job.operator.settled(lastEvents);
  if (left === 0 || job.output.kind !== 'amqp') return ExitCode.ok;
  const { delivery, spool_fault: fault, dropped_by: { closed: lost } } = agent.report();
  const reason = delivery?.reason ?? 'the broker did not confirm them in time';
  if (left > lost) report(`psutil-agent: ${samples(left - lost)} kept in ${job.settings.spool.path}: ${reason}`);
  // What only memory held while the disk could not be used is gone with the process.
  if (lost > 0) report(`psutil-agent: ${samples(lost)} lost: ${reason}. ${fault ?? 'The spool could not be written.'}`);
  if (!job.once) return ExitCode.ok;
  return lost > 0 ? ExitCode.spool : ExitCode.broker;
}

/** Few runs have a terminal, and load what is shown there. */
async function showAgent(agent: Agent, terminal: Abilities, { stop }: StopSignal): Promise<() => void> {
  const [{ showLive }, { agentSource }] = await Promise.all([import('./view/live.js'), import('./view/overview.js')]);
  return showLive(agentSource(agent, systemClock), terminal, systemClock, stop);
}

/** How a reload reads the configuration. */
function rereading({ path, log }: Job): AgentParts['reread'] {
  if (path === '-') return undefined;
  return () => {
    const { settings, warnings } = readSettings(path, process.env);
    for (const { message } of warnings) log.logger.warn(message);
    return settings;
  };
}

function samples(count: number): string {
  return count === 1 ? '1 sample is' : `${String(count)} samples are`;
}

function parts(job: Job, output: Output): Omit<AgentParts, 'provider' | 'onStopRequest'> {
  return { settings: job.settings, clock: systemClock, log: job.log, output };
}

async function openOutput(job: Job, live: boolean, clock: Clock): Promise<Output> {
  const { settings, output, log, operator } = job;
  if (output.kind === 'file') return fileOutput(output.path, clock);
  if (output.kind === 'stdout') return live ? silentOutput() : stdoutOutput(clock);
  const { broker } = settings;
  if (broker === undefined) throw new ConfigError('PSA_CONFIG_INVALID', 'expected a broker in the configuration, found none');
  // Only a run with a broker pays for loading what reaches it.
  const { brokerOutput } = await import('../output/broker.js');
  return await brokerOutput({ ...settings, broker }, clock, log.logger, process.stderr.isTTY && !live ? report : () => undefined,
    (kind, message) => { operator.tell(kind, message); });
}
