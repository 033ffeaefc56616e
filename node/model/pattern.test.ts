import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from './pattern.js';

test('stars and question marks, over the whole text', () => {
  for (const [pattern, text, expected] of [
    ['sql*', 'sqlservr.exe', true], ['sql*', 'mysql', false], ['*sql', 'mysql', true], ['*sql*', 'mysqld', true], ['a?c', 'abc', true],
    ['a?c', 'ac', false], ['', '', true], ['', 'a', false], ['*', '', true], ['a*b*c', 'aXbXbXc', true], ['a*b*c', 'aXbXbX', false], ['a.c', 'abc', false],
    ['**a', 'ba', true], ['[a]', 'a', false], ['*', '*', true], ['?*', '', false], ['*a', '*ba', true],
  ] as const) assert.equal(matches(pattern, text), expected, `${pattern} ${text}`);
});

test('a text made to be slow for it is not', () => {
  const began = process.cpuUsage();
  assert.equal(matches('*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(30_000)), false);
  const { user } = process.cpuUsage(began);
  assert.ok(user < 500_000, `${String(user)} us`);
});
