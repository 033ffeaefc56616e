/** Paths of Windows' performance counters by their English names: `\Object(Instance)\Counter`. */

/** A counter, or with `*` in its instance or its name several. */
export interface CounterPath {
  readonly object: string;
  /** Absent where the object has no instances. */
  readonly instance?: string | undefined;
  readonly counter: string;
}

/** PDH_MAX_COUNTER_PATH, characters. */
const longestPath = 2048;

/** What a path that does not parse should have been. */
export const counterPathForm = 'the English path of a counter of this host, such as \\Processor(_Total)\\% Processor Time, * allowed in instance and counter';

/** The parts of a path; undefined where it is none. */
export function parseCounterPath(text: string): CounterPath | undefined {
  // No object has parentheses in its name; instances may have any character.
  const parts = /^\\([^\\()*]+)(?:\((.+)\))?\\([^\\]+)$/.exec(text);
  const [, object = '', instance, counter = ''] = parts ?? [];
  if (parts === null || text.length > longestPath || hasControl(text)) return undefined;
  return { object, ...(instance === undefined ? {} : { instance }), counter };
}

function hasControl(text: string): boolean {
  return Array.from(text).some((character) => character < ' ');
}

/** The path as PDH takes it. */
export function counterPathText({ object, instance, counter }: CounterPath): string {
  return `\\${object}${instance === undefined ? '' : `(${instance})`}\\${counter}`;
}

/** Whether a part of a path stands for several names. */
export function isPattern(part: string | undefined): boolean {
  return part?.includes('*') === true;
}
