import { functionNamed } from '../catalog/functions.js';
import type { Arguments, Platform, Result } from '../catalog/value.js';
import type { ProcessTable } from './processTable.js';
import type { Soon } from './soon.js';

/** Why a function of the catalog cannot be had on a platform at all; undefined where it can. */
export function absence(method: string, platform: Platform): string | undefined {
  const reason = functionNamed(method)?.reasons?.[platform];
  return reason === undefined ? undefined : `${method} cannot be had here: ${reason}`;
}

/**
 * A source of raw readings on one operating system: psutil's functions by name, minus whatever can be computed from
 * others. Percentages, deltas and counter wrap are not a provider's business (see sample/derivation).
 */
export interface Provider {
  readonly platform: Platform;

  /**
   * One raw reading of a catalog function, with every argument present.
   *
   * Raw means: numbers as the system gives them, in psutil's units (seconds, bytes, MHz) and psutil's field names.
   * - no `percent` field, except where the system itself tells it (Windows swap_memory, unrounded);
   * - `cpu_freq`: always a list, one map per CPU that the system tells of;
   * - `disk_io_counters`, `net_io_counters`: always a map by device; with `perdisk` false only the devices that psutil adds up;
   * - `net_tcp_stats`, `net_udp_stats`: a map by IP, as far as the system tells them apart;
   * - `net_connections`: takes `kind` and `owners`, whether to tell whose the sockets are;
   * - `certificates`: as `rows`, and how many were `unreadable`;
   * - `reboot_pending`: also `untold`, the reasons for what is absent by field;
   * - `event_count`: what was counted since these arguments were first read;
   * - `win_service_iter`: takes `name`, a pattern or null; `win_service_pids`: the process of each service that has one;
   * - `perf_counter`: takes `path` and `group`, those whose rates are between the same readings; a list of CounterRow;
   * - all other shapes as psutil returns them, named tuples as maps.
   *
   * @throws UnavailableError where this system cannot tell; the message is the reason, one sentence.
   */
  read(method: string, args: Arguments): Promise<Result>;

  /** The same, but what the system answers at once is given at once, or thrown. */
  readNow?(method: string, args: Arguments): Soon<Result>;

  /**
   * The processes running now, each to be read as far as is asked.
   * @throws UnavailableError where this system cannot tell.
   */
  processes(): Promise<ProcessTable>;

  /** Ends background work and frees handles. */
  close(): void;
}

/** A raw reading of a provider, at once where it can. */
export function readNow(provider: Provider, method: string, args: Arguments): Soon<Result> {
  return provider.readNow === undefined ? provider.read(method, args) : provider.readNow(method, args);
}
