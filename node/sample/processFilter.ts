import type { Arguments, Platform } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import type { ProcessEntry, ProcessTable } from '../providers/processTable.js';
import { matches } from '../model/pattern.js';

/** Of a command line that many characters are looked at. */
const longestText = 32_768;

/** The arguments that tell which processes are meant. */
export interface ProcessFilters {
  readonly pid?: number;
  readonly name?: string;
  readonly exe?: string;
  readonly cmdline?: string;
  readonly username?: string;
  readonly service?: string;
  readonly self?: true;
}

/**
 * The filters among the arguments. Without any it is the collector's own process, as psutil's Process() is the caller's, or where
 * `many` are asked for every one, as by psutil's process_iter.
 */
export function filtersOf(args: Arguments, many: boolean): ProcessFilters {
  const names = ['pid', 'name', 'exe', 'cmdline', 'username', 'service'] as const;
  const given: ProcessFilters = Object.fromEntries(names.flatMap((name) => (args[name] === null || args[name] === undefined ? [] : [[name, args[name]]])));
  const own = args['self'] === true || (!many && Object.keys(given).length === 0);
  return own ? { ...given, self: true } : given;
}

/** `name "sql*" and username "web"`, for people. */
export function filterText(filters: ProcessFilters): string {
  return Object.entries(filters).map(([name, value]) => (name === 'self' ? 'self' : `${name} ${JSON.stringify(value)}`)).join(' and ');
}

/** Whether all processes must be looked at, rather than those of known pids. */
export function looksAtAll(filters: ProcessFilters): boolean {
  return filters.pid === undefined && filters.self === undefined && filters.service === undefined;
}

/**
 * The processes of a table that pass all filters. What a process does not let this user read does not match.
 *
 * @param servicePids asks for the processes of services, by the services' names.
 */
export async function filterProcesses(
  table: ProcessTable,
  platform: Platform,
  filters: ProcessFilters,
  servicePids: () => Promise<Readonly<Record<string, number>>>,
): Promise<readonly ProcessEntry[]> {
  const { name } = filters;
  const candidates = await candidatesOf(table, filters, platform, servicePids);
  let found = name === undefined ? candidates : candidates.filter(nameMatcher(name, platform));
  for (const attribute of ['username', 'exe', 'cmdline'] as const) {
    const pattern = filters[attribute];
    if (pattern === undefined) continue;
    const fits = matcherOf(pattern, platform);
    const passed = await Promise.all(found.map(async (one) => (await textsOf(one, attribute)).some(fits)));
    found = found.filter((_, at) => passed[at]);
  }
  return found;
}

async function candidatesOf(
  table: ProcessTable,
  filters: ProcessFilters,
  platform: Platform,
  servicePids: () => Promise<Readonly<Record<string, number>>>,
): Promise<readonly ProcessEntry[]> {
  if (looksAtAll(filters)) return table.all();
  const sets: number[][] = [];
  if (filters.pid !== undefined) sets.push([filters.pid]);
  if (filters.self !== undefined) sets.push([process.pid]);
  if (filters.service !== undefined) {
    // Names of services are one whatever their case.
    const isService = matcherOf(filters.service, 'win32');
    if (platform !== 'win32') throw new UnavailableError('there are no Windows services on Linux to find processes by');
    sets.push([...new Set(Object.entries(await servicePids()).flatMap(([name, pid]) => (isService(name) ? [pid] : [])))]);
  }
  return sets.reduce((some, set) => some.filter((pid) => set.includes(pid))).flatMap((pid) => table.find(pid) ?? []);
}

function matcherOf(pattern: string, platform: Platform): (text: string) => boolean {
  if (platform !== 'win32') return (text) => matches(pattern, text);
  const lower = pattern.toLowerCase();
  return (text) => matches(lower, text.toLowerCase());
}

/** Windows' programs are known without their `.exe` as well. */
function nameMatcher(pattern: string, platform: Platform): (one: ProcessEntry) => boolean {
  const [whole, plain] = [matcherOf(pattern, platform), matcherOf(`${pattern}.exe`, platform)];
  return (one) => whole(one.name) || (platform === 'win32' && plain(one.name));
}

/** The text of an attribute; none where it cannot be read. */
async function textsOf(one: ProcessEntry, attribute: string): Promise<readonly string[]> {
  try {
    const value = await one.read(attribute);
    const text = Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : '';
    return [text.slice(0, longestText)];
  } catch (error) {
    if (error instanceof UnavailableError) return [];
    throw error;
  }
}
