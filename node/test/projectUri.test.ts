/** `npm run package -- --project-uri URL`: the module's public place, and the page of each cmdlet. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './support/examples.js';

interface Make {
  readonly addUris: (files: Map<string, Buffer>, version: string, projectUri: string, filesUri?: string) => void;
}

const { addUris } = (await import(new URL('../../tools/package/make.mjs', import.meta.url).href)) as Make;
const cmdlets = readdirSync(join(root, 'Public')).map((name) => name.replace(/\.ps1$/, ''));
const sources = (): Map<string, Buffer> => new Map(['PsutilAgent.psd1', ...cmdlets.map((name) => `Public/${name}.ps1`)].map((name) => [name, readFileSync(join(root, name))]));

describe('the project\'s public place', () => {
  it('is in the manifest, and each cmdlet has its heading on a page', () => {
    const files = sources();
    addUris(files, '1.2.3', 'https://example.org/x/');
    const manifest = String(files.get('PsutilAgent.psd1'));
    for (const line of ['ProjectUri   = \'https://example.org/x/\'', 'LicenseUri   = \'https://example.org/x/blob/v1.2.3/LICENSE\'', 'ReleaseNotes = \'https://example.org/x/blob/v1.2.3/CHANGELOG.md\'']) {
      assert.ok(manifest.includes(`\n            ${line}\n`), manifest);
    }
    const headings = [...readFileSync(join(root, 'docs/cmdlets.md'), 'utf8').matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings.sort(), cmdlets.sort());
    for (const name of cmdlets) {
      const found = [...String(files.get(`Public/${name}.ps1`)).matchAll(/^ +\[CmdletBinding\((?:.*, )?HelpUri = '(.*)'\)\]$/gm)].map(([, uri]) => uri);
      assert.deepEqual(found, [`https://example.org/x/blob/v1.2.3/docs/cmdlets.md#${name.toLowerCase()}`]);
    }
  });

  it('may have its files elsewhere, and is an address that Get-Help -Online opens', () => {
    const files = sources();
    addUris(files, '1.2.3', 'https://example.org/x', 'https://example.org/x/-/blob/main');
    assert.match(String(files.get('Public/Get-PsutilSample.ps1')), /HelpUri = 'https:\/\/example\.org\/x\/-\/blob\/main\/docs\/cmdlets\.md#get-psutilsample'/);
    for (const uri of ['file:///x', 'example.org', "https://example.org/'; evil"]) assert.throws(() => { addUris(sources(), '1', uri); }, /expected an address with http or https, found /);
  });
});
