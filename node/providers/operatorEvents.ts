import type { OperatorEvent } from '../model/operator.js';

/**
 * Writes an event to Windows' event log, where Start-PsutilMonitor has made this program known there. Windows only.
 * @throws UnavailableError where Windows does not take it.
 */
export async function writeOperatorEvent(event: OperatorEvent): Promise<void> {
  // Loaded only now: most collectors never have anything to tell.
  const [{ reportEvent }, { loadWin32 }] = await Promise.all([import('./windows/eventLog.js'), import('./windows/bindings.js')]);
  await reportEvent(await loadWin32(), event);
}
