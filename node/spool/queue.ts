import type { Envelope } from '../model/message.js';

/** An envelope in its place in a queue. */
export interface Queued {
  /**
   * The order of the queue: from 1 on, rises with every envelope put, with gaps where something was evicted or damaged. Never
   * given twice, over restarts neither. Only a sample put while a disk queue could not be opened at all may be read again at a
   * new, higher position once it can; its old one is unknown then.
   */
  readonly position: number;
  readonly envelope: Envelope;
}

/** What a queue holds and what it had to let go. Bytes are of the bodies. */
export interface QueueStats {
  /** Samples that are not acknowledged. */
  readonly count: number;
  readonly bytes: number;
  /** The oldest sample's time, seconds since 1970. */
  readonly oldest?: number;
  /** Samples let go, by cause, since this process started. */
  readonly dropped: {
    /** Evicted for `maxBytes`, or for the bound of the memory that stands in for a disk that fails. */
    readonly size: number;
    readonly age: number;
    /** Their records were damaged on disk. */
    readonly damage: number;
    /** Put after `close`, or only in memory when it came. */
    readonly closed: number;
  };
  /** Where samples are kept now; `memory` also while a disk queue cannot write. */
  readonly kept: 'disk' | 'memory';
  /** Why a disk queue is not as it should be, one sentence. */
  readonly fault?: string;
}

/**
 * First in, first out, between the samplers and the transport. The transport reads from it and acknowledges only what the
 * broker has confirmed, so whatever is in it survives every fault behind it.
 */
export interface SampleQueue {
  /** Appends a batch; resolves when it is as safe as this queue makes it. Never rejects: a queue that cannot write keeps in bounded memory or drops, and counts. */
  put(batch: readonly Envelope[]): Promise<void>;
  /**
   * Up to `limit` of the oldest unacknowledged whose position is greater than `after`, oldest first. An array at once when they are in memory (live
   * samples), a promise for what only the disk has. Empty only where there is none. Never rejects.
   */
  read(after: number, limit: number): readonly Queued[] | Promise<readonly Queued[]>;
  /** Everything up to and including `position` is confirmed, and gone. Persisted within a moment: what is confirmed before a crash may be read again after it. */
  ack(position: number): void;
  /** Calls back whenever there may be more to read; the returned function ends that. */
  onChange(listener: () => void): () => void;
  stats(): QueueStats;
  /** Writes what is in memory to where it is kept, and closes. Later calls do nothing: a `put` is let go and counted. Never rejects. */
  close(): Promise<void>;
}
