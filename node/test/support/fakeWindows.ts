import { UnavailableError } from '../../model/errors.js';
import type { Native, Win32 } from '../../providers/windows/bindings.js';

/** What a function gives that never comes back from the thread it was called on. */
export const never = Symbol('never');

/** Windows with a few functions; any other one is missing, as in bindings.ts. `lastError` is what GetLastError gives. */
export class FakeWindows {
  lastError = 0;
  readonly win32: Win32;

  constructor(functions: Readonly<Record<string, (...args: never[]) => unknown>>) {
    const all: Readonly<Record<string, (...args: never[]) => unknown>> = { GetLastError: () => this.lastError, ...functions };
    this.win32 = new Proxy({}, {
      get: (_, name) => {
        const call = all[String(name)];
        if (call === undefined) throw new UnavailableError(`This Windows has no ${String(name)}`);
        return native(call);
      },
    }) as Win32;
  }
}

function native(call: (...args: never[]) => unknown): Native<readonly unknown[], unknown> {
  const later = (...args: unknown[]): void => {
    const done = args.pop() as (error: null, result: unknown) => void;
    setImmediate(() => {
      const result = call(...(args as never[]));
      if (result !== never) done(null, result);
    });
  };
  return Object.assign((...args: unknown[]) => call(...(args as never[])), { async: later });
}
