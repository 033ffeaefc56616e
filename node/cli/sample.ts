import { convertArgument } from '../config/conversion.js';
import { completeArguments, selectorOf, validate, type ValidEntry } from '../config/validation.js';
import type { CatalogFunction } from '../catalog/function.js';
import type { Arguments, Result } from '../catalog/value.js';
import { ExitCode, UnavailableError, UsageError } from '../model/errors.js';
import { ExternalProvider } from '../providers/external/provider.js';
import { openProvider } from '../providers/host.js';
import { SharedProvider } from '../providers/shared.js';
import { openReader, type Reading } from '../sample/reader.js';
import { select } from '../sample/selection.js';
import { isoTime, sleep, systemClock } from '../model/clock.js';
import { AgentProvider } from '../status/agentProvider.js';
import type { Command, Options } from './command.js';
import { columns, named } from './methods.js';
import { numberOption, wholeOption } from './option.js';
import { print, report } from './output.js';

/** What a function that measures since its last call is given to measure, milliseconds: psutil's advice is no less. */
const shortestWindow = 100;

/** `sample`: one reading or several, no broker. */
export const sample: Command = {
  name: 'sample',
  usage: 'METHOD [key=value...] [--result-argument X] [--count N] [--interval S] [--json [--time]]',
  summary: 'Takes one reading and prints it.',
  details: [
    '  key=value            an argument of the function, such as percpu=true or path=/',
    '  --result-argument X  a field, or a path into the result, as in psutil_config',
    '  --count N            readings to take; 0: until stopped',
    '  --interval S         seconds between them (1)',
    '  --json               {"method", "args", "result"}, one line a reading; so too where stdout is no terminal',
    '  --time               adds "time", when the reading was taken (ISO 8601, UTC)',
    '',
    'Without args.interval, cpu_percent and cpu_times_percent measure over 0.1 s or since the reading before.',
  ],
  example: 'sample cpu_times_percent interval=1',
  options: {
    'result-argument': { type: 'string' }, count: { type: 'string' }, interval: { type: 'string' }, json: { type: 'boolean' }, time: { type: 'boolean' },
  },
  positionals: { least: 1, most: 64 },
  async run(options, [method = '', ...pairs]) {
    const definition = named(method);
    const entry = entryOf(definition, pairs, options);
    const count = wholeOption(options, 'count', 0) ?? 1;
    const pause = (numberOption(options, 'interval', 0) ?? 1) * 1000;
    const json = options['json'] === true || !process.stdout.isTTY;
    if (options['time'] === true && !json) throw new UsageError('--time: expected --json beside it, found none: a line for people has no time');
    const provider = new SharedProvider(new AgentProvider(new ExternalProvider(await openProvider(), systemClock, process.argv[1] ?? '')));
    try {
      const args = completeArguments(entry);
      const selector = selectorOf(entry);
      const reader = openReader(provider, systemClock, { method, args, ...(selector === undefined ? {} : { select: selector }) });
      if (reader.sinceLast) {
        await reader.prime();
        await sleep(systemClock, shortestWindow);
      }
      for (let taken = 1; ; taken++) {
        const began = systemClock.now();
        const reading = await reader.read();
        const result = chosen(definition, entry, args, reading);
        const time = options['time'] === true ? { time: isoTime(reading.wall) } : {};
        print(json ? JSON.stringify({ method: definition.name, args, result, ...time }) : text(definition, result));
        if (taken === count) return ExitCode.ok;
        await sleep(systemClock, pause - (systemClock.now() - began));
      }
    } finally {
      provider.close();
    }
  },
};

/** Positional arguments as an entry of psutil_config, checked as one. */
function entryOf(definition: CatalogFunction, pairs: readonly string[], options: Options): ValidEntry {
  const args: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`expected key=value, found "${pair}"`);
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const argument = definition.arguments.find((candidate) => candidate.name === name);
    args[name] = argument === undefined ? value : convertArgument(argument, value);
  }
  const wanted = options['result-argument'];
  const entry = { method: definition.name, args, ...(typeof wanted === 'string' ? { result_argument: wanted } : {}), interval: 1 };
  // Whoever calls this could call PowerShell as well.
  const { faults } = validate([entry], true);
  // Text only functions are no metric, yet worth a look.
  const relevant = faults.filter((fault) => typeof wanted === 'string' || fault.pointer !== '/0');
  if (relevant.length === 0) return entry as ValidEntry;
  const local = relevant.map((fault) => {
    const pointer = fault.pointer.replace(/^\/0\//, '');
    return { ...fault, pointer, message: fault.message.replace(/^\/0\//, '') };
  });
  throw new UsageError(`${definition.name} cannot be called so`, local);
}

/** The selected part of a result; a selection of one number is that number. */
function chosen(definition: CatalogFunction, entry: ValidEntry, args: Arguments, { result, reasons }: Reading): Result {
  const selector = selectorOf(entry);
  if (selector === undefined) {
    const reason = reasons?.[''];
    if (result === null && reason !== undefined) throw new UnavailableError(reason);
    return result;
  }
  const { selected, missing } = select(definition, args, result, selector, reasons);
  if (selected.length === 0) throw new UnavailableError(missing.join('; ') || 'nothing was selected');
  for (const reason of missing) report(`psutil-agent: ${reason}`);
  const [first] = selected;
  return first?.path === '' ? first.value : Object.fromEntries(selected.map(({ path, value }) => [path, value]));
}

/** A result for people: a value with its unit, fields in columns, anything deeper as JSON. */
function text(definition: CatalogFunction, result: Result): string {
  if (typeof result !== 'object' || result === null) return `${String(result)} ${definition.fields[0]?.unit ?? ''}`.trimEnd();
  if (Object.values(result).some((value) => typeof value === 'object' && value !== null)) return JSON.stringify(result, null, 2);
  const rows = Object.entries(result).map(([name, value]) => {
    const unit = definition.fields.find((field) => field.name === name)?.unit ?? '';
    return [name, JSON.stringify(value).replace(/^"|"$/g, ''), unit];
  });
  return columns(rows).map((line) => line.slice(4)).join('\n');
}
