/** The module's Pester tests on Windows (Wine), real pwsh.exe and Pester: all that Windows may decide and that starts no service. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { makeWindowsHost, type WindowsHost } from '../support/windowsHost.js';
import { root } from '../support/wine.js';

/**
 * Files of Pester/ of which nothing but plain PowerShell on fakes runs on Windows: Linux, with the same engine, runs all of them.
 * A file that is not named here runs on both.
 */
const onFakesAlone = ['Boundary', 'Cloudify', 'Completion', 'Counter', 'Example', 'Leftover', 'Private', 'Reload', 'Safety', 'Sentence', 'Step'].map((name) => `${name}.Tests.ps1`);
/** What monitor.system.test.ts runs. */
const withServices = 'EndToEnd.Tests.ps1';

let host: WindowsHost;
before(async () => { host = await makeWindowsHost(); });
// Whether or not it could be made.
after(() => (host as WindowsHost | undefined)?.remove());

it('passes the Pester tests', async () => {
  const all = readdirSync(join(root, 'Pester')).filter((name) => name.endsWith('.Tests.ps1'));
  assert.deepEqual([...onFakesAlone, withServices].filter((name) => !all.includes(name)), []);
  await host.pester(await host.layOut(), all.filter((name) => !onFakesAlone.includes(name) && name !== withServices), [], { timeout: 1200 });
});
