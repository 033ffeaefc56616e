import type { ErrorCode } from '../model/errors.js';
import type { DropCounts } from './dropCounter.js';

/** What a spool reports of itself, for the log. */
export type SpoolEvent =
  /** The disk cannot be used; samples are kept in memory meanwhile. Once for each time. */
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string }
  /** It can be used again, and holds what was in memory. */
  | { readonly kind: 'recovered'; readonly message: string }
  /** Samples were let go: how many since the last such event. At most once a minute. */
  | { readonly kind: 'dropped'; readonly message: string; readonly since: DropCounts }
  /** Something a person may want to know. */
  | { readonly kind: 'notice'; readonly message: string };

/** The sentence of a `dropped` event. */
export function droppedMessage(since: DropCounts, bounds: { path: string; maxBytes: number; maxAge: number }): string {
  const causes = [
    since.size > 0 ? `${String(since.size)} for spool.max_bytes (${String(bounds.maxBytes)}) or the memory that stands in for the disk` : '',
    since.age > 0 ? `${String(since.age)} older than spool.max_age (${String(bounds.maxAge)} s)` : '',
    since.damage > 0 ? `${String(since.damage)} that were damaged on disk` : '',
    since.closed > 0 ? `${String(since.closed)} that could not be written any more when the collector ended` : '',
  ];
  return `The spool at ${bounds.path} let samples go: ${causes.filter((cause) => cause !== '').join(', ')}.`;
}
