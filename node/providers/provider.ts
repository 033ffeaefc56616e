import type { Arguments, Platform, Result } from '../catalog/value.js';

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
   * - all other shapes as psutil returns them, named tuples as maps.
   *
   * @throws UnavailableError where this system cannot tell; the message is the reason, one sentence.
   */
  read(method: string, args: Arguments): Promise<Result>;

  /** Ends background work and frees handles. */
  close(): void;
}
