import assert from 'node:assert/strict';
import { test } from 'node:test';

interface Tool { readonly changedLibrary: (name: string, bytes: Buffer) => Buffer | undefined }
const { changedLibrary } = (await import(new URL('../../tools/windows/wine.mjs', import.meta.url).href)) as Tool;

for (const [name, places] of [
  ['ntdll.dll', [['4881e100f0ffff488db90000f1ff4889fc4829f931c048c1e903f348ab', '4881e100f0ffff488db900f0ffff4889fc4829f931c048c1e903f348ab']]],
  ['kernelbase.dll', [
    ['f7c5000000080f842205000049c74610feffffff', 'f7c5000000000f842205000049c74610feffffff'],
    ['65488b042530000000488b406048c7c2ffffffff488b4020488b40104885c0480f44c249894610e974f4ffff0f1f4000',
      '6a605865488b00488b4020488b40100fbae51b730a4885c07f0d6afe58eb084885c075036aff5849894610e970f4ffff'],
  ]],
] as const) {
  test(`Wine's ${name} is changed where it has each place once, and nothing else in it`, () => {
    const code = (which: 0 | 1): string => `4d5a${places.map((place) => place[which]).join('90')}cc`;
    const library = Buffer.from(code(0), 'hex');
    assert.equal(changedLibrary(name, library)?.toString('hex'), code(1));
    assert.equal(library.toString('hex'), code(0));
    for (const others of [Buffer.alloc(0), Buffer.from('4d5a'), Buffer.concat([library, library])]) assert.equal(changedLibrary(name, others), undefined);
  });
}
