import { UnavailableError } from '../../model/errors.js';
import { ProcessEnded } from '../processTable.js';
import type { Handle } from './bindings.js';
import { ErrorCode, failure } from './failure.js';
import type { WindowsProcess } from './process.js';

/** Rights to a process, from the least. */
export const Access = {
  /** Enough for all that tells nothing of its memory; had of nearly every process. */
  queryLimited: 0x1000,
  query: 0x400,
  readMemory: 0x10,
  duplicateHandle: 0x40,
} as const;

/**
 * Opens a process for as long as `use` takes, with no more rights than it needs.
 * @throws ProcessEnded where it has ended, UnavailableError where Windows refuses.
 */
export function withProcess<T>({ table, pid }: WindowsProcess, access: number, use: (process: Handle) => T): T {
  const { win32 } = table;
  const process = openProcess({ table, pid }, access);
  let result: T;
  try {
    result = use(process);
  } catch (error) {
    win32.CloseHandle(process);
    throw error;
  }
  if (result instanceof Promise) return result.finally(() => win32.CloseHandle(process)) as T;
  win32.CloseHandle(process);
  return result;
}

function openProcess({ table, pid }: Pick<WindowsProcess, 'table' | 'pid'>, access: number): Handle {
  const { win32 } = table;
  const process = win32.OpenProcess(access, 0, pid);
  if (process !== 0) return process;
  const code = win32.GetLastError();
  if (code === ErrorCode.INVALID_PARAMETER && pid > 4) throw new ProcessEnded(pid);
  throw code === ErrorCode.ACCESS_DENIED || pid <= 4
    ? new UnavailableError(`Windows does not let this user open the process ${String(pid)}`)
    : failure(`OpenProcess of ${String(pid)}`, code, win32);
}

/** The failure of an NT call on a process. */
export function statusFailure({ table, pid }: WindowsProcess, call: string, status: number): UnavailableError {
  return failure(`${call} of the process ${String(pid)}`, table.win32.RtlNtStatusToDosError(status));
}
