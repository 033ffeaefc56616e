import type { Selector } from '../catalog/selector.js';
import type { Arguments, Result } from '../catalog/value.js';
import type { Clock, Tick } from '../model/clock.js';
import type { SharedProvider } from '../providers/shared.js';
import type { Soon } from '../providers/soon.js';
import { AgentReader } from './agentReader.js';
import { CounterReader, counterMethods } from './counterReader.js';
import { MethodReader } from './methodReader.js';
import { ProcessReader } from './processReader.js';

/** A result, and when it was taken. */
export interface Reading {
  readonly result: Result;
  /** Wall-clock milliseconds since 1970. */
  readonly wall: number;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Why a place of the result is absent, by its keys joined with dots; under `''` why any other place is. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/** Reads one function again and again, and remembers what it must between readings. */
export interface Reader {
  /** Milliseconds that a reading measures over; 0: it does not wait. */
  readonly window: number;
  /** Whether a reading measures since the one before, so that the first has nothing to tell; what only a reading tells is true until then. */
  readonly sinceLast: boolean;
  /** Whether counters in the result are their growth a second already. */
  readonly givesRates: boolean;
  /** Takes the reading that the next one is measured from, where there is one to take. */
  prime(tick?: Tick): Promise<void>;
  /**
   * One reading: what psutil would return. Takes `window` milliseconds.
   * @throws UnavailableError where the system cannot tell.
   */
  read(tick?: Tick): Promise<Reading>;
  /** The same, but what the system answers at once is given at once, or thrown. */
  readNow?(tick: Tick): Soon<Reading>;
}

/** What is to be read. */
export interface Call {
  readonly method: string;
  readonly args: Arguments;
  /** What of the result is wanted; absent: every number, of a process what costs next to nothing. */
  readonly select?: Selector;
  readonly rate?: boolean;
  /** Seconds between readings, where they are regular. */
  readonly interval?: number;
}

/** The reader of a call. */
export function openReader(provider: SharedProvider, clock: Clock, call: Call): Reader {
  if (call.method === 'agent') return new AgentReader(provider, clock);
  const counters = counterMethods[call.method];
  if (counters !== undefined) return new CounterReader(provider, clock, call, counters);
  const process = call.method === 'Process' || call.method === 'process_iter';
  return process ? new ProcessReader(provider, clock, call) : new MethodReader(provider, clock, call.method, call.args);
}
