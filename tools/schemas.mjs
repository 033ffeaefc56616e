// Writes schemas/*.json from the catalog: `npm run schemas`. A test holds them equal to what this writes.
import { writeFileSync } from 'node:fs';
import { monitorSchema, psutilConfigSchema } from '../dist/config/schema.js';
import { sampleSchema, statusSchema } from '../dist/status/schema.js';

for (const schema of [psutilConfigSchema(), monitorSchema(), sampleSchema(), statusSchema()]) {
  writeFileSync(new URL(`../schemas/${schema.$id}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
