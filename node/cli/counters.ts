import { ExitCode, messageOf, UnavailableError } from '../model/errors.js';
import { matches } from '../model/pattern.js';
import { openCounterList, type CounterList, type CounterObject } from '../providers/counterList.js';
import type { Command } from './command.js';
import { print, printText, report } from './output.js';

/** `counters`: the performance counters of this Windows. */
export const counters: Command = {
  name: 'counters',
  usage: '[PATTERN] [--json]',
  summary: 'Lists the performance counters of this Windows, in English.',
  details: [
    '  PATTERN  a path such as \\Process(sql*)\\% *, or a part of an object\'s name, or, where no object has it,',
    '           of a counter\'s; * stands for any characters. Without it: the names of the objects',
    '  --json   {"objects"}, a list: object, counters and instances; without PATTERN their names alone',
    '',
    'On any language of Windows: what it prints can be the path of perf_counter. Other systems have none: exit code 5.',
  ],
  example: 'counters "\\Processor(*)\\*"',
  options: { json: { type: 'boolean' } },
  positionals: 1,
  async run(options, [pattern]) {
    const list = await openCounterList();
    try {
      await show(list, pattern, options['json'] === true);
      return ExitCode.ok;
    } finally {
      list.close();
    }
  },
};

/** Prints what matches a pattern; without one, the names of the objects. */
export async function show(list: CounterList, pattern: string | undefined, asJson: boolean): Promise<void> {
  const objects = pattern === undefined ? (await list.objects()).toSorted(byName).map((object) => ({ object })) : await find(list, pattern, report);
  if (asJson) print(JSON.stringify({ objects }));
  else if (objects.length === 0) report(`no performance counter matches ${pattern ?? '*'}`);
  else printText(objects.map(text).join(pattern === undefined ? '\n' : '\n\n'));
}

let collator: Intl.Collator | undefined;

/** Made when it is needed: a collator touches 6 MB, and every collector loads this file. */
function byName(one: string, other: string): number {
  collator ??= new Intl.Collator('en');
  return collator.compare(one, other);
}

/**
 * The objects of a host with what of theirs matches a pattern; those of which nothing does are left out. What an object does
 * not tell is told to `note`, and costs nothing but itself.
 */
export async function find(list: CounterList, pattern: string, note: (reason: string) => void): Promise<CounterObject[]> {
  const objects = (await list.objects()).toSorted(byName);
  const { names, select } = searchOf(pattern, objects);
  const found: CounterObject[] = [];
  for (const name of names) {
    try {
      const { object, counters, instances } = select(await list.items(name));
      if (counters.length > 0) found.push({ object, counters: counters.toSorted(byName), instances: instances.toSorted(byName) });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      note(messageOf(error));
    }
  }
  return found;
}

interface Search {
  /** The objects to look at. */
  readonly names: readonly string[];
  /** What of an object is meant. */
  readonly select: (found: CounterObject) => CounterObject;
}

function searchOf(pattern: string, objects: readonly string[]): Search {
  const path = /^\\([^\\(]+)(?:\((.*)\))?(?:\\(.+))?$/.exec(pattern);
  if (path === null) {
    const like = matcher(pattern.includes('*') ? pattern : `*${pattern}*`);
    const names = objects.filter(like);
    if (names.length > 0) return { names, select: (found) => found };
    return { names: objects, select: (found) => ({ ...found, counters: found.counters.filter(like) }) };
  }
  const [, object = '*', instance, counter = '*'] = path;
  const select = (found: CounterObject): CounterObject => {
    const instances = found.instances.filter(matcher(instance ?? '*'));
    const none = instance !== undefined && instances.length === 0;
    return { object: found.object, counters: none ? [] : found.counters.filter(matcher(counter)), instances };
  };
  return { names: objects.filter(matcher(object)), select };
}

function matcher(pattern: string): (name: string) => boolean {
  const lower = pattern.toLowerCase();
  return (name) => matches(lower, name.toLowerCase());
}

function text({ object, counters = [], instances = [] }: Partial<CounterObject> & Pick<CounterObject, 'object'>): string {
  const of = instances.length === 0 ? [] : [`  instances: ${instances.join(', ')}`];
  const place = instances.length === 0 ? '' : '(*)';
  return [object, ...of, ...counters.map((counter) => `  \\${object}${place}\\${counter}`)].join('\n');
}
