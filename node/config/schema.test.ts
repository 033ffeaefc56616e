import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { coveragePage } from '../catalog/coverage.js';
import { referencePage } from '../catalog/page.js';
import { sampleSchema, statusSchema } from '../status/schema.js';
import { readConfiguration } from './reader.js';
import { monitorSchema, psutilConfigSchema } from './schema.js';

const root = new URL('../../', import.meta.url);

describe('schemas/', () => {
  for (const schema of [psutilConfigSchema(), monitorSchema(), sampleSchema(), statusSchema()]) {
    it(`${String(schema['$id'])} is what the catalog says (npm run schemas)`, () => {
      const written = JSON.parse(readFileSync(new URL(`schemas/${String(schema['$id'])}`, root), 'utf8')) as unknown;
      assert.deepEqual(written, schema);
      const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, schemas: [psutilConfigSchema()].filter((other) => other['$id'] !== schema['$id']) });
      assert.equal(typeof ajv.compile(schema), 'function');
    });
  }
});

describe('docs/coverage.md', () => {
  it('is what the catalog says (npm run schemas)', () => {
    assert.equal(readFileSync(new URL('docs/coverage.md', root), 'utf8'), coveragePage());
  });
});

describe('docs/functions.md', () => {
  it('is what the catalog says (npm run schemas)', () => {
    assert.equal(readFileSync(new URL('docs/functions.md', root), 'utf8'), referencePage());
  });
});

describe('examples/', () => {
  for (const name of readdirSync(new URL('examples/', root)).filter((file) => file.endsWith('.yaml'))) {
    it(`${name} is valid`, () => {
      assert.deepEqual(readConfiguration(fileURLToPath(new URL(`examples/${name}`, root))).faults, []);
    });
  }
});
