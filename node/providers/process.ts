/** The end of this process. */
import { isolation } from './isolation.js';
import { openKoffi } from './koffi.js';

/** TerminateProcess's name for the process itself. */
const thisProcess = -1;

/**
 * Ends this process at once with an exit code. process.exit waits for every thread of libuv's pool, for ever where one is in a
 * call that the system does not answer; so the system itself is asked (_exit, TerminateProcess), which waits for none.
 */
export async function endProcess(code: number): Promise<never> {
  const end = await systemExit().catch(() => undefined);
  if (end === undefined) process.exit(code);
  process.emit('exit', code);
  return end(code) as never;
}

/** Requests on libuv's threads: files, names. */
const onThreads = /^(FS|GetAddrInfo|GetNameInfo)/;

/** Ends this process: in order, unless a call is under way that may hang. */
export function exitProcess(code: number): void {
  if (isolation.pending > 0 || process.getActiveResourcesInfo().some((name) => onThreads.test(name))) void endProcess(code);
  else process.exit(code);
}

async function systemExit(): Promise<(code: number) => unknown> {
  const koffi = await openKoffi();
  if (process.platform !== 'win32') return koffi.load(null).func('void _exit(int)') as (code: number) => void;
  const terminate = koffi.load('kernel32.dll').func('int32_t __stdcall TerminateProcess(intptr_t, uint32_t)') as (handle: number, code: number) => number;
  return (code) => terminate(thisProcess, code);
}
