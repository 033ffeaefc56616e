import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { kernelTree } from '../../test/support/tree.js';
import { linuxProvider } from './provider.js';
import { parseBootTime, parseProcessOf } from './system.js';

test('boot time is seconds since 1970', () => {
  assert.equal(parseBootTime('cpu 1 2\nbtime 1795366633\nprocesses 9\n'), 1_795_366_633);
  assert.throws(() => parseBootTime('cpu 1 2\n'), new UnavailableError('/proc/stat has no line "btime".'));
});

test('boot time is read of the system', async () => {
  assert.equal(await linuxProvider(kernelTree({ 'proc/stat': 'cpu 1 2\nbtime 1795366633\n' })).read('boot_time', {}), 1_795_366_633);
});

test('the process of a thread', () => {
  assert.equal(parseProcessOf('Name:\tnode\nTgid:\t4711\nPid:\t4712\n'), 4711);
  assert.equal(parseProcessOf('Name:\tnode\n'), undefined);
  assert.equal(parseProcessOf('Name:\tTgid: 5\nTgid:\t 4711\n'), 4711, 'a name may look like it');
});

test('processes are the numbers of /proc, lowest first; a thread is none', async (context) => {
  const proc = mkdtempSync(join(tmpdir(), 'psutil-agent-proc-'));
  context.after(() => { rmSync(proc, { recursive: true, force: true }); });
  for (const name of ['900', '12', '2', 'self', '1000', 'sys', '1x']) mkdirSync(join(proc, name));
  mkdirSync(join(proc, '13'));
  writeFileSync(join(proc, '12', 'status'), 'Name:\tx\nTgid:\t12\nPid:\t12\n');
  writeFileSync(join(proc, '13', 'status'), 'Name:\tx\nTgid:\t12\nPid:\t13\n');
  const provider = linuxProvider({ proc });
  assert.deepEqual(await provider.read('pids', {}), [2, 12, 13, 900, 1000]);
  const exists = (pid: number) => provider.read('pid_exists', { pid });
  assert.deepEqual(await Promise.all([12, 13, 900, 14, -12].map(exists)), [true, false, true, false, false]);
});
