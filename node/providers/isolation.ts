/**
 * Calls that the system may never answer (a dead volume, a stuck service) are made on libuv's threads, which files, DNS and
 * the spool need as well. Here they are kept from taking the last of these: a few threads stay free whatever hangs.
 */
import { isoTime, systemClock, type Clock } from '../model/clock.js';
import { UnavailableError } from '../model/errors.js';

/** libuv's number of threads where UV_THREADPOOL_SIZE does not say. */
const libuvThreads = 4;
/** Threads that no call here ever takes. */
const reserved = 8;

/** How long a caller waits for an answer unless it says otherwise, milliseconds. */
export const answerTimeout = 10_000;

/** How many calls may hang at once: the threads of this process less those that others need. */
export function slotsOf(threadPoolSize: string | undefined): number {
  const threads = Math.trunc(Number(threadPoolSize)) || libuvThreads;
  return Math.max(1, threads - Math.min(reserved, threads >> 1));
}

/** One call under way. */
interface Pending {
  readonly subject: string;
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly since: number;
  readonly sinceWall: number;
  readonly answer: Promise<unknown>;
}

/** A call that waits for a thread. */
interface Queued {
  readonly subject: string;
  readonly key: string;
  readonly start: () => void;
  readonly answer: Promise<unknown>;
}

/** Subjects that may wait for a thread; whoever comes after them is told so at once. */
export const mostQueued = 1000;

/** Makes calls that may hang: one at a time for each subject, so many subjects at once, each caller for a bounded time. */
export class Isolation {
  /** In the order they were started. No Map: see SharedProvider. */
  readonly #pending: Pending[] = [];
  /** In the order they are started; empty while a slot is free. */
  readonly #queue = new Map<string, Queued>();

  constructor(
    readonly slots: number = slotsOf(process.env['UV_THREADPOOL_SIZE']),
    private readonly clock: Clock = systemClock,
  ) {}

  /** Calls under way. process.exit waits for all of them, however long. */
  get pending(): number {
    return this.#pending.length;
  }

  /**
   * The answer of a call. Whoever asks the same of a subject while it is being asked gets that same answer; another call of
   * the same subject follows when it has ended.
   *
   * @param subject what is asked, as a sentence begins: `The volume Z:\`, `The service manager`.
   * @param timeout milliseconds, from when the subject is asked, that this caller waits.
   * @param call starts the call and resolves with its answer; it keeps alive whatever the call writes to.
   * @param key names the call and its arguments, where there are several of the subject.
   * @throws UnavailableError once the time is over: that the subject has not answered, and since when, or that it still waits
   *   to be asked because others have not answered. A subject that is known to hang is told of at once.
   */
  run<T>(subject: string, timeout: number, call: () => Promise<T>, key = subject): Promise<T> {
    const pending = this.#asked(subject);
    if (pending !== undefined) {
      const left = timeout - (this.clock.now() - pending.since);
      if (left <= 0) return Promise.reject(unanswered(pending));
      const next = (): Promise<T> => this.run(subject, timeout, call, key);
      const answer = pending.key === key ? (pending.answer as Promise<T>) : pending.answer.then(next, next);
      return this.#inTime(answer, left, () => unanswered(pending));
    }
    const waiting = this.#queue.get(subject);
    if (waiting === undefined && this.#queue.size >= mostQueued) return Promise.reject(this.#waits(subject));
    const next = (): Promise<T> => this.run(subject, timeout, call, key);
    const answer = waiting === undefined
      ? this.#enqueue(subject, key, call)
      : waiting.key === key ? (waiting.answer as Promise<T>) : waiting.answer.then(next, next);
    return this.#inTime(answer, timeout, () => {
      const asked = this.#asked(subject);
      return asked === undefined ? this.#waits(subject) : unanswered(asked);
    });
  }

  #asked(subject: string): Pending | undefined {
    return this.#pending.find((one) => one.subject === subject);
  }

  #enqueue<T>(subject: string, key: string, call: () => Promise<T>): Promise<T> {
    let start = (): void => undefined;
    const answer = new Promise<void>((resolve) => { start = resolve; }).then(call).finally(() => {
      this.#pending.splice(this.#pending.findIndex((one) => one.subject === subject), 1);
      const [next] = this.#queue.values();
      if (next === undefined) return;
      this.#queue.delete(next.subject);
      this.#start(next);
    });
    // A call that fails when nobody waits for it any more has failed nobody.
    answer.catch(() => undefined);
    const queued = { subject, key, start, answer };
    if (this.#pending.length < this.slots) this.#start(queued);
    else this.#queue.set(subject, queued);
    return answer;
  }

  #start({ subject, key, start, answer }: Queued): void {
    this.#pending.push({ subject, key, answer, since: this.clock.now(), sinceWall: this.clock.wall() });
    start();
  }

  #waits(subject: string): UnavailableError {
    const [longest] = this.#pending;
    const held = this.#pending.length === 1 ? '1 other has' : `${String(this.#pending.length)} others have`;
    const example = longest === undefined ? '' : `, ${lowerFirst(longest.subject)} since ${isoTime(longest.sinceWall)}`;
    return new UnavailableError(`${subject} waits for its turn to be asked: ${held} not answered${example}`);
  }

  #inTime<T>(answer: Promise<T>, ms: number, reason: () => UnavailableError): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(ms, () => { reject(reason()); });
      answer.then(resolve, reject).finally(cancel);
    });
  }
}

/** The time is absolute, so that a reason that lasts stays the same text and is logged once. */
function unanswered({ subject, sinceWall }: Pending): UnavailableError {
  return new UnavailableError(`${subject} has not answered since ${isoTime(sinceWall)} and is not asked again until it does`);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** The one of this process, for its threads are the process's. */
export const isolation = new Isolation();
