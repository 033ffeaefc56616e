import type { Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';

/** One process in a table. What is read of it is kept, so that all who share the table share the reading. */
export interface ProcessEntry {
  readonly pid: number;
  /** When it started, in the system's own ticks: with the pid it tells a process from others that had the same pid. */
  readonly created: number;
  readonly name: string;
  /**
   * One read of psutil's Process by its name (`memory_info`, `open_files`), as psutil returns it but for what is computed of
   * several readings (cpu_percent, memory_percent). It may take a while where it is a promise.
   *
   * @throws ProcessEnded where the process has ended meanwhile, UnavailableError where the system refuses or does not tell.
   */
  read(attribute: string): Result | Promise<Result>;
}

/** The processes of one moment. */
export interface ProcessTable {
  /** All of them, lowest pid first; those that end while they are read are left out. */
  all(): readonly ProcessEntry[];
  /** The one of that pid. */
  find(pid: number): ProcessEntry | undefined;
}

/** A process that ended while it was read: no fault, it just is not there any more. */
export class ProcessEnded extends UnavailableError {
  constructor(pid: number) {
    super(`the process ${String(pid)} has ended`);
  }
}
