// `npm run lint`: oxlint over the TypeScript, whose types it checks, and the scripts; PSScriptAnalyzer over the PowerShell, side by side.
import { spawn } from 'node:child_process';
import { installPackages, root } from './dependencies.mjs';

installPackages();

/** Runs a linter; prints what it wrote, all at once, and gives whether it has no findings. */
function clean(words) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      process.stdout.write(output);
      resolve(code === 0);
    });
  });
}

const results = await Promise.all([['node_modules/oxlint/bin/oxlint', '.'], ['tools/lint-powershell.mjs']].map(clean));
const failed = results.filter((passed) => !passed).length;
console.log(`lint: ${results.length - failed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
