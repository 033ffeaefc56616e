import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';

/** Win32 error codes that decide what is done next (winerror.h). */
export const ErrorCode = {
  FILE_NOT_FOUND: 2,
  ACCESS_DENIED: 5,
  NO_MORE_FILES: 18,
  NOT_SUPPORTED: 50,
  INVALID_PARAMETER: 87,
  BUFFER_OVERFLOW: 111,
  CALL_NOT_IMPLEMENTED: 120,
  INSUFFICIENT_BUFFER: 122,
  INVALID_NAME: 123,
  INVALID_LEVEL: 124,
  MORE_DATA: 234,
  NO_MORE_ITEMS: 259,
  DIRECTORY: 267,
  SERVICE_DOES_NOT_EXIST: 1060,
  SERVICE_SPECIFIC_ERROR: 1066,
  EVT_CHANNEL_NOT_FOUND: 15007,
  CRYPT_NOT_FOUND: 0x80092004,
} as const;

const FORMAT_MESSAGE_FROM_SYSTEM = 0x1000;
const FORMAT_MESSAGE_IGNORE_INSERTS = 0x200;

/** Windows' own words for a Win32 error code, in its language; empty where it has none. */
function wordsOf(win32: Pick<Win32, 'FormatMessageW'>, code: number): string {
  const text = Buffer.alloc(2 * 512);
  try {
    const length = win32.FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, null, code, 0, text, text.length / 2, null);
    return text.toString('utf16le', 0, 2 * length).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  } catch (error) {
    if (error instanceof UnavailableError) return '';
    throw error;
  }
}

/**
 * The error of a failed call: what was called, on what, and the Win32 error code or the status it failed with; with `win32`
 * also what Windows says of the code.
 */
export function failure(call: string, code: number, win32?: Pick<Win32, 'FormatMessageW'>): UnavailableError {
  // Codes above 2^31 are statuses (PDH's, NT's), which are known by their hexadecimal form.
  const isStatus = code >= 0x80000000;
  const text = isStatus ? `status 0x${code.toString(16).toUpperCase()}` : `Win32 error ${String(code)}`;
  const words = win32 === undefined || isStatus ? '' : wordsOf(win32, code);
  return new UnavailableError(`${call} failed with ${text}${words === '' ? '' : ` (${words})`}`);
}
