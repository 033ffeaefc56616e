import type { OperatorEvent } from '../../model/operator.js';
import { answerTimeout, isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { wordSize } from './encoding.js';
import { failure } from './failure.js';
import { keyExists } from './registry.js';
import { onThread } from './thread.js';

/** The name of this program in the log Application. */
const eventSource = 'PsutilAgent';
const sourceKey = `SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${eventSource}`;
/** EVENTLOG_ERROR_TYPE and EVENTLOG_WARNING_TYPE. */
const types = { error: 1, warning: 2 } as const;

/**
 * Writes an event to the log Application; does nothing where the source is not registered, since its text could not be shown there.
 * The service may never answer: it is asked in isolation. Throws UnavailableError.
 */
export async function reportEvent(win32: Win32, event: OperatorEvent): Promise<void> {
  await isolation.run('The event log', answerTimeout, async () => {
    if (!(await keyExists(win32, sourceKey))) return;
    const { value: source, code } = await onThread(win32, win32.RegisterEventSourceW, null, eventSource);
    if (Number(source) === 0) throw failure('RegisterEventSourceW', code, win32);
    try {
      const strings = stringArray(win32, event.text);
      const reported = await onThread(win32, win32.ReportEventW, source, types[event.severity], 0, event.id, null, 1, 0, strings, null);
      if (reported.value === 0) throw failure('ReportEventW', reported.code, win32);
    } finally {
      win32.DeregisterEventSource(source);
    }
  }, `${String(event.id)} ${event.text}`);
}

/** An array of one pointer, to the text behind it in the same buffer. */
function stringArray(win32: Win32, text: string): Buffer {
  // A %1 in the text would be replaced once more.
  const buffer = Buffer.concat([Buffer.alloc(wordSize), Buffer.from(`${text.replace(/%(?=\d)/g, '% ')}\0`, 'utf16le')]);
  buffer.writeBigUInt64LE(win32.addressOf(buffer) + BigInt(wordSize));
  return buffer;
}
