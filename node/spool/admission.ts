import type { Envelope } from '../model/message.js';
import type { Entry } from './record.js';

/** What of a batch a queue can take. */
export interface Admitted {
  /** No sample larger than the whole queue, and of the others the newest that fit into it together. */
  readonly entries: readonly Entry[];
  /** Some did not fit: whatever is older must not stay either. */
  readonly overflows: boolean;
}

/** Chooses what of a batch a queue of so many bytes can hold at all. */
export function admit(batch: readonly Envelope[], maxBytes: number, arrived: number): Admitted {
  const entries = batch.map((envelope) => ({ envelope, bytes: Buffer.byteLength(envelope.body), arrived }));
  const fitting = entries.filter(({ bytes }) => bytes <= maxBytes);
  let bytes = fitting.reduce((sum, entry) => sum + entry.bytes, 0);
  let start = 0;
  for (; bytes > maxBytes; start += 1) bytes -= fitting[start]?.bytes ?? 0;
  return { entries: fitting.slice(start), overflows: start > 0 };
}
