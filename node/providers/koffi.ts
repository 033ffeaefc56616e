/** The calls of native libraries. */
import type koffi from 'koffi';

export type Koffi = typeof koffi;

/** Bytes of stack that Windows gives a thread; performance counters and remote calls may need as deep a one. */
const threadStack = 1024 * 1024;

/** koffi, with the stacks that Windows' calls need: it takes no settings once a library is loaded, whoever loads the first. */
export async function openKoffi(): Promise<Koffi> {
  const { default: module } = await import('koffi');
  if (process.platform === 'win32' && (module.config().async_stack_size ?? 0) < threadStack) module.config({ async_stack_size: threadStack });
  return module;
}
