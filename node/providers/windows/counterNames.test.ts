import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CounterNames } from './counterNames.js';

test('a name that the registry has in one language alone, or not at all, is itself', () => {
  const names = new CounterNames(['2', 'System', '4', 'Memory'], ['2', 'System', '4', 'Speicher', '6', 'Eigenes']);
  assert.deepEqual([names.englishOf('speicher'), names.localOf('MEMORY')], [['Memory'], ['Speicher']]);
  assert.deepEqual([names.englishOf('Eigenes'), names.englishOf('Nichts'), names.localOf('Nothing')], [['Eigenes'], ['Nichts'], ['Nothing']]);
});
