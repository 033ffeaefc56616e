import type { Envelope } from '../sample/message.js';
import type { Entry } from './record.js';

/** What of a batch a queue of so many bytes can hold at all: no sample larger than that, and the newest that fit together. */
export function admit(batch: readonly Envelope[], maxBytes: number, arrived: number): Entry[] {
  const entries = batch.map((envelope) => ({ envelope, bytes: Buffer.byteLength(envelope.body), arrived }));
  const fitting = entries.filter(({ bytes }) => bytes <= maxBytes);
  let bytes = fitting.reduce((sum, entry) => sum + entry.bytes, 0);
  let start = 0;
  for (; bytes > maxBytes; start += 1) bytes -= fitting[start]?.bytes ?? 0;
  return fitting.slice(start);
}
