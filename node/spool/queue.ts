import type { Envelope } from '../model/message.js';

/** An envelope in its place in a queue. */
export interface Queued {
  /**
   * The order of the queue: rises with every envelope put. Never reused while the process lives, nor over restarts where
   * the spool could be opened at the start. After a fault the same sample may be read again at a new, higher position;
   * its old one is unknown then.
   */
  readonly position: number;
  readonly envelope: Envelope;
}

/** What a queue holds and what it had to let go. Bytes are of the bodies. */
export interface QueueStats {
  readonly count: number;
  readonly bytes: number;
  /** The oldest sample's time, seconds since 1970. */
  readonly oldest?: number;
  /** Samples let go, by cause, since this process started. */
  readonly dropped: {
    readonly size: number;
    readonly age: number;
    readonly damage: number;
    /** Put after `close`, or only in memory when it came. */
    readonly closed?: number;
  };
  /** Where samples are kept now; `memory` also while a disk queue cannot write. */
  readonly kept: 'disk' | 'memory';
  /** Why a disk queue is not as it should be, one sentence. */
  readonly fault?: string;
}

/**
 * First in, first out, between the samplers and the transport. The transport reads from it and removes only what the
 * broker has confirmed, so whatever is in it survives every fault behind it.
 */
export interface SampleQueue {
  /** Appends a batch; resolves when it is as safe as this queue makes it. Never rejects: a queue that cannot write keeps or drops, and counts. */
  put(batch: readonly Envelope[]): Promise<void>;
  /** Up to `limit` of the oldest whose position is greater than `after`, oldest first. */
  read(after: number, limit: number): Promise<readonly Queued[]>;
  /** Takes out what the broker confirmed; unknown positions are ignored. Never rejects. */
  remove(positions: readonly number[]): Promise<void>;
  /** Calls back whenever something was put; the returned function ends that. */
  onPut(listener: () => void): () => void;
  stats(): QueueStats;
  /** Writes what is in memory to where it is kept, and closes. Later calls do nothing: a `put` is let go and counted. */
  close(): Promise<void>;
}
