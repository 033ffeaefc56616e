import assert from 'node:assert/strict';
import { declarations, MissingFunction, type Native, type Win32 } from '../../providers/windows/bindings.js';

/** What a function gives that never comes back from the thread it was called on. */
export const never = Symbol('never');

/**
 * Windows with a few functions; any other one is missing, as in bindings.ts. They take what koffi would, by the same declarations: so
 * many arguments of such types. `lastError` is what GetLastError gives.
 */
export class FakeWindows {
  lastError = 0;
  readonly win32: Win32;

  constructor(functions: Readonly<Record<string, (...args: never[]) => unknown>>) {
    const all: Readonly<Record<string, (...args: never[]) => unknown>> = { GetLastError: () => this.lastError, ...functions };
    this.win32 = new Proxy({}, {
      get: (_, name) => {
        const call = all[String(name)];
        if (call === undefined) throw new MissingFunction(`This Windows has no ${String(name)}`);
        return native(String(name), call);
      },
    }) as Win32;
  }
}

const whole = (least: number, most: number) => (value: unknown): boolean => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const address = (value: unknown): boolean => typeof value === 'bigint' || Number.isInteger(value);

/** What may be given for a type of C. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  int32_t: whole(-(2 ** 31), 2 ** 31 - 1), uint32_t: whole(0, 2 ** 32 - 1), uint16_t: whole(0, 2 ** 16 - 1), uint64_t: address,
  intptr_t: address, uintptr_t: address, size_t: address,
  'void *': (value) => value === null || value instanceof Uint8Array || typeof value === 'bigint',
  str16: (value) => typeof value === 'string',
};

const declarationOf = (name: string): readonly string[] | undefined => (declarations as Readonly<Record<string, readonly string[]>>)[name];

/** Refuses what koffi would. */
function check(name: string, args: readonly unknown[]): void {
  const declared = declarationOf(name);
  if (declared === undefined) return;
  const types = declared[2] === undefined || declared[2] === '' ? [] : declared[2].split(', ');
  assert.equal(args.length, types.length, `${name} takes ${types.join(', ')}`);
  for (const [at, type] of types.entries()) {
    if (fits[type]?.(args[at]) !== true) assert.fail(`${name}, argument ${String(at + 1)}: expected ${type}, found ${String(args[at])}`);
  }
}

/** Gives what a function may give by its declaration. */
function result(name: string, value: unknown): unknown {
  const type = declarationOf(name)?.[1] ?? 'void';
  if (type !== 'void') assert.ok(fits[type]?.(value), `${name}: expected to give ${type}, found ${String(value)}`);
  return value;
}

function native(name: string, call: (...args: never[]) => unknown): Native<readonly unknown[], unknown> {
  const later = (...args: unknown[]): void => {
    const done = args.pop() as (error: null, result: unknown) => void;
    check(name, args);
    setImmediate(() => {
      const value = call(...(args as never[]));
      if (value !== never) done(null, result(name, value));
    });
  };
  const now = (...args: unknown[]): unknown => {
    check(name, args);
    return result(name, call(...(args as never[])));
  };
  return Object.assign(now, { async: later });
}
