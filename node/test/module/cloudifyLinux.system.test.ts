/** cloudify/start.ps1 and stop.ps1 on a Linux host, to which a blueprint may have mapped them by mistake. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { linuxPowershell, root } from '../support/wine.js';
import { prefixOf } from './cloudifyHost.js';
import { Context, runOperation, type Operated, type OperationHost } from './scriptPlugin.js';

const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-cloudify-'));
/** The folder that the scripts run in. */
const work = mkdtempSync(join(folder, 'work-'));
let host: OperationHost;

before(async () => {
  const { command: [program, ...words], env } = await linuxPowershell();
  host = {
    drive: folder,
    prefix: { path: (file) => file },
    runWords: (more, options) => new Promise((resolve) => {
      const child = execFile(program!, [...words, ...more], { cwd: work, timeout: 300_000, env: { ...process.env, ...env, ...options?.env } }, (_, out, err) => {
        resolve({ code: child.exitCode, out, err });
      });
    }),
  };
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

const operate = (name: 'start' | 'stop', context: Context): Promise<Operated> => runOperation(host, join(root, 'cloudify', `${name}.ps1`), context,
  { inputs: { psutil_config: [{ method: 'virtual_memory', interval: 5 }] }, prefix: prefixOf(name) });
const contextOf = (): Context => new Context({ instance: 'vm_a', node: 'vm', deployment: 'dep_1' });

describe('on Linux', () => {
  it('start is aborted for good, before it touches anything', async () => {
    const context = contextOf();
    const result = await operate('start', context);
    assert.equal(result.ok, false);
    assert.equal(result.aborted, true);
    assert.match(result.message, /^A monitor needs Windows, and this host runs something else: map [^]*Windows hosts only\.$/);
    assert.deepEqual({ log: context.log.map(({ level }) => level), properties: context.properties, downloads: context.downloads, files: readdirSync(work) },
      { log: ['error'], properties: {}, downloads: 0, files: [] });
  });

  it('stop has nothing to stop, and succeeds; what start recorded is forgotten', async () => {
    const context = contextOf();
    for (const recorded of [{}, { psutil_monitor: 'cloudify-psutil-vm_a' }]) {
      Object.assign(context.properties, recorded);
      const result = await operate('stop', context);
      assert.ok(result.ok, result.err);
      assert.match(context.log.at(-1)!.message, /nothing to stop/);
      assert.deepEqual(context.properties, {});
    }
    assert.deepEqual(readdirSync(work), []);
  });
});
