import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const source = new URL('../../node/', import.meta.url);

test('koffi is loaded in one place: who loads a library before its settings are made takes Windows\' readings from all others', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
  const loading = files.filter((name) => /import\('koffi'\)|^import (?!type)[^;]* from 'koffi'/m.test(readFileSync(new URL(name, source), 'utf8')));
  assert.deepEqual(loading.map((name) => name.replaceAll('\\', '/')), ['providers/koffi.ts']);
});
