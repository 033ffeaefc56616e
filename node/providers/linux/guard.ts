import { UnavailableError } from '../../model/errors.js';

/** How long an outside call may take, ms. */
export const answerLimit = 10_000;

/**
 * Keeps calls that may hang (a dead network volume, a child process) from piling up: one at a time under a key, shared by
 * those who ask meanwhile; after `limit` ms all of them, and everybody who asks until it does answer, get UnavailableError.
 */
export class Guard<T> {
  readonly #underway = new Map<string, Promise<T>>();

  constructor(private readonly limit: number = answerLimit) {}

  run(key: string, call: () => Promise<T>): Promise<T> {
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    const bounded = this.#bound(key, call());
    this.#underway.set(key, bounded);
    return bounded;
  }

  #bound(key: string, answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new UnavailableError(`${key} has not answered for ${String(this.limit / 1000)} s; it is not asked again until it does.`));
      }, this.limit);
      timer.unref();
      const settle = (): void => {
        clearTimeout(timer);
        this.#underway.delete(key);
      };
      answer.then(
        (value) => {
          settle();
          resolve(value);
        },
        (error: unknown) => {
          settle();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
