// Runs Pester tests on the real pwsh with the real Pester: `node tools/pester.mjs [files]`, without files all of Pester/.
// PESTER_OUTPUT is Pester's verbosity (Normal, Detailed).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './dependencies.mjs';
import { engineEnv, powershellEngine } from './powershell/engine.mjs';

const files = process.argv.slice(2).map((file) => path.resolve(file));
const { command: [program, ...words], pester } = await powershellEngine();
const { status, error } = spawnSync(program, [
  ...words, '-NoProfile', '-NonInteractive', '-File', path.join(root, 'tools/powershell/run.ps1'), '-Pester', pester,
  '-Path', (files.length > 0 ? files : [path.join(root, 'Pester')]).join(','), '-Output', process.env.PESTER_OUTPUT ?? 'Normal',
], { env: { ...process.env, ...engineEnv }, stdio: ['ignore', 'inherit', 'inherit'] });
if (error) throw error;
process.exitCode = status ?? 1;
