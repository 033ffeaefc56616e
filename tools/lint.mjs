// `npm run lint`: eslint over the TypeScript and the scripts, PSScriptAnalyzer over the PowerShell.
import { spawnSync } from 'node:child_process';
import { installPackages, root } from './dependencies.mjs';

installPackages();
const linters = [['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0'], ['tools/lint-powershell.mjs']];
const failed = linters.filter((words) => spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status !== 0);
console.log(failed.length === 0 ? 'lint: no findings' : `lint: ${failed.length} of ${linters.length} linters complain`);
process.exit(failed.length === 0 ? 0 : 1);
