/** Run at build time only: compiles the schemas to validators.cjs beside this file, so that start-up pays nothing for ajv. */
import { writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { transformSync } from 'esbuild';
import { monitorSchema, psutilConfigSchema, schemaIds } from './schema.js';

const ajv = new Ajv2020({
  strict: true,
  // `then` rules name properties that their parent declares.
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
  useDefaults: true,
  // What is referred to is compiled once, not at each place: half the code, which every collector holds in memory.
  inlineRefs: false,
  code: { source: true, lines: true },
  schemas: [psutilConfigSchema(), monitorSchema()],
});
// A CommonJS module whose default export is the function, as its types cannot tell under NodeNext.
const standaloneCode = standalone as unknown as typeof standalone.default;
const code = standaloneCode(ajv, { psutilConfig: schemaIds.psutilConfig, monitor: schemaIds.monitor });
writeFileSync(new URL('./validators.cjs', import.meta.url), transformSync(code, { minify: true, target: 'node20' }).code);
