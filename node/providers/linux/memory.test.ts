import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { parseSwapMemory, parseVirtualMemory } from './memory.js';

const rows: Readonly<Record<string, number>> = {
  MemTotal: 8000, MemFree: 1000, MemAvailable: 5000, Buffers: 200, Cached: 3000, Active: 1500, Inactive: 1400, SwapTotal: 900, SwapFree: 900,
  Shmem: 50, Slab: 400, SReclaimable: 300,
};
const KiB = 1024;

function meminfo(changes: Readonly<Record<string, number | undefined>> = {}): string {
  return Object.entries({ ...rows, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}:${String(value).padStart(10)} kB\n`)
    .join('');
}

test('memory is bytes; used leaves out cache and buffers', () => {
  assert.deepEqual(parseVirtualMemory(meminfo()), {
    total: 8000 * KiB, available: 5000 * KiB, used: (8000 - 1000 - 200 - 3300) * KiB, free: 1000 * KiB, active: 1500 * KiB,
    inactive: 1400 * KiB, buffers: 200 * KiB, cached: 3300 * KiB, shared: 50 * KiB, slab: 400 * KiB,
  });
});

test('rows that are not there, and what is computed from them, are absent, not 0', () => {
  const memory = parseVirtualMemory(meminfo({ Buffers: undefined, MemAvailable: undefined, Shmem: undefined }));
  assert.deepEqual(Object.keys(memory), ['total', 'free', 'active', 'inactive', 'cached', 'slab']);
  const uncached = parseVirtualMemory(meminfo({ Cached: undefined }));
  assert.ok(!('used' in uncached) && !('cached' in uncached));
  assert.equal(parseVirtualMemory(meminfo({ Buffers: 0 }))['buffers'], 0);
});

test('numbers of a container that contradict each other are taken as psutil does', () => {
  const memory = parseVirtualMemory(meminfo({ MemAvailable: 9000, Cached: 9000 }));
  assert.equal(memory['available'], memory['free']);
  assert.equal(memory['used'], 7000 * KiB);
});

test('a row without a space after its colon is read', () => {
  assert.equal(parseVirtualMemory(meminfo().replace('Slab:       400', 'Slab:400'))['slab'], 400 * KiB);
});

test('swap is bytes, traffic in pages of 4 KiB', () => {
  assert.deepEqual(parseSwapMemory(meminfo({ SwapFree: 600 }), 'pgpgin 9\npswpin 3\npswpout 0\n'), {
    total: 900 * KiB, used: 300 * KiB, free: 600 * KiB, sin: 12288, sout: 0,
  });
});

test('swap traffic that the kernel does not count is absent; no swap at all is 0', () => {
  assert.deepEqual(parseSwapMemory(meminfo({ SwapTotal: 0, SwapFree: 0 }), ''), { total: 0, used: 0, free: 0 });
});

test('without its main rows memory is unavailable', () => {
  assert.throws(() => parseVirtualMemory('Slab: 4 kB\n'), UnavailableError);
  assert.throws(() => parseSwapMemory('MemTotal: 4 kB\n', ''), UnavailableError);
  for (const row of ['SwapTotal', 'SwapFree']) assert.throws(() => parseSwapMemory(meminfo({ [row]: undefined }), ''), new UnavailableError('/proc/meminfo has no SwapTotal or no SwapFree.'));
  for (const row of ['MemTotal', 'MemFree']) assert.throws(() => parseVirtualMemory(meminfo({ [row]: undefined })), new UnavailableError('/proc/meminfo has no MemTotal or no MemFree.'));
});
