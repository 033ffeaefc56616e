// A module folder for Windows, laid out with the pinned parts and the collector as built.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../dependencies.mjs';
import { aligned, koffiPackage, windowsParts } from './parts.mjs';
import { copyLinked, makePrefix } from './prefix.mjs';

const cli = join(root, 'dist/cli');

/** What a module folder holds besides programs: names at the repository's root. */
export const moduleFiles = ['PsutilAgent.psd1', 'PsutilAgent.psm1', 'PsutilAgent.Format.ps1xml', 'PsutilAgent.Types.ps1xml', 'Public', 'Private', 'en-US', 'schemas', 'examples'];

/** What the command's files, and those of tests, find beside them: of koffi its part for Windows comes with the pinned parts. */
const packages = ['node_modules/koffi', 'node_modules/systeminformation'];

/** Makes a module folder at `target` from this clone and the pinned parts, with the collector as built in dist/. */
export async function layoutModule(target) {
  const parts = await windowsParts();
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run npm run build');
  await mkdir(join(target, 'bin'), { recursive: true });
  const names = moduleFiles.filter((name) => existsSync(join(root, name)));
  await Promise.all(names.map((name) => cp(join(root, name), join(target, name), { recursive: true })));
  const command = (await readdir(cli)).filter((name) => name.endsWith('.cjs'));
  await Promise.all([...command.map((name) => `dist/cli/${name}`), 'package.json', ...packages].map((name) => cp(join(root, name), join(target, name), { recursive: true })));
  await cp(await compiledCollector(parts), join(target, 'dist/cli/collector.cjs.cache'));
  await copyLinked(parts.koffi, join(target, 'node_modules', koffiPackage));
  await Promise.all(['node', 'nssm'].map(async (name) => copyLinked(await aligned(parts[name]), join(target, 'bin', `${name}.exe`))));
}

/**
 * The collector's code as this node.exe compiles it, made once for each build, as a build on Windows keeps it beside collector.cjs: the path of
 * the file. Without it each start compiles it again, which is a third of what a start costs, and tests start it some hundred times.
 */
async function compiledCollector({ node, hashes }) {
  const hash = createHash('sha256').update(hashes.node);
  for (const file of [join(cli, 'launcher.cjs'), join(cli, 'collector.cjs')]) hash.update(await readFile(file));
  const target = join(root, 'build/windows', `collector-${hash.digest('hex').slice(0, 16)}.cache`);
  if (existsSync(target)) return target;
  const prefix = await makePrefix();
  try {
    const [script, fresh] = [join(prefix.home, 'compile.cjs'), `${target}-${randomUUID()}`];
    const path = (file) => JSON.stringify(prefix.path(file));
    await mkdir(join(root, 'build/windows'), { recursive: true });
    await writeFile(script, `
      process.argv = [process.execPath, 'psutil-agent', 'validate', '--config', ${path(join(root, 'examples/monitor.yaml'))}];
      const script = require(${path(join(cli, 'launcher.cjs'))});
      process.on('exit', () => require('node:fs').writeFileSync(${path(fresh)}, script.createCachedData()));`);
    const { code, out, err } = await prefix.wine([await aligned(node), prefix.path(script)]);
    if (code !== 0) throw new Error(`The collector's code was not compiled: ${String(code)}\n${out}\n${err}`);
    await rename(fresh, target);
    // Of an earlier build.
    for (const name of await readdir(dirname(target))) if (/^collector-\w+\.cache$/.test(name) && join(dirname(target), name) !== target) await rm(join(dirname(target), name), { force: true });
    return target;
  } finally {
    await prefix.remove();
  }
}
