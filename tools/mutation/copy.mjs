// The copy of the clone that mutants are tried in, so that the tree is never touched: Stryker's instrumenter puts every mutant
// into the code at once, each behind a switch that __STRYKER_ACTIVE_MUTANT__ turns on, and counts which ones a run has passed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { transform } from 'esbuild';
import { root } from '../dependencies.mjs';

export const copy = `${root}build/mutation/copy`;
/** Tests and what only they use, and what runs at build time alone. */
const unchanged = /\.test\.|\/test\/|^node\/config\/compile\.ts$|\.d\.cts$/;

/** What stood at a mutant's place, in the lines of its file. */
function sourceAt(lines, { start, end }) {
  if (start.line === end.line) return lines[start.line].slice(start.column, end.column);
  return [lines[start.line].slice(start.column), ...lines.slice(start.line + 1, end.line), lines[end.line].slice(0, end.column)].join('\n');
}

/** Makes the copy anew. Gives the mutants. */
export async function makeCopy() {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  const names = stdout.split('\n').filter((name) => name !== '' && existsSync(`${root}${name}`)).sort();
  const isCode = (name) => /^node\/.*\.c?ts$/.test(name) && !name.endsWith('.d.cts');
  const sources = names.filter((name) => isCode(name) && !unchanged.test(name)).map((name) => ({ name, mutate: true, content: readFileSync(`${root}${name}`, 'utf8') }));
  rmSync(copy, { recursive: true, force: true });
  for (const name of names) {
    mkdirSync(dirname(`${copy}/${name}`), { recursive: true });
    cpSync(`${root}${name}`, `${copy}/${name}`, { verbatimSymlinks: true });
  }
  for (const name of ['node_modules', 'build']) symlinkSync(`${root}${name}`, `${copy}/${name}`);

  const quiet = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };
  const { files, mutants } = await new Instrumenter(quiet).instrument(sources, { plugins: null, ignorers: [], excludedMutations: [] });
  const changed = new Map(files.map(({ name, content }) => [name, content]));
  for (const name of names.filter(isCode)) {
    const { code } = await transform(changed.get(name) ?? readFileSync(`${root}${name}`, 'utf8'), {
      loader: 'ts', target: 'node20', format: name.endsWith('.cts') ? 'cjs' : 'esm', sourcefile: name,
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    const target = `${copy}/${name.replace(/^node/, 'dist').replace(/ts$/, 'js')}`;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  // In the place of the bundled command: the modules that the mutants are in.
  writeFileSync(`${copy}/dist/cli/collector.cjs`, Module.wrap("require('./modules.cjs');\n"));
  writeFileSync(`${copy}/dist/cli/modules.cjs`, "import('./main.js');\n");

  const lines = new Map(sources.map(({ name, content }) => [name, content.split('\n')]));
  return mutants.map(({ id, fileName, location, replacement }) => ({
    id, file: fileName, line: location.start.line + 1,
    context: lines.get(fileName)[location.start.line].trim(),
    was: sourceAt(lines.get(fileName), location), now: replacement,
  }));
}
