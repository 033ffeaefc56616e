/** Where an agent's samples go: to the broker through the spool, or to a stream as lines. */
import type { Histogram } from '../model/histogram.js';
import type { Envelope } from '../model/message.js';
import type { StatusReport } from '../status/report.js';

/** The part of the status that an output knows. */
export type OutputReport = Pick<
  StatusReport,
  | 'connected' | 'connected_since' | 'broker' | 'blocked' | 'delivery' | 'published' | 'spooled' | 'spooled_bytes' | 'spool_oldest' | 'spool_kept'
  | 'spool_fault' | 'dropped' | 'dropped_by' | 'unroutable' | 'returned' | 'nacked' | 'reconnects' | 'last_published' | 'last_error'
>;

/** The last stage as the agent sees it. */
export interface Output {
  /** `changed` is called when the report changed in a way to be told at once; `ended` when nobody takes samples any more. */
  start(changed: () => void, ended: () => void): void;
  /** Takes a batch over; never rejects. */
  put(batch: readonly Envelope[]): Promise<void>;
  /** Hands on what it can within `ms` milliseconds and closes; the number of samples it did not get rid of. */
  stop(ms: number): Promise<number>;
  report(): OutputReport;
  /** How long samples took from being sent to being confirmed, where somebody confirms them. */
  readonly confirmTimes?: Histogram;
}
