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
