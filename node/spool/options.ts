import type { Clock } from '../model/clock.js';
import type { SpoolEvent } from './event.js';

/** Where a spool is, and its bounds. */
export interface SpoolOptions {
  /** A directory of its own; it is made where it is missing. */
  readonly path: string;
  /** Bytes of the bodies, on disk and in memory together. */
  readonly maxBytes: number;
  /** Seconds in the queue; older samples are let go. */
  readonly maxAge: number;
  /** Bytes of the bodies kept in memory while the disk cannot be used; 16 MiB unless set. */
  readonly memoryBytes?: number;
  readonly clock: Clock;
  readonly report: (event: SpoolEvent) => void;
}
