import { readSettings } from '../config/reader.js';
import { ExitCode, UsageError } from '../model/errors.js';
import { isoTime, sleep, systemClock } from '../model/clock.js';
import { display } from '../model/display.js';
import { formatValue } from '../model/quantity.js';
import { widthOf } from '../model/width.js';
import type { Leaf } from '../sample/leaf.js';
import { Call, openCalls } from './call.js';
import type { Command } from './command.js';
import { dryRun } from './dryRun.js';
import { numberOption, wholeOption } from './option.js';
import { print, printText, report } from './output.js';

/** Options of one call, which a whole configuration has no use for. */
const callOptions = ['result-argument', 'count', 'interval', 'time', 'values'] as const;

/** `sample`: one reading or several, or one of each entry of a configuration; no broker. */
export const sample: Command = {
  name: 'sample',
  usage: 'METHOD [key=value...] [--result-argument X] [--count N] [--interval S] [--json [--time] [--values]] | --config FILE [--json]',
  summary: 'Takes one reading, or one of each entry of a configuration.',
  details: [
    '  key=value            an argument of it, such as percpu=true or path=/',
    '  --result-argument X  a field, or a path into the result, as in psutil_config',
    '  --count N            readings to take; 0: until stopped',
    '  --interval S         seconds between them (1)',
    '  --json               {"method", "args", "result"}, one line a reading; so too where stdout is no terminal',
    '  --time               adds "time", when the reading was taken (ISO 8601, UTC)',
    '  --values             adds "values", the result as a flat list: path, value, unit, reason where there is none',
    '  --config FILE        instead: each entry of a configuration once',
    '',
    'Without args.interval, cpu_percent and cpu_times_percent measure over 0.1 s or since the reading before.',
  ],
  example: 'sample cpu_times_percent interval=1',
  options: {
    'result-argument': { type: 'string' }, count: { type: 'string' }, interval: { type: 'string' }, json: { type: 'boolean' }, time: { type: 'boolean' }, values: { type: 'boolean' },
    config: { type: 'string' },
  },
  positionals: 64,
  async run(options, [method = '', ...pairs]) {
    const json = options['json'] === true || !process.stdout.isTTY;
    const file = options['config'];
    if (typeof file === 'string') {
      const beside = [...(method === '' ? [] : [`"${method}"`]), ...callOptions.filter((name) => options[name] !== undefined).map((name) => `--${name}`)];
      if (beside.length > 0) throw new UsageError(`--config: expected it alone, for a configuration has methods of its own, found ${beside.join(', ')} beside it`);
      return await sampleFile(file, json);
    }
    if (method === '') throw new UsageError(`expected METHOD or --config FILE, found none; usage: psutil-agent sample ${sample.usage}`);
    const wanted = options['result-argument'];
    const call = new Call(method, pairs, typeof wanted === 'string' ? wanted : undefined);
    const count = wholeOption(options, 'count', 0) ?? 1;
    const pause = (numberOption(options, 'interval', 0) ?? 1) * 1000;
    if (options['time'] === true && !json) throw new UsageError('--time: expected --json beside it, found none: a line for people has no time');
    if (options['values'] === true && !json) throw new UsageError('--values: expected --json beside it, found none: lines for people are one a value anyway');
    if (options['interval'] !== undefined && options['count'] === undefined) throw new UsageError('--interval: expected --count N beside it, found none: there is one reading');
    const provider = await openCalls();
    try {
      const read = await call.open(provider, systemClock);
      for (let taken = 1; ; taken++) {
        const began = systemClock.now();
        const { wall, result, leaves, missing } = await read();
        for (const reason of missing) report(`psutil-agent: ${reason}`);
        if (json) {
          const { definition: { name }, args } = call;
          print(JSON.stringify({ method: name, args, result, ...(options['time'] === true ? { time: isoTime(wall) } : {}), ...(options['values'] === true ? { values: leaves } : {}) }));
        } else for (const line of linesOf(leaves)) printText(line);
        if (taken === count) return ExitCode.ok;
        await sleep(systemClock, pause - (systemClock.now() - began));
      }
    } finally {
      provider.close();
    }
  },
};

/** Tries the configuration in a file (`-`: standard input) and prints what comes of it. Exit code 5 where no entry gives a value. */
async function sampleFile(path: string, json: boolean): Promise<ExitCode> {
  const { settings, warnings } = readSettings(path, process.env);
  for (const { message } of warnings) report(`warning: ${message}`);
  const provider = await openCalls();
  const shown: Leaf[] = [];
  let values = 0;
  try {
    for await (const rows of dryRun(settings.entries, provider, systemClock)) {
      values += rows.filter(({ value }) => value !== null).length;
      if (json) for (const row of rows) print(JSON.stringify(row));
      else shown.push(...rows.map(({ name, path: place, value, unit, reason }) => ({ path: `${name} ${place}`.trimEnd(), value, unit, ...(reason === null ? {} : { reason }) })));
    }
  } finally {
    provider.close();
  }
  if (!json) for (const line of linesOf(shown)) printText(line);
  return values > 0 ? ExitCode.ok : ExitCode.platform;
}

/** A value a line, for people: its place, and it with its unit, or why there is none. */
function linesOf(leaves: readonly Leaf[]): string[] {
  const rows = leaves.flatMap(({ path, value, unit, reason }) => (value === null && reason === undefined ? [] : [[display(path), valueText(value, unit, reason)] as const]));
  const width = Math.max(0, ...rows.map(([path]) => widthOf(path)));
  if (rows.length === 0) return ['there is none'];
  return rows.map(([path, text]) => `${path}${' '.repeat(width - widthOf(path))}${width === 0 ? '' : '  '}${text}`);
}

function valueText(value: Leaf['value'], unit: string, reason = ''): string {
  if (value === null) return display(reason, 400);
  return typeof value === 'number' ? formatValue(value, unit) : display(String(value), 400);
}
