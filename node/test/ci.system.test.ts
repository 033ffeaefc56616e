/** The scripts of the workflows' steps, run here on what stands in for Windows, a release and the Gallery. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pwshIn } from './support/powershell.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-ci-'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
after(() => { rmSync(folder, { recursive: true, force: true }); });

function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', cwd: folder, env: { ...process.env, ...env } });
  return { code: status, text: stdout + stderr };
}

describe('The workflows\' scripts', () => {
  it('hold this host\'s values beside real psutil\'s', () => {
    const { code, text } = run(process.execPath, [join(root, 'tools/ci/compare.mjs')]);
    assert.equal(code, 0, text);
    assert.match(text, /^[4-9]\d+ passed, 0 failed$/m);
  });

  it('put together what belongs to a release, and refuse a tag of another version', () => {
    const zip = join(folder, 'made.zip');
    writeFileSync(zip, 'zip');
    const words = (tag: string): string[] => [join(root, 'tools/ci/release.mjs'), tag, '--package', zip, '--out', join(folder, 'release')];
    const refused = run(process.execPath, words('v99.0.0'));
    assert.deepEqual([refused.code, refused.text.includes(`expected the tag v${version}`)], [2, true]);
    const { code, text } = run(process.execPath, words(`v${version}`));
    assert.equal(code, 0, text);
    const made = (name: string): string => readFileSync(join(folder, 'release', name), 'utf8');
    for (const line of made('SHA256SUMS').trim().split('\n')) {
      const [sum, name] = line.split('  ');
      assert.equal(createHash('sha256').update(made(name ?? '')).digest('hex'), sum);
    }
    assert.equal(readdirSync(join(folder, 'release')).length, 4);
    const bill = JSON.parse(made(`PsutilAgent-${version}.sbom.cdx.json`)) as { bomFormat: string; components: readonly { name: string }[] };
    assert.equal(bill.bomFormat, 'CycloneDX');
    assert.ok(bill.components.some(({ name }) => name === 'amqplib'));
    assert.match(made('notes.md'), /Start-PsutilMonitor/);
  });

  it('publish the module to a repository, without a key nowhere', async () => {
    const pwsh = await pwshIn(folder);
    const [shelf, module] = [join(folder, 'shelf'), join(folder, 'PsutilAgent')];
    for (const path of [shelf, module]) mkdirSync(path);
    for (const name of ['PsutilAgent.psd1', 'PsutilAgent.psm1', 'PsutilAgent.Format.ps1xml', 'PsutilAgent.Types.ps1xml', 'Public', 'Private', 'schemas']) symlinkSync(join(root, name), join(module, name));
    const script = join(root, 'tools/ci/publish.ps1');
    const publish = `& '${script}' -Path '${module}' -Repository shelf`;
    const { code, text } = run(pwsh, [
      '-NoProfile', '-NonInteractive', '-Command',
      `$ErrorActionPreference = 'Stop'; Register-PSResourceRepository -Name shelf -Uri '${shelf}' -Trusted; ${publish}; $env:PSGALLERY_API_KEY = 'key'; ${publish}`,
    ], { XDG_DATA_HOME: folder, HOME: folder, PSGALLERY_API_KEY: '' });
    assert.equal(code, 0, text);
    assert.match(text, /was not published: the secret PSGALLERY_API_KEY is not set/);
    assert.deepEqual(readdirSync(shelf), [`PsutilAgent.${version}.nupkg`]);
  });
});
