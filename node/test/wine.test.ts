import assert from 'node:assert/strict';
import { test } from 'node:test';

interface Tool { readonly clearingLess: (bytes: Buffer) => Buffer | undefined }
const { clearingLess } = (await import(new URL('../../tools/windows/wine.mjs', import.meta.url).href)) as Tool;

test('what Wine clears where a thread starts becomes one page, in a library that has that place once, and nothing else in it changes', () => {
  const place = '4881e100f0ffff488db90000f1ff4889fc4829f931c048c1e903f348ab';
  const library = Buffer.from(`4d5a${place}cc`, 'hex');
  assert.equal(clearingLess(library)?.toString('hex'), `4d5a${place.replace('0000f1ff', '00f0ffff')}cc`);
  assert.equal(library.toString('hex'), `4d5a${place}cc`);
  for (const others of [Buffer.alloc(0), Buffer.from('4d5a'), Buffer.concat([library, library])]) assert.equal(clearingLess(others), undefined);
});
