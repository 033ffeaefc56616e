/** What is there, or will be: a kernel file is read at once, a volume may take its time, and a promise for each sample of the former is dear. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value: at once where it is there. */
export function soon<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
