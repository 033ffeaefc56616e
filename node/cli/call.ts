/** A function of the catalog as the command line calls it. */
import type { CatalogFunction } from '../catalog/function.js';
import type { Selector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';
import { convertArgument } from '../config/conversion.js';
import { completeArguments, selectorOf, validate, type ValidEntry } from '../config/validation.js';
import { sleep, systemClock, type Clock } from '../model/clock.js';
import { UnavailableError, UsageError } from '../model/errors.js';
import { ExternalProvider } from '../providers/external/provider.js';
import { openProvider } from '../providers/host.js';
import { SharedProvider } from '../providers/shared.js';
import { leavesOf, type Leaf } from '../sample/leaf.js';
import { openReader, type Reader } from '../sample/reader.js';
import { shortestWindow } from '../sample/round.js';
import { select } from '../sample/selection.js';
import { AgentProvider } from '../status/agentProvider.js';
import { named } from './methods.js';

/** One reading of a call. */
export interface CallReading {
  /** Wall-clock milliseconds. */
  readonly wall: number;
  /** What psutil would return, or the selected part; a selection of one number is that number. */
  readonly result: Result;
  /** The same, value by value. */
  readonly leaves: readonly Leaf[];
  /** Why selected values are not there. */
  readonly missing: readonly string[];
}

/** The providers that a call is read from. */
export async function openCalls(): Promise<SharedProvider> {
  return new SharedProvider(new AgentProvider(new ExternalProvider(await openProvider(), systemClock, process.argv[1] ?? '')));
}

/** A function with its arguments, checked: throws UsageError with all that is wrong. */
export class Call {
  readonly definition: CatalogFunction;
  /** The call as it was written. */
  readonly label: string;
  readonly args: Arguments;
  readonly #selector: Selector | undefined;

  /** `pairs` are `key=value`. */
  constructor(method: string, pairs: readonly string[], resultArgument: string | undefined) {
    this.definition = named(method);
    this.label = [method, ...pairs].join(' ');
    const entry = entryOf(this.definition, pairs, resultArgument);
    this.args = completeArguments(entry);
    this.#selector = selectorOf(entry);
  }

  /** Makes what reads it, ready to: where it measures since its last call, that was a moment ago. */
  async open(provider: SharedProvider, clock: Clock): Promise<() => Promise<CallReading>> {
    const { definition: { name: method }, args } = this;
    const reader = openReader(provider, clock, { method, args, ...(this.#selector === undefined ? {} : { select: this.#selector }) });
    if (reader.sinceLast) {
      await reader.prime();
      await sleep(clock, shortestWindow);
    }
    return () => this.#read(reader);
  }

  /** Throws UnavailableError where there is nothing at all. */
  async #read(reader: Reader): Promise<CallReading> {
    const { wall, result, reasons } = await reader.read();
    const { definition, args } = this;
    if (this.#selector === undefined) {
      const reason = reasons?.[''];
      if (result === null && reason !== undefined) throw new UnavailableError(reason);
      return { wall, result, leaves: leavesOf(definition, result, reasons), missing: [] };
    }
    const { selected, missing } = select(definition, args, result, this.#selector, reasons);
    if (selected.length === 0) throw new UnavailableError(missing.join('; ') || 'nothing was selected');
    const [first] = selected;
    const part = first?.path === '' ? first.value : Object.fromEntries(selected.map(({ path, value }) => [path, value]));
    return { wall, result: part, leaves: selected.map(({ path, value, unit }) => ({ path, value, unit })), missing };
  }
}

/** Positional arguments as an entry of psutil_config, checked as one. */
function entryOf(definition: CatalogFunction, pairs: readonly string[], wanted: string | undefined): ValidEntry {
  const args: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`expected key=value, found "${pair}"`);
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const argument = definition.arguments.find((candidate) => candidate.name === name);
    args[name] = argument === undefined ? value : convertArgument(argument, value);
  }
  const entry = { method: definition.name, args, ...(wanted === undefined ? {} : { result_argument: wanted }), interval: 1 };
  // Whoever calls this could call PowerShell as well.
  const { faults } = validate([entry], true);
  // Text only functions are no metric, yet worth a look.
  const relevant = faults.filter((fault) => wanted !== undefined || fault.pointer !== '/0');
  if (relevant.length === 0) return entry as ValidEntry;
  const local = relevant.map((fault) => {
    const pointer = fault.pointer.replace(/^\/0\//, '');
    return { ...fault, pointer, message: fault.message.replace(/^\/0\//, '') };
  });
  throw new UsageError(`${definition.name} cannot be called so`, local);
}
