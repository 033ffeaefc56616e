import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { parseBootTime, parseProcessOf } from './system.js';

test('boot time is seconds since 1970', () => {
  assert.equal(parseBootTime('cpu 1 2\nbtime 1795366633\nprocesses 9\n'), 1_795_366_633);
  assert.throws(() => parseBootTime('cpu 1 2\n'), UnavailableError);
});

test('the process of a thread', () => {
  assert.equal(parseProcessOf('Name:\tnode\nTgid:\t4711\nPid:\t4712\n'), 4711);
  assert.equal(parseProcessOf('Name:\tnode\n'), undefined);
});
