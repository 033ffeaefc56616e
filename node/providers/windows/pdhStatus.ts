/** The statuses of PDH (pdhmsg.h), and what each means to whoever reads a log. */

/** Statuses that decide what is done next. */
export const PdhStatus = {
  MORE_DATA: 0x800007d2,
  NO_DATA: 0x800007d5,
  NO_INSTANCE: 0x800007d1,
  NEGATIVE_DENOMINATOR: 0x800007d6,
  NEGATIVE_TIMEBASE: 0x800007d7,
  NEGATIVE_VALUE: 0x800007d8,
  NO_OBJECT: 0xc0000bb8,
  NO_COUNTER: 0xc0000bb9,
  CSTATUS_INVALID_DATA: 0xc0000bba,
  INVALID_DATA: 0xc0000bc6,
} as const;

const began = 'the counter has begun anew between the two readings, so that there is no rate this time';

const words: Readonly<Record<number, readonly [name: string, sentence: string]>> = {
  0x800007d0: ['PDH_CSTATUS_NO_MACHINE', 'this host does not answer for its performance counters'],
  0x800007d1: ['PDH_CSTATUS_NO_INSTANCE', 'there is no such instance now'],
  0x800007d2: ['PDH_MORE_DATA', 'there is more data each time than room was asked for'],
  0x800007d3: ['PDH_CSTATUS_ITEM_NOT_VALIDATED', 'it has not been collected yet'],
  0x800007d4: ['PDH_RETRY', 'Windows could not tell just now'],
  0x800007d5: ['PDH_NO_DATA', 'there is no data: no instance of it now, or an account outside the group Performance Monitor Users'],
  0x800007d6: ['PDH_CALC_NEGATIVE_DENOMINATOR', `what it is divided by fell: ${began}`],
  0x800007d7: ['PDH_CALC_NEGATIVE_TIMEBASE', `its time fell: ${began}`],
  0x800007d8: ['PDH_CALC_NEGATIVE_VALUE', `it fell: ${began}`],
  0xc0000bb8: ['PDH_CSTATUS_NO_OBJECT', 'this Windows has no such object'],
  0xc0000bb9: ['PDH_CSTATUS_NO_COUNTER', 'the object has no such counter'],
  0xc0000bba: ['PDH_CSTATUS_INVALID_DATA', 'what was collected is not valid'],
  0xc0000bbb: ['PDH_MEMORY_ALLOCATION_FAILURE', 'there is too little memory to collect it'],
  0xc0000bbc: ['PDH_INVALID_HANDLE', 'its query is gone'],
  0xc0000bbd: ['PDH_INVALID_ARGUMENT', 'Windows does not understand the path'],
  0xc0000bbe: ['PDH_FUNCTION_NOT_FOUND', 'the library that tells it cannot be loaded'],
  0xc0000bbf: ['PDH_CSTATUS_NO_COUNTERNAME', 'the path names no counter'],
  0xc0000bc0: ['PDH_CSTATUS_BAD_COUNTERNAME', 'the path is not of the form \\Object(Instance)\\Counter'],
  0xc0000bc2: ['PDH_INSUFFICIENT_BUFFER', 'there is more data each time than room was asked for'],
  0xc0000bc3: ['PDH_CANNOT_CONNECT_MACHINE', 'this host does not let its performance counters be read'],
  0xc0000bc4: ['PDH_INVALID_PATH', 'the path is not of the form \\Object(Instance)\\Counter'],
  0xc0000bc5: ['PDH_INVALID_INSTANCE', 'there is no such instance'],
  0xc0000bc6: ['PDH_INVALID_DATA', 'what was collected is not valid'],
  0xc0000bc8: ['PDH_CANNOT_READ_NAME_STRINGS', 'the names of the counters cannot be read from the registry; lodctr /R restores them'],
  0xc0000bd3: ['PDH_NOT_IMPLEMENTED', 'this Windows does not offer that'],
  0xc0000bd4: ['PDH_STRING_NOT_FOUND', 'its name is not among those in the registry; lodctr /R restores them'],
  0xc0000bda: ['PDH_WBEM_ERROR', 'WMI could not tell it'],
  0xc0000bdb: ['PDH_ACCESS_DENIED', 'this account may not read performance counters; members of the group Performance Monitor Users may'],
  0xc0000bdf: ['PDH_NO_COUNTERS', 'there is no counter to collect'],
  0xc0000bfe: ['PDH_QUERY_PERF_DATA_TIMEOUT', 'the library that tells it took too long'],
};

/** What a status means, its name behind it. */
export function statusText(status: number): string {
  const known = words[status];
  if (known !== undefined) return `${known[1]} (${known[0]})`;
  return `it failed with status 0x${status.toString(16).toUpperCase()}`;
}

/** Whether a status says that what was named is not there. */
export function saysMissing(status: number): boolean {
  return status === PdhStatus.NO_OBJECT || status === PdhStatus.NO_COUNTER;
}

/** Whether a status says that data is not, or not yet, enough for a value. */
export function saysInvalid(status: number): boolean {
  return status === PdhStatus.INVALID_DATA || status === PdhStatus.CSTATUS_INVALID_DATA;
}

/** Whether a status is over with the next reading by itself. */
export function saysPassing(status: number): boolean {
  return status === PdhStatus.NEGATIVE_DENOMINATOR || status === PdhStatus.NEGATIVE_TIMEBASE || status === PdhStatus.NEGATIVE_VALUE;
}
