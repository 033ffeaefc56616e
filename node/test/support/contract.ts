/** What the catalog promises of every function, held against what a provider gives; the same on Linux and on Windows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { processReads } from '../../catalog/process.js';
import { shapeOf, type Argument, type CatalogFunction, type Field, type Shape } from '../../catalog/function.js';
import { functions } from '../../catalog/functions.js';
import { parseSelector } from '../../catalog/selector.js';
import type { Arguments, ArgumentValue, Result } from '../../catalog/value.js';
import { completeArguments } from '../../config/validation.js';
import { systemClock, type Clock } from '../../model/clock.js';
import { messageOf, UnavailableError } from '../../model/errors.js';
import { openProvider } from '../../providers/host.js';
import { SharedProvider } from '../../providers/shared.js';
import { openReader, type Reading } from '../../sample/reader.js';
import { select } from '../../sample/selection.js';
import { AgentProvider } from '../../status/agentProvider.js';
import { startTimeServer } from './timeServer.js';

/** Values for arguments that have no few: of required ones the first is taken where another argument is tried. */
export type Tried = Readonly<Record<string, readonly ArgumentValue[]>>;

/** How one function fared under one form of its arguments. */
export interface Outcome {
  readonly call: string;
  /** Numbers that were given and checked. */
  readonly numbers: number;
  /** Why it gave none, or not all. */
  readonly absent: readonly string[];
  readonly faults: readonly string[];
}

function valuesOf(definition: CatalogFunction, { name, type, values, nullable, default: fallback }: Argument, tried: Tried): readonly ArgumentValue[] {
  if (type === 'boolean') return [false, true];
  const given = values ?? tried[`${definition.name}.${name}`] ?? tried[name];
  if (given === undefined) throw new Error(`nothing to try ${definition.name}(${name}) with`);
  return nullable ? [fallback, ...given] : given;
}

/** Every form: all defaults, then each argument by itself with each of its values. */
function formsOf(definition: CatalogFunction, tried: Tried): Arguments[] {
  const needed = Object.fromEntries(definition.arguments.filter(({ required }) => required).map((argument) => [argument.name, valuesOf(definition, argument, tried)[0] ?? null]));
  const forms = definition.arguments.flatMap((argument) => valuesOf(definition, argument, tried).map((value) => ({ ...needed, [argument.name]: value })));
  return [...new Map([needed, ...forms].map((form) => [JSON.stringify(form), form])).values()];
}

/** Calls a function in one form twice and checks both readings, and what lies between. */
async function tryForm(provider: SharedProvider, clock: Clock, definition: CatalogFunction, form: Arguments): Promise<Outcome> {
  const args = completeArguments({ method: definition.name, args: form, interval: 1 });
  const call = `${definition.name}(${JSON.stringify(form)})`;
  // Every read there is of one process; of many, what is asked of them by default.
  const all = definition.name === 'Process' && (Object.keys(form).length === 0 || form['self'] === true);
  const reader = openReader(provider, clock, { method: definition.name, args, ...(all ? { select: ['*'] } : {}) });
  const check = new Check(definition, args, provider.platform, clock.wall() / 1000, all);
  try {
    if (reader.sinceLast) {
      await reader.prime();
      await new Promise<void>((resolve) => { clock.after(200, resolve); });
    }
    const first = await reader.read();
    await new Promise<void>((resolve) => { clock.after(50, resolve); });
    const second = await reader.read();
    for (const reading of [first, second]) check.reading(reading);
    check.growth(first.result, second.result);
  } catch (error) {
    if (!(error instanceof UnavailableError)) check.faults.push(`is no sound error: ${String(error)}`);
    check.absence(messageOf(error));
  }
  return { call, numbers: check.numbers, absent: [...check.absent], faults: [...new Set(check.faults)].map((fault) => `${call}: ${fault}`) };
}

const year2000 = 946_684_800;

class Check {
  readonly faults: string[] = [];
  readonly absent = new Set<string>();
  numbers = 0;
  readonly #fields: readonly Field[];

  constructor(
    private readonly definition: CatalogFunction, private readonly args: Arguments, private readonly platform: 'win32' | 'linux',
    private readonly now: number, everyRead: boolean,
  ) {
    const reads = new Set(['cpu_percent', 'cpu_times', 'memory_info', 'num_threads']);
    const asked = processReads.filter(({ name, source }) => source[platform] !== undefined && (everyRead || reads.has(name))).flatMap(({ fields }) => fields);
    const fields = definition.group === 'process' ? [...definition.fields.filter(({ name }) => (name === 'count' || (name === 'any' && everyRead)) && shapeOf(definition, args) === 'fields'), ...(args['aggregate'] === 'count' ? [] : asked)] : definition.fields;
    this.#fields = fields.filter((field) => field.platforms.includes(platform));
  }

  /** A reason is a sentence. */
  absence(reason: string): void {
    if (!/\w+ \w+/.test(reason)) this.faults.push(`is absent for "${reason}", which is no reason`);
    this.absent.add(reason);
  }

  reading(reading: Reading): void {
    if (Math.abs(reading.wall / 1000 - this.now) > 600) this.faults.push(`was taken at ${String(reading.wall)}`);
    this.#walk(reading.result, shapeOf(this.definition, this.args), [], reading);
  }

  #walk(value: Result | undefined, shape: Shape, place: readonly string[], reading: Reading): void {
    const children: Partial<Record<Shape, Shape>> = { values: 'value', numbers: 'value', records: 'fields', map: 'fields', lists: 'records' };
    const child = children[shape];
    if (child !== undefined) {
      const list = shape === 'values' || shape === 'records';
      if (typeof value !== 'object' || value === null || Array.isArray(value) !== list) {
        this.faults.push(`${place.join('.')} should be ${list ? 'a list' : 'a map'}, not ${JSON.stringify(value)}`);
        return;
      }
      for (const [key, item] of Object.entries(value)) this.#walk(item, child, [...place, key], reading);
    } else if (shape === 'value') this.#leaf(value, this.definition.fields.find(({ name }) => name === ''), place, reading);
    else this.#record(value, place, reading);
  }

  /** A named tuple: each of its fields is there, or known to be absent. */
  #record(record: Result | undefined, place: readonly string[], reading: Reading): void {
    if (typeof record !== 'object' || record === null) {
      this.#leaf(record, undefined, place, reading);
      return;
    }
    for (const field of this.#fields.filter(({ name }) => name !== '')) {
      const value = field.name.split('.').reduce<unknown>((outer, key) => (Array.isArray(outer) && key === 'count' ? outer.length : (outer as Record<string, unknown> | null | undefined)?.[key]), record);
      this.#leaf(value as Result | undefined, field, [...place, field.name], reading);
    }
    const known = new Set(this.#fields.map(({ name }) => name.split('.')[0]));
    const strange = Object.keys(record).filter((key) => !known.has(key));
    if (strange.length > 0) this.faults.push(`${place.join('.')} has ${strange.join(', ')}, which the catalog has not`);
  }

  #leaf(value: Result | undefined, field: Field | undefined, place: readonly string[], reading: Reading): void {
    const name = place.join('.') || 'the result';
    if (field?.type === 'string') {
      // Words of a command line; an address is a map of ip and port.
      if (typeof value === 'number' || typeof value === 'boolean') this.faults.push(`${name} should be text, not ${String(value)}`);
    } else if (value === null || value === undefined) {
      if (field?.optional !== true) this.#absentAt(place, reading);
    } else if (typeof value !== 'number' && typeof value !== 'boolean') {
      this.faults.push(`${name} should be a number, not ${JSON.stringify(value)}`);
    } else if (field === undefined) {
      this.faults.push(`${name} is no field of the catalog`);
    } else {
      this.numbers += 1;
      const fault = this.#range(Number(value), field) ?? (typeof value === 'boolean' && field.type !== 'boolean' ? 'should be a number' : undefined);
      if (fault !== undefined) this.faults.push(`${name} is ${String(value)}: ${fault}`);
    }
  }

  /** What somebody is told who asks for this very place. */
  #absentAt(place: readonly string[], { result, reasons }: Reading): void {
    const selector = parseSelector(this.definition, this.args, place.join('.'));
    const { missing } = 'expected' in selector ? { missing: [reasons?.[place.join('.')] ?? ''] } : select(this.definition, this.args, result, selector, reasons);
    if (missing.length === 0) this.faults.push(`${place.join('.')} is absent without a reason`);
    for (const reason of missing) this.absence(reason);
  }

  #range(value: number, field: Field): string | undefined {
    const { name, unit, type, values } = field;
    const together = this.definition.name === 'Process' && this.args['aggregate'] !== 'each';
    if (!Number.isFinite(value)) return 'no number';
    if (type === 'boolean' && !together) return value === 0 || value === 1 ? undefined : 'neither 0 nor 1';
    if (values !== undefined && !together && this.definition.name !== 'process_iter') return value in values || unit !== '' ? undefined : `not one of ${Object.keys(values).join()}`;
    if (/(^|\.)(started|create_time)$/.test(name) || this.definition.name === 'boot_time') {
      return together || (value >= year2000 && value <= this.now + 600) ? undefined : 'no plausible time';
    }
    if (unit === '') return undefined;
    if (name === 'secsleft') return value >= -2 ? undefined : 'below -2';
    if (unit === 'C') return value > -100 && value < 300 ? undefined : 'no temperature';
    // A clock may be ahead, and a certificate have expired.
    if (value < 0 && !(name === 'offset' || name === 'days_left')) return `below 0 ${unit}`;
    const most = name === 'cpu_percent' && this.args['normalize'] !== true ? 100 * cpus().length : 100;
    // What Linux has promised may be more than it has.
    const beyond = (name === 'memory_percent' && together) || this.definition.name === 'commit_memory';
    if (unit === '%' && value > most && !beyond) return `above ${String(most)} %`;
    const whole = (unit === 'B' || unit === 'count') && this.definition.name !== 'getloadavg' && this.args['aggregate'] !== 'avg';
    return whole && !Number.isInteger(value) ? `no whole ${unit}` : undefined;
  }

  /** Counters of the second reading are not below those of the first. */
  growth(before: Result | undefined, after: Result | undefined, place: readonly string[] = []): void {
    if (typeof before === 'number' && typeof after === 'number') {
      const field = this.#fields.find(({ name }) => name !== '' && place.join('.').endsWith(name)) ?? this.#fields.find(({ name }) => name === '');
      // A process among many may have ended; the kernel's documentation says that iowait may fall.
      const steady = field?.kind === 'counter' && field.name !== 'iowait' && !(this.definition.group === 'process' && this.args['self'] !== true);
      if (steady && after < before) this.faults.push(`${place.join('.')} fell from ${String(before)} to ${String(after)}`);
      return;
    }
    if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return;
    for (const [key, item] of Object.entries(before)) this.growth(item, (after as Record<string, Result>)[key], [...place, key]);
  }
}

/** What the arguments without few values are tried with, on a host with a process node; more by function, or by name. */
export const tried: Tried = {
  path: [process.platform === 'win32' ? 'C:\\' : '/', '*'],
  interval: [0, 0.2],
  pid: [process.pid], port: [80], remote_port: [80],
  process: ['node*'], service: ['*'], name: ['node*'], exe: ['*node*'], cmdline: ['*'], username: ['*'], engine: ['3D'],
  log: ['System'], source: ['*'], id: [41], timeout: [2],
  store: ['Root', 'My'], subject: ['*'], 'clock_offset.server': ['127.0.0.1'],
  'win_service_get.name': ['Eventlog'], 'win_service_iter.name': ['*'],
};

/** Every function of psutil's that the catalog has, in every form. */
export async function tryCatalog(): Promise<Outcome[]> {
  const provider = new SharedProvider(new AgentProvider(await openProvider()));
  const outcomes: Outcome[] = [];
  // What a host does not have by itself: certificates in a file, a time server.
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-contract-'));
  const file = join(folder, 'certificates.pem');
  writeFileSync(file, rootCertificates.slice(0, 3).join('\n'));
  const server = await startTimeServer();
  const made: Tried = { ...tried, 'certificates.path': [file], 'certificate_expiry.path': [file], 'clock_offset.port': [server.port] };
  for (const definition of functions.filter(({ group }) => group !== 'external')) {
    for (const form of formsOf(definition, made)) outcomes.push(await tryForm(provider, systemClock, definition, form));
  }
  provider.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
  return outcomes;
}
