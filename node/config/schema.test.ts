import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { coveragePage } from '../catalog/coverage.js';
import { referencePage } from '../catalog/page.js';
import { sampleSchema, statusSchema } from '../status/schema.js';
import { exampleOf, settingsPage } from './page.js';
import { readDocument } from './document.js';
import { readConfiguration } from './reader.js';
import { monitorSchema, psutilConfigSchema, type Schema } from './schema.js';
import { validate } from './validation.js';

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

describe('docs/settings.md', () => {
  it('is what the schema says (npm run schemas)', () => {
    assert.equal(readFileSync(new URL('docs/settings.md', root), 'utf8'), settingsPage());
  });

  it('has a default or an example for every key, and each is valid in a settings file', () => {
    for (const [place, schema] of keysOf(monitorSchema(), [])) {
      const example = exampleOf(schema);
      assert.notEqual(example, undefined, place.join('.'));
      const beside = place.includes('tls') ? { enabled: true, client_cert: 'client.pem', client_key: 'client.key' } : {};
      const settings = place.reduceRight<unknown>((value, key, depth) => ({ ...(depth === place.length - 1 ? beside : {}), [key]: value }), example);
      const { faults } = validate({ psutil_config: [{ method: 'cpu_count', interval: 1 }], ...(settings as object) });
      assert.deepEqual(faults, [], place.join('.'));
    }
  });
});

/** Every key of a schema that is no section, by its place. */
function keysOf(schema: Schema, place: readonly string[]): [readonly string[], Schema][] {
  const properties = Object.entries(schema['properties'] as Record<string, Schema>);
  return properties.flatMap(([key, member]) => (member['properties'] === undefined
    ? member['$ref'] === undefined ? [[[...place, key], member] as [readonly string[], Schema]] : []
    : keysOf(member, [...place, key])));
}

describe('examples/', () => {
  for (const name of readdirSync(new URL('examples/', root)).filter((file) => file.endsWith('.yaml'))) {
    it(`${name} is valid`, () => {
      assert.deepEqual(readConfiguration(fileURLToPath(new URL(`examples/${name}`, root))).faults, []);
    });
  }

  for (const name of ['windows-host', 'sql-server', 'iis', 'hyper-v', 'domain-controller', 'file-server']) {
    it(`${name}.yaml asks for what Windows has, under names of its own, with a reason for each, and stands in docs/configuration.md`, () => {
      const path = fileURLToPath(new URL(`examples/${name}.yaml`, root));
      const { warnings } = validate(readDocument(path), false, 'win32');
      assert.deepEqual(warnings, []);
      const lines = readFileSync(path, 'utf8').split('\n');
      // What belongs together has one reason: bytes received and sent, the processor time and memory of one process.
      const bare = lines.flatMap((line, at) => (line.startsWith('  - method:') && lines[at - 1]?.trim() === '' ? [at + 1] : []));
      assert.deepEqual(bare, []);
      assert.ok(readFileSync(new URL('docs/configuration.md', root), 'utf8').includes(`examples/${name}.yaml`));
    });
  }
});
