/** How one configuration differs from another, for a collector that takes the second over while it runs. */
import type { Entry, Settings } from '../model/settings.js';

/** What the parts of the settings are called in a settings file. */
const names: Readonly<Record<Exclude<keyof Settings, 'entries'>, string>> = {
  identity: 'node', broker: 'broker', schedule: 'schedule', publish: 'publish', spool: 'spool', log: 'log', status: 'status', history: 'history',
};

/** The parts of a settings file, psutil_config aside, that differ. */
export function otherDifferences(before: Settings, after: Settings): string[] {
  return Object.entries(names).filter(([part]) => {
    const key = part as keyof typeof names;
    return JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  }).map(([, name]) => name);
}

/**
 * For each entry of the second list one of the first that says the same, or undefined where none is left. Where entries are
 * equal, the first goes with the first. The place in the list is no part of what an entry says.
 */
export function matchEntries<T>(before: readonly T[], entryOf: (one: T) => Entry, after: readonly Entry[]): (T | undefined)[] {
  const left = new Map<string, T[]>();
  for (const one of before) {
    const key = keyOf(entryOf(one));
    const same = left.get(key);
    if (same === undefined) left.set(key, [one]);
    else same.push(one);
  }
  return after.map((entry) => left.get(keyOf(entry))?.shift());
}

function keyOf(entry: Entry): string {
  return JSON.stringify({ ...entry, index: 0 });
}
