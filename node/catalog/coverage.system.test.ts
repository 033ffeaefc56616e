import assert from 'node:assert/strict';
import { test } from 'node:test';
import { psutil } from '../test/support/psutil.js';
import { functionNamed } from './functions.js';
import { processReads } from './process.js';
import { refusalOf } from './refused.js';

// psutil's own list of what it has: whatever it gains must be offered or refused with a reason.

test('every public function of psutil is offered, or refused with its reason', async () => {
  const names = (await psutil('[name for name in psutil.__all__ if callable(getattr(psutil, name, None)) and not isinstance(getattr(psutil, name), type)]')) as string[];
  assert.ok(names.length > 20);
  assert.deepEqual(names.filter((name) => functionNamed(name) === undefined && refusalOf(name) === undefined), []);
  assert.ok(refusalOf('Popen') !== undefined && functionNamed('Process') !== undefined);
});

test('every method of psutil\'s Process is a read here, or refused with its reason', async () => {
  const names = (await psutil('[name for name in dir(psutil.Process) if not name.startswith("_")]')) as string[];
  assert.ok(names.includes('memory_info'));
  const reads = new Set(processReads.map(({ name }) => name));
  assert.deepEqual(names.filter((name) => !reads.has(name) && refusalOf(`Process.${name}`) === undefined), []);
});

test('psutil on Windows has names that psutil on Linux has not, and they are here', () => {
  for (const name of ['win_service_iter', 'win_service_get']) assert.ok(functionNamed(name)?.platforms.includes('win32'), name);
  for (const name of ['heap_info', 'heap_trim']) assert.ok(refusalOf(name) !== undefined, name);
  const reads = new Map(processReads.map((read) => [read.name, read.source.win32]));
  for (const name of ['num_handles', 'memory_info_ex', 'memory_footprint', 'page_faults']) assert.ok(reads.get(name) !== undefined, name);
});
