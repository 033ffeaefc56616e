import type { Win32 } from './bindings.js';
import { failure } from './failure.js';

/** Classes of NtQuerySystemInformation, with the names of their structures. */
const InformationClass = {
  SystemPerformanceInformation: 2,
  SystemTimeOfDayInformation: 3,
  SystemProcessInformation: 5,
  SystemProcessorPerformanceInformation: 8,
} as const;

/** What NtQuerySystemInformation tells of a class, at most `size` bytes of it. Throws UnavailableError. */
export function systemInformation(win32: Win32, name: keyof typeof InformationClass, size: number): Buffer {
  const information = Buffer.alloc(size);
  const returned = Buffer.alloc(4);
  const status = win32.NtQuerySystemInformation(InformationClass[name], information, size, returned);
  if (status !== 0) throw failure(`NtQuerySystemInformation(${name})`, win32.RtlNtStatusToDosError(status));
  return information.subarray(0, returned.readUInt32LE());
}
