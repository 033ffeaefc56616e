/**
 * Calls that Windows may keep for long (a dead network drive, a stuck service) are made on libuv's threads, and never
 * held on to: readings wait a bounded time, and what hangs is not asked again until it has answered.
 */
import { UnavailableError } from '../../model/errors.js';
import type { Native, Win32 } from './bindings.js';

/** What a native function gave, and the thread's last error after it. */
export interface Answer<R> {
  readonly value: R;
  readonly code: number;
}

/** Calls a native function on a thread of libuv's pool. */
export function onThread<A extends readonly unknown[], R>(
  win32: Pick<Win32, 'GetLastError'>,
  native: Native<A, R>,
  ...args: A
): Promise<Answer<R>> {
  return new Promise((resolve, reject) => {
    native.async(...args, (error: Error | null, value: R) => {
      // koffi restores the call's last error for the length of this callback. `args` are named here so that the
      // buffers among them live until Windows has written them.
      const answer = { value, code: win32.GetLastError(), args };
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
}

/** Work that may hang: one at a time for each subject, a few at once, each for a bounded time. */
export class BlockingWork {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /**
   * @param seconds the longest time a reading waits.
   * @param slots how much may be under way at once: fewer than libuv's four threads, which files and DNS need as well.
   */
  constructor(
    readonly seconds = 10,
    slots = 2,
  ) {
    this.#free = slots;
  }

  /**
   * The result of the work; whoever asks for a subject while it is under way gets that same result.
   *
   * @param subject names the work, and what it works on; the same subject always has the same type of result.
   * @throws UnavailableError once the time is over, and at once from then on until the work has ended.
   */
  run<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(subject) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const result = this.#inTurn(work).finally(() => this.#running.delete(subject));
    const outcome = this.#inTime(subject, result);
    this.#running.set(subject, outcome);
    return outcome;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #inTime<T>(subject: string, result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new UnavailableError(`Windows has not answered ${subject} within ${String(this.seconds)} s and is not asked again until it does`));
      }, this.seconds * 1000);
      result.then(resolve, reject).finally(() => {
        clearTimeout(timer);
      });
    });
  }
}
