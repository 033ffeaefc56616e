/** What a running collector says of itself: status.json (schemas/status.schema.json). */
import type { DeliveryState, Drops } from '../model/delivery.js';
import type { Account } from '../providers/account.js';

/** The states of a collector, in their order. */
export const collectorStates = ['starting', 'sampling', 'stopping', 'stopped', 'failed'] as const;
export type CollectorState = (typeof collectorStates)[number];

/** A fault and when it was met. Times are ISO 8601, UTC. */
export interface ErrorInfo {
  readonly time: string;
  readonly code: string;
  readonly message: string;
}

/** One entry's part of the status. */
export interface EntryReport {
  readonly index: number;
  readonly name: string;
  readonly method: string;
  /** Seconds. */
  readonly interval: number;
  /** Samples taken. */
  readonly taken: number;
  /** Ticks not run because the one before was still running, or because samples could not be kept as fast as they were taken. */
  readonly skipped: number;
  /** Values that the system could not tell. */
  readonly unavailable: number;
  /** Values by path; `value` where there is no path. */
  readonly last: { readonly time: string; readonly values: Readonly<Record<string, number>> } | null;
  /** The unit of the last values; empty where they have several, or none. */
  readonly unit: string;
  /** Their units by path, where they have several. */
  readonly units: Readonly<Record<string, string>> | null;
  readonly last_error: { readonly time: string; readonly message: string } | null;
  /** Why a value cannot be had now; null where all can. */
  readonly fault: string | null;
}

/** Whether the last attempt gave nothing: the last values are of one before. */
export function isStale<Time extends string | number>({ fault, last, last_error: error }: {
  readonly fault: string | null; readonly last: { readonly time: Time } | null; readonly last_error: { readonly time: Time } | null;
}): boolean {
  return fault !== null && (last === null || (error !== null && last.time < error.time));
}

/** What becomes of samples at this moment. */
export interface DeliveryReport {
  readonly state: DeliveryState;
  readonly since: string;
  /** Why nothing flows, one sentence: what holds now; null where samples flow. */
  readonly reason: string | null;
}

/** What came of the last request to take the configuration over anew. */
export interface ReloadReport {
  readonly time: string;
  /** What was written in the request file; empty for a signal. */
  readonly request: string;
  /** Why nothing was changed; null where it was taken over. */
  readonly refused: string | null;
  /** Entries that went on as they were, began, and ended. */
  readonly kept: number;
  readonly added: number;
  readonly removed: number;
}

/** status.json. Counters start at 0 with the process; spooled is what is there now. */
export interface StatusReport {
  readonly version: string;
  /** Whether samples flow, and why not, in one line. */
  readonly summary: string;
  readonly state: CollectorState;
  readonly pid: number;
  /** The account that it runs as; readings may be closed to one that is not privileged. null: not asked. */
  readonly account: Account | null;
  readonly since: string;
  readonly updated: string;
  /** null: no broker is configured. */
  readonly connected: boolean | null;
  readonly connected_since: string | null;
  /** host:port of the connection. */
  readonly broker: string | null;
  readonly blocked: boolean;
  /** What becomes of samples at this moment, and why where they do not flow; null: no broker is configured. */
  readonly delivery: DeliveryReport | null;
  readonly taken: number;
  readonly published: number;
  readonly spooled: number;
  readonly spooled_bytes: number;
  readonly spool_oldest: string | null;
  readonly spool_kept: 'disk' | 'memory' | null;
  readonly spool_fault: string | null;
  readonly dropped: number;
  readonly dropped_by: Drops;
  /** Samples that wait because nobody is bound for them. */
  readonly unroutable: number;
  /** Times that the broker gave a sample back as unroutable. */
  readonly returned: number;
  /** Times that the broker refused a sample (nack); each was sent again. */
  readonly nacked: number;
  readonly skipped: number;
  readonly unavailable: number;
  readonly reconnects: number;
  readonly last_published: string | null;
  readonly last_error: ErrorInfo | null;
  /** null: there was none. */
  readonly reload: ReloadReport | null;
  readonly entries: readonly EntryReport[];
}

/** What it says of itself as a whole. */
export type StatusOverview = Omit<StatusReport, 'entries'>;
/** That without the line. */
export type StatusTotals = Omit<StatusOverview, 'summary'>;
