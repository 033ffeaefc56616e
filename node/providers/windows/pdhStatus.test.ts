import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText } from './pdhStatus.js';

/** pdhmsg.h, as far as counters of this host can give it. */
const statuses: Readonly<Record<string, number>> = {
  PDH_CSTATUS_NO_MACHINE: 0x800007d0, PDH_CSTATUS_NO_INSTANCE: 0x800007d1, PDH_MORE_DATA: 0x800007d2, PDH_CSTATUS_ITEM_NOT_VALIDATED: 0x800007d3,
  PDH_RETRY: 0x800007d4, PDH_NO_DATA: 0x800007d5, PDH_CALC_NEGATIVE_DENOMINATOR: 0x800007d6, PDH_CALC_NEGATIVE_TIMEBASE: 0x800007d7,
  PDH_CALC_NEGATIVE_VALUE: 0x800007d8, PDH_CSTATUS_NO_OBJECT: 0xc0000bb8, PDH_CSTATUS_NO_COUNTER: 0xc0000bb9, PDH_CSTATUS_INVALID_DATA: 0xc0000bba,
  PDH_MEMORY_ALLOCATION_FAILURE: 0xc0000bbb, PDH_INVALID_HANDLE: 0xc0000bbc, PDH_INVALID_ARGUMENT: 0xc0000bbd, PDH_FUNCTION_NOT_FOUND: 0xc0000bbe,
  PDH_CSTATUS_NO_COUNTERNAME: 0xc0000bbf, PDH_CSTATUS_BAD_COUNTERNAME: 0xc0000bc0, PDH_INSUFFICIENT_BUFFER: 0xc0000bc2,
  PDH_CANNOT_CONNECT_MACHINE: 0xc0000bc3, PDH_INVALID_PATH: 0xc0000bc4, PDH_INVALID_INSTANCE: 0xc0000bc5, PDH_INVALID_DATA: 0xc0000bc6,
  PDH_CANNOT_READ_NAME_STRINGS: 0xc0000bc8, PDH_NOT_IMPLEMENTED: 0xc0000bd3, PDH_STRING_NOT_FOUND: 0xc0000bd4, PDH_WBEM_ERROR: 0xc0000bda,
  PDH_ACCESS_DENIED: 0xc0000bdb, PDH_NO_COUNTERS: 0xc0000bdf, PDH_QUERY_PERF_DATA_TIMEOUT: 0xc0000bfe,
};

test('each status of PDH is told in words, its name behind them; one that nobody knows by its number', () => {
  for (const [name, status] of Object.entries(statuses)) {
    const text = statusText(status);
    assert.ok(text.endsWith(` (${name})`), `${name}: ${text}`);
    assert.match(text, /^[a-z][^()]{9,}/i, `${name}: ${text}`);
  }
  assert.equal(statusText(0xc0000bff), 'it failed with status 0xC0000BFF');
});
