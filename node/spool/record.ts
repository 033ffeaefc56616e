import type { Envelope } from '../model/message.js';
import { seal, unseal } from './crc32.js';

/** An envelope as a queue holds it. */
export interface Entry {
  readonly envelope: Envelope;
  /** Bytes of the body. */
  readonly bytes: number;
  /** When it came, milliseconds since 1970 by the queue's steady clock. */
  readonly arrived: number;
}

/** What one key of the spool holds: a sample, or the word that every position from here to `until` is gone. */
export type Stored = { readonly kind: 'sample'; readonly entry: Entry } | { readonly kind: 'gap'; readonly until: number };

// Text, not bytes: every buffer that LevelDB hands out is an allocation of its own outside the heap, and draining a backlog
// would leave the process several times as large. Checksum, kind, then numbers and texts, the texts' lengths first.
const sampleKind = 's';
const gapKind = 'g';

/** The key of a position: its order as text is the order of the numbers. */
export function keyOf(position: number): string {
  return 'r' + String(position).padStart(16, '0');
}

/** The position of a key; undefined where it is none of ours. */
export function positionOf(key: string): number | undefined {
  return /^r\d{16}$/.test(key) ? Number(key.slice(1)) : undefined;
}

/** A sample in its stored form. */
export function encodeSample(position: number, { envelope, arrived }: Entry): string {
  const { id, routingKey, time, body } = envelope;
  const head = [sampleKind, position, arrived, time, id.length, routingKey.length].join(' ');
  return seal(`${head} ${id}${routingKey}${body}`);
}

/** The stored form of a gap: nothing is to be found from `position` to before `until`. */
export function encodeGap(position: number, until: number): string {
  return seal([gapKind, position, until].join(' '));
}

/** What was stored at a position; undefined where a single bit of it, or of its key, is not as it was written. */
export function decode(position: number, sealed: string): Stored | undefined {
  const text = unseal(sealed);
  if (text === undefined) return undefined;
  const [kind, place, ...fields] = text.split(' ', 6);
  if (Number(place) !== position) return undefined;
  if (kind === gapKind) return { kind: 'gap', until: Number(fields[0]) };
  if (kind !== sampleKind) return undefined;
  const [arrived = '', time = '', idLength, routingLength] = fields;
  const start = [kind, place, ...fields].join(' ').length + 1;
  const routing = start + Number(idLength);
  const end = routing + Number(routingLength);
  const body = text.slice(end);
  const envelope: Envelope = { id: text.slice(start, routing), time: Number(time), routingKey: text.slice(routing, end), body };
  return { kind: 'sample', entry: { envelope, bytes: Buffer.byteLength(body), arrived: Number(arrived) } };
}
