import type { Clock } from '../model/clock.js';
import type { SpoolEvent } from './event.js';
import type { Files } from './files.js';

/** Where a spool is, and its bounds. */
export interface SpoolOptions {
  /** A directory of its own; it is made where it is missing. */
  readonly path: string;
  /** Bytes that the samples take on disk and in memory together, each with about 44 bytes beside its own text. */
  readonly maxBytes: number;
  /** Seconds in the queue; older samples are let go. */
  readonly maxAge: number;
  /** Bytes kept in memory while the disk cannot be used; 16 MiB unless set. */
  readonly memoryBytes?: number;
  readonly clock: Clock;
  readonly report: (event: SpoolEvent) => void;
  /** This machine's unless set. */
  readonly files?: Files;
}
