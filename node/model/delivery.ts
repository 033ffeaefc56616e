/** What becomes of samples, in the words that status.json, the history and the report share. */

/** The states of a delivery. */
export const deliveryStates = [
  /** Connected; what was taken is confirmed. */
  'idle',
  /** Connected; samples are on their way. */
  'flowing',
  /** Nobody is bound for the samples: they are kept. */
  'held',
  /** The broker does not take the samples (nack), as for a full queue. */
  'nacked',
  /** The broker asks for a pause. */
  'blocked',
  /** A name is being resolved, or a connection or a channel being opened, and no attempt has failed before. */
  'connecting',
  /** The last attempt failed; the next one waits, or is under way. */
  'unreachable',
  /** As unreachable, where only a person can put it right: a refused login, a certificate, a password that cannot be read. */
  'refused',
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Why samples are dropped. */
export const dropCauses = [
  /** spool.max_bytes, or the memory that stands in for the disk. */
  'size',
  /** spool.max_age. */
  'age',
  /** Found damaged on disk. */
  'damage',
  /** Could not be written any more when the collector ended. */
  'closed',
  /** Nobody was bound for them (publish.unroutable: drop). */
  'unroutable',
  /** AMQP cannot carry them. */
  'unsendable',
  /** One tick brought more than there was memory for. */
  'overload',
] as const;
export type DropCause = (typeof dropCauses)[number];

/** How many were, by cause. */
export type Drops = Readonly<Record<DropCause, number>>;

export const noDrops: Drops = { size: 0, age: 0, damage: 0, closed: 0, unroutable: 0, unsendable: 0, overload: 0 };
