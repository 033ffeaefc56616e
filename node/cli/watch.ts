import { resolve } from 'node:path';
import { readSettings } from '../config/reader.js';
import { isoTime, systemClock, type Clock } from '../model/clock.js';
import { ExitCode, UsageError } from '../model/errors.js';
import { Call, openCalls } from './call.js';
import type { Command, Options } from './command.js';
import { numberOption, wholeOption } from './option.js';
import { print, printText } from './output.js';
import { StopSignal } from './stopSignal.js';
import { CallSource, type Outcome } from './view/callSource.js';
import { Lines } from './view/lines.js';
import { showLive } from './view/live.js';
import type { Source } from './view/source.js';
import { StatusSource } from './view/statusSource.js';
import { abilitiesOf, ownsTerminal } from './view/terminal.js';

/** `watch`: values as they change, of a running collector or read here. */
export const watch: Command = {
  name: 'watch',
  usage: '[METHOD [key=value...] ...] [--data DIR|--config FILE] [--result-argument X] [--interval S] [--count N] [--json]',
  summary: 'Shows values as they change.',
  details: [
    '  METHOD               functions to read here, each with its arguments behind it, such as disk_usage path=/',
    '  --data DIR           instead: what a running collector took, from the directory of its status.json',
    '  --config FILE        the same, found by the settings that it runs with',
    '  --result-argument X  a field of METHOD\'s result, or a path into it',
    '  --interval S         seconds from one reading, or look, to the next (1)',
    '  --count N            ends after N of them',
    '  --json               a line a reading, or a new status.json; so too where stdout is no terminal',
    '',
    'Arrows and page keys scroll, s sorts, q ends. NO_COLOR: no colours; TERM=dumb: plain lines.',
  ],
  example: 'watch cpu_percent virtual_memory --count 2',
  options: {
    data: { type: 'string' }, config: { type: 'string' }, 'result-argument': { type: 'string' }, interval: { type: 'string' }, count: { type: 'string' }, json: { type: 'boolean' },
  },
  positionals: 256,
  async run(options, words) {
    const interval = (numberOption(options, 'interval', 0.1) ?? 1) * 1000;
    const count = wholeOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
    const directory = directoryOf(options, words);
    if (directory === undefined) await watchCalls(callsOf(words, options), interval, count, showing(options));
    else await watchStatus(new StatusSource(directory, systemClock), interval, count, showing(options));
    return ExitCode.ok;
  },
};

/** Where the collector to watch keeps its status; undefined where functions are read instead. */
function directoryOf(options: Options, words: readonly string[]): string | undefined {
  const { data, config } = options;
  const given = [words.length > 0 ? 'METHOD' : [], data === undefined ? [] : '--data DIR', config === undefined ? [] : '--config FILE'].flat();
  if (given.length !== 1) {
    throw new UsageError(`expected METHOD, --data DIR or --config FILE, found ${given.length === 0 ? 'none: try psutil-agent watch cpu_percent virtual_memory' : given.join(' and ')}`);
  }
  if (words.length === 0 && options['result-argument'] !== undefined) throw new UsageError('--result-argument: expected METHOD beside it, found none: a collector has selected already');
  if (typeof data === 'string') return resolve(data);
  return typeof config === 'string' ? readSettings(config, process.env).settings.status.path : undefined;
}

/** Each method with the words of its arguments behind it. */
function callsOf(words: readonly string[], options: Options): Call[] {
  const groups: [string, ...string[]][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    if (last === undefined || !word.includes('=')) groups.push([word]);
    else last.push(word);
  }
  const wanted = options['result-argument'];
  if (wanted !== undefined && groups.length > 1) throw new UsageError(`--result-argument: expected one METHOD beside it, found ${String(groups.length)}`);
  return groups.map(([method, ...pairs]) => new Call(method, pairs, typeof wanted === 'string' ? wanted : undefined));
}

type Showing = 'live' | 'lines' | 'json';

function showing(options: Options): Showing {
  if (options['json'] === true || !process.stdout.isTTY) return 'json';
  return abilitiesOf(process.env, process.platform, ownsTerminal()).live ? 'live' : 'lines';
}

async function watchCalls(calls: readonly Call[], interval: number, count: number, how: Showing): Promise<void> {
  const source = new CallSource(calls, systemClock);
  const stopping = new StopSignal(systemClock, undefined);
  const provider = await openCalls();
  const end = show(source, how, stopping);
  const told = how === 'json' ? printOutcome : end.tell;
  try {
    await Promise.race([source.run(provider, interval, count, told), stopping.asked]);
  } finally {
    source.stop();
    end.stop();
    provider.close();
  }
}

function printOutcome({ definition: { name: method }, args }: Call, outcome: Outcome): void {
  const time = isoTime(outcome.wall);
  print(JSON.stringify('fault' in outcome ? { method, args, time, values: [], fault: outcome.fault } : { method, args, time, values: outcome.leaves, fault: outcome.missing.join('; ') || null }));
}

async function watchStatus(source: StatusSource, interval: number, count: number, how: Showing): Promise<void> {
  const stopping = new StopSignal(systemClock, undefined);
  const end = show(source, how, stopping);
  const cancel = look(systemClock, interval, count, () => {
    source.entries();
    if (how === 'json') printNews(source);
    else end.tell();
  }, stopping.stop);
  await stopping.asked;
  cancel();
  end.stop();
}

const printed = new WeakSet<object>();

/** The status, where it is another than before. */
function printNews({ report }: StatusSource): void {
  if (printed.has(report)) return;
  printed.add(report);
  print(JSON.stringify(report));
}

/** Calls at once and again each `interval`, `count` times; then it is done. */
function look(clock: Clock, interval: number, count: number, call: () => void, done: () => void): () => void {
  let cancel = (): void => undefined;
  let taken = 0;
  const next = (): void => {
    call();
    taken += 1;
    if (taken >= count) done();
    else cancel = clock.after(interval, next);
  };
  next();
  return () => { cancel(); };
}

/** Shows a source until `stop`; `tell` says that there is news. */
function show(source: Source, how: Showing, stopping: StopSignal): { readonly tell: () => void; readonly stop: () => void } {
  if (how === 'live') {
    const stop = showLive(source, abilitiesOf(process.env, process.platform, true), systemClock, stopping.stop);
    return { tell: () => undefined, stop };
  }
  const lines = new Lines(source);
  return { tell: () => { for (const line of lines.next()) printText(line); }, stop: () => undefined };
}
