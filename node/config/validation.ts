/** Everything wrong with a configuration, at once, before anything is started. */
import { counterPathForm, parseCounterPath } from '../catalog/counterPath.js';
import { functionNamed } from '../catalog/functions.js';
import { parseSelector, selectableFields, selectsOne, wholes, type Selector } from '../catalog/selector.js';
import { shapeOf, type CatalogFunction, type Field } from '../catalog/function.js';
import type { Fault } from '../model/errors.js';
import { convertEntry } from './conversion.js';
import { brokerFaults, brokerWarnings } from './broker.js';
import { fault, faultOf, ownErrors, warning, type Warning } from './fault.js';
import { limits } from './limits.js';
import { nearest } from './nearest.js';
import { show, showAt } from './secret.js';
import { loadValidators, type Validator } from './validators.js';

/** A configuration in map form as the schema sees it: converted, defaults filled in. */
export interface ValidDocument {
  readonly [key: string]: unknown;
  readonly psutil_config: readonly ValidEntry[];
}

/** An entry that the schema has accepted. */
export interface ValidEntry {
  readonly method: string;
  readonly args?: Readonly<Record<string, string | number | boolean | null>>;
  readonly result_argument?: string;
  readonly interval: number;
  readonly alias?: string;
  readonly rate?: boolean;
  readonly scale?: number;
  readonly unit?: string;
}

/** What validation found. `document` is complete only where there are no faults. */
export interface ValidationResult {
  /** The first of them, as many as `limits.faults`. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Warning[];
  /** Faults beyond those in `faults`. */
  readonly more: number;
  readonly document: ValidDocument;
}

/**
 * Checks a parsed configuration (the bare list or the map). The given value is not changed. `allowPowershell`: commands for
 * PowerShell may stand in it, whatever it says itself. `platform`: the one that it is to run on.
 */
export function validate(parsed: unknown, allowPowershell = false, platform: string = process.platform): ValidationResult {
  const none: ValidDocument = { psutil_config: [] };
  const bare = Array.isArray(parsed);
  if (!bare && !isMap(parsed)) {
    // The text of a file that is none may be a password.
    const found = showAt('/password', parsed);
    return { faults: [fault('', 'a list of entries or a map with psutil_config', found)], warnings: [], more: 0, document: none };
  }
  const list: unknown = bare ? parsed : parsed['psutil_config'];
  const base = bare ? '' : '/psutil_config';
  if (Array.isArray(list) && list.length > limits.entries) {
    return { faults: [fault(base, `a list of at most ${String(limits.entries)} entries`, show(list))], warnings: [], more: 0, document: none };
  }
  const entries = Array.isArray(list) ? list.map(convertEntry) : list;
  const document = bare ? entries : { ...structuredClone(parsed), ...(entries === undefined ? {} : { psutil_config: entries }) };
  const validators = loadValidators();
  const validator = bare ? validators.psutilConfig : validators.monitor;
  const errors = validator(document) ? [] : ownErrors(validator.errors ?? []);
  const faults = brokerFaults(parsed, document);
  const warnings: Warning[] = [];
  if (Array.isArray(entries)) {
    const faulty = new Set(errors.map((error) => error.instancePath.slice(base.length).split('/')[1]));
    const sound = entries.flatMap((entry: unknown, index) => (faulty.has(String(index)) ? [] : [{ index, entry: entry as ValidEntry }]));
    // What a wrong selection would publish nobody knows, nor whether another entry publishes the same.
    const selected = sound.filter(({ index, entry }) => {
      const wrong = selectorFaults(`${base}/${String(index)}`, entry);
      faults.push(...wrong);
      return wrong.length === 0;
    });
    if (!allowPowershell && !(isMap(parsed) && parsed['allow_powershell'] === true)) faults.push(...powershellFaults(base, sound));
    faults.push(...counterFaults(base, sound));
    warnings.push(...duplicates(base, selected), ...sound.flatMap(({ index, entry }) => entryWarnings(`${base}/${String(index)}`, entry, platform)));
    if (entries.length === 0) warnings.push({ pointer: base, message: `${base || 'the configuration'}: the list is empty, nothing will be sampled` });
  }
  warnings.push(...brokerWarnings(parsed));
  const shown = [...errors.slice(0, limits.faults).map((error) => faultOf(error, document)), ...faults].slice(0, limits.faults);
  const complete = (bare ? completeMap(entries, validators.monitor) : document) as ValidDocument;
  return { faults: shown, warnings: shorten(warnings), more: errors.length + faults.length - shown.length, document: complete };
}

function shorten(warnings: readonly Warning[]): Warning[] {
  const more = warnings.length - limits.faults;
  if (more <= 0) return [...warnings];
  return [...warnings.slice(0, limits.faults), { pointer: '', message: `the configuration: ${String(more)} more warnings` }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map form of a bare list, with the defaults of the settings that it lacks. */
function completeMap(entries: unknown, monitor: Validator): unknown {
  const document = { psutil_config: [] };
  monitor(document);
  return { ...document, psutil_config: entries };
}

/** An entry's arguments with the catalog's defaults; those that select and are left out are no arguments of it. */
export function completeArguments(entry: ValidEntry): Record<string, string | number | boolean | null> {
  const definition = functionNamed(entry.method);
  const defaults = (definition?.arguments ?? []).filter(({ selects }) => selects !== true).map((argument) => [argument.name, argument.default] as const);
  return { ...Object.fromEntries(defaults), ...entry.args };
}

/** The selector of an entry, if it has one and it is sound. */
export function selectorOf(entry: ValidEntry): Selector | undefined {
  const definition = functionNamed(entry.method);
  // However much is asked of processes that are to be counted, it is how many there are.
  if (entry.args?.['aggregate'] === 'count') return ['count'];
  if (definition === undefined || entry.result_argument === undefined) return undefined;
  const selector = parseSelector(definition, completeArguments(entry), entry.result_argument);
  return 'expected' in selector ? undefined : selector;
}

function selectorFaults(pointer: string, entry: ValidEntry): Fault[] {
  const definition = functionNamed(entry.method);
  if (definition === undefined) return [];
  if (entry.result_argument === undefined) {
    const numbers = definition.fields.some((field) => field.type !== 'string');
    if (definition.bulk === true && shapeOf(definition, completeArguments(entry)) !== 'numbers') {
      return [fault(pointer, `a result_argument such as "count", for ${entry.method} gives more numbers than anybody wants all of`, 'none')];
    }
    if (entry.rate === true && !definition.fields.some(({ kind }) => kind === 'counter')) return [rateFault(pointer, entry.method)];
    return numbers ? [] : [fault(pointer, `result_argument "count", for ${entry.method} gives only text`, 'none')];
  }
  const args = completeArguments(entry);
  const selector = parseSelector(definition, args, entry.result_argument);
  if (!('expected' in selector)) return entry.rate === true ? rateFaults(pointer, definition, selector, entry.result_argument) : [];
  const fields = selectableFields(definition);
  const last = entry.result_argument.split('.').pop() ?? '';
  const field = fields.includes(last) ? last : nearest(last, fields);
  // A field that is right but for the item before it: `user` of a list wants `*.user`.
  const items = ['records', 'map', 'lists'].includes(shapeOf(definition, args));
  const near = field === undefined || !items ? field : entry.result_argument.includes('.') ? undefined : `*.${field}`;
  return [fault(`${pointer}/result_argument`, selector.expected, show(entry.result_argument), near)];
}

function rateFault(pointer: string, what: string): Fault {
  return fault(`${pointer}/rate`, `rate only for counters, and ${what} is none`, 'true');
}

/** The fields that a selector names; none where it leaves them open. */
function namedFields(definition: CatalogFunction, selector: Selector): readonly Field[] {
  return definition.fields.filter((field) => {
    const name = field.name.split('.');
    const end = selector.slice(-name.length);
    const group = selector[selector.length - 1] === name[0];
    return group || (name.length === end.length && name.every((part, at) => end[at] === part || end[at] === '*'));
  });
}

/** A rate of what is no counter. A selector that leaves fields open gives the rates of those that are. */
function rateFaults(pointer: string, definition: CatalogFunction, selector: Selector, source: string): Fault[] {
  const fields = namedFields(definition, selector);
  const open = fields.length === 0 && !wholes.includes(selector[selector.length - 1] ?? '');
  const counters = (open ? definition.fields : fields).some(({ kind }) => kind === 'counter');
  return counters ? [] : [rateFault(pointer, show(source))];
}

/** Commands for PowerShell in a configuration that does not say that it may hold some. */
function powershellFaults(base: string, entries: readonly { index: number; entry: ValidEntry }[]): Fault[] {
  return entries.filter(({ entry }) => entry.method === 'powershell').map(({ index }) =>
    fault(`${base}/${String(index)}/method`, 'allow_powershell: true in the settings, beside psutil_config, before a configuration may run commands', 'none'));
}

/** Paths of performance counters that are none. */
function counterFaults(base: string, entries: readonly { index: number; entry: ValidEntry }[]): Fault[] {
  const path = (entry: ValidEntry): string => String(entry.args?.['path']);
  return entries.filter(({ entry }) => entry.method === 'perf_counter' && parseCounterPath(path(entry)) === undefined).map(({ index, entry }) =>
    fault(`${base}/${String(index)}/args/path`, counterPathForm, show(path(entry))));
}

/** Entries that would publish the same name and path. */
function duplicates(base: string, entries: readonly { index: number; entry: ValidEntry }[]): Warning[] {
  const first = new Map<string, number>();
  return entries.flatMap(({ index, entry }) => {
    const definition = functionNamed(entry.method);
    if (definition === undefined) return [];
    const args = completeArguments(entry);
    const selector = selectorOf(entry);
    const name = entry.alias ?? entry.method;
    const path = selectsOne(definition, args, selector) ? '' : (selector ?? ['*']).join('.');
    const key = JSON.stringify([name, path]);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, index);
      return [];
    }
    const message = `${base}/${String(index)}: publishes the same name ${show(name)} as ${base}/${String(earlier)}; give one of them an alias of its own`;
    return [{ pointer: `${base}/${String(index)}`, message }];
  });
}

/** What an entry asks for and will not get on a platform, or not as often as it says. */
function entryWarnings(pointer: string, entry: ValidEntry, platform: string): Warning[] {
  const definition = functionNamed(entry.method);
  if (definition === undefined) return [];
  const warnings: Warning[] = [];
  const here = platform === 'win32' ? 'Windows' : 'Linux';
  const lacks = ({ platforms }: { readonly platforms: readonly string[] }): boolean => !platforms.includes(platform);
  const fields = namedFields(definition, selectorOf(entry) ?? []);
  if (lacks(definition)) warnings.push(warning(`${pointer}/method`, `${entry.method} cannot be had on ${here}, where this entry gives nothing`));
  else if (fields.length > 0 && fields.every(lacks)) warnings.push(warning(`${pointer}/result_argument`, `${show(entry.result_argument)} cannot be had on ${here}, where this entry gives nothing`));
  const { leastInterval } = definition;
  if (leastInterval !== undefined && entry.interval < leastInterval.seconds) {
    warnings.push(warning(`${pointer}/interval`, `${String(entry.interval)} s is short: ${leastInterval.why}`));
  }
  const measured = entry.args?.['interval'];
  if (typeof measured === 'number' && measured > entry.interval) {
    warnings.push(warning(`${pointer}/args/interval`, `measures for ${String(measured)} s, longer than the entry's interval of ${String(entry.interval)} s, so that ticks are skipped; make it shorter, or that interval longer`));
  }
  return warnings;
}
