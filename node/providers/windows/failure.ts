import { UnavailableError } from '../../model/errors.js';

/** Win32 error codes that decide what is done next (winerror.h). */
export const ErrorCode = {
  FILE_NOT_FOUND: 2,
  ACCESS_DENIED: 5,
  NOT_SUPPORTED: 50,
  INVALID_PARAMETER: 87,
  BUFFER_OVERFLOW: 111,
  CALL_NOT_IMPLEMENTED: 120,
  INSUFFICIENT_BUFFER: 122,
  INVALID_NAME: 123,
  MORE_DATA: 234,
  DIRECTORY: 267,
  SERVICE_DOES_NOT_EXIST: 1060,
  SERVICE_SPECIFIC_ERROR: 1066,
} as const;

/** The error of a failed call: what was called, on what, and the Win32 error code or the status it failed with. */
export function failure(call: string, code: number): UnavailableError {
  // Codes above 2^31 are statuses (PDH's, NT's), which are known by their hexadecimal form.
  const text = code >= 0x80000000 ? `status 0x${code.toString(16).toUpperCase()}` : `Win32 error ${String(code)}`;
  return new UnavailableError(`${call} failed with ${text}`);
}
