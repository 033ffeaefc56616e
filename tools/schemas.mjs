// Writes schemas/*.json, docs/functions.md, docs/coverage.md and docs/settings.md from the catalog: `npm run schemas`. A test holds them equal to what this writes.
import { writeFileSync } from 'node:fs';
import { coveragePage } from '../dist/catalog/coverage.js';
import { referencePage } from '../dist/catalog/page.js';
import { settingsPage } from '../dist/config/page.js';
import { monitorSchema, psutilConfigSchema } from '../dist/config/schema.js';
import { sampleSchema, statusSchema } from '../dist/status/schema.js';

for (const schema of [psutilConfigSchema(), monitorSchema(), sampleSchema(), statusSchema()]) {
  writeFileSync(new URL(`../schemas/${schema.$id}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
writeFileSync(new URL('../docs/functions.md', import.meta.url), referencePage());
writeFileSync(new URL('../docs/coverage.md', import.meta.url), coveragePage());
writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
