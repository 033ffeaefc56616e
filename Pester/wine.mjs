// The module end to end under Wine: real nssm.exe, real node.exe, a real RabbitMQ, the PowerShell engine as Windows. First the
// Pester tests whose outcome depends on the system, then EndToEnd.Tests.ps1 with a power cut in the middle, then the README's
// quick start. Needs dist/.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { layoutModule, makePrefix, root } from '../tools/windows/prefix.mjs';
import { buildHost } from './host/build.mjs';

const { startBroker } = await import(join(root, 'dist/test/support/broker.js'));
const { consume } = await import(join(root, 'dist/test/support/consumer.js'));
/** A word of this run's password that is nowhere else on the machine, with what quoting may break around it. */
const secret = `Secret${randomBytes(6).toString('hex')}`;
const password = `Wine "${secret}" 4711\\`;
const aliases = ['cpu_total_system', 'cpu_total_user', 'memory_MemFree'];

let prefix;
let broker;
let consumer;
let shell;
let module;

/** Runs a script file of the prefix in the PowerShell host, in the folder above the module's. */
function powershell(args, options) {
  return prefix.wine([shell, '-NoProfile', '-NonInteractive', ...args], { cwd: join(module, '..'), ...options });
}

/** Runs Pester files of the module folder; throws with their output, what failed first, where a test failed or none ran. */
async function pester(files, { tag, timeout = 900 }) {
  const path = files.map((name) => prefix.path(join(module, 'Pester', name))).join(',');
  const args = ['-File', prefix.path(join(module, 'Pester/run.ps1')), '-Path', path, '-Output', 'Detailed', ...(tag ? ['-Tag', tag] : [])];
  const { code, out, err } = await powershell(args, { timeout, env: { PSUTIL_AGENT_E2E: prefix.path(join(prefix.home, 'e2e.json')) } });
  const counts = out.match(/^Pester: .*$/m)?.[0];
  console.log(counts ?? 'no counts');
  const failures = out.split(/^(?=\s*\[[+!-]\] |\s*Describing )/m).filter((part) => part.trimStart().startsWith('[-]'));
  assert.equal(code, 0, `${failures.join('')}\nAll of it:\n${out}\n${err}`);
  assert.ok(counts, out);
}

/** The command lines of all processes that ran while `work` did. */
async function watchCommandLines(work) {
  const seen = new Set();
  let done = false;
  const watch = (async () => {
    while (!done) {
      for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          seen.add(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
        } catch {
          // It ended meanwhile.
        }
      }
      await delay(50);
    }
  })();
  try {
    await work();
  } finally {
    done = true;
    await watch;
  }
  return [...seen];
}

/** Waits until every metric of the example has come, after the first `skip` messages. */
async function arrive(skip, node) {
  const names = () => [...new Set(consumer.received.slice(skip).filter(({ body }) => body.node_id === node).map(({ body }) => body.name))].sort();
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await delay(200)) {
    if (aliases.every((alias) => names().includes(alias))) return;
  }
  assert.deepEqual(names(), aliases);
}

/** Every file under a folder that holds the text, in UTF-8 or UTF-16. */
async function filesWith(folder, text) {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    // The pinned programs are large, and known.
    if (!entry.isFile() || file.includes('/windows/') || file.endsWith('.exe')) continue;
    const content = await readFile(file);
    if (needles.some((needle) => content.includes(needle))) found.push(file);
  }
  return found;
}

before(async () => {
  shell = await buildHost({ rid: 'win-x64', log: (line) => console.error(line) });
  [prefix, broker] = await Promise.all([makePrefix(), startBroker()]);
  module = join(prefix.drive, 'Program Files/PsutilAgent');
  await layoutModule(module);
  await mkdir(join(module, 'Pester'));
  for (const name of readdirSync(join(root, 'Pester')).filter((file) => /\.(ps1|psm1)$/.test(file))) {
    await cp(join(root, 'Pester', name), join(module, 'Pester', name));
  }
  await broker.ctl('add_user', 'sampler', password);
  await broker.ctl('set_permissions', 'sampler', '.*', '.*', '.*');
  await writeFile(join(prefix.home, 'e2e.json'), JSON.stringify({ port: broker.port, user: 'sampler', password, secret }));
  consumer = await consume(broker.port);
});

after(() => Promise.all([prefix?.remove(), consumer?.close(), broker?.stop()]));

describe('the module under Wine', () => {
  // Start.Tests.ps1 and Stop.Tests.ps1 have a Windows of their own: they pass here too, in eight minutes that tell nothing new.
  it('passes the Pester tests that depend on the system', async () => {
    await pester(['Native.Tests.ps1', 'Collector.Tests.ps1'], {});
  });

  it('starts monitors, whose samples come, and no secret is anywhere', async () => {
    const lines = await watchCommandLines(() => pester(['EndToEnd.Tests.ps1'], { tag: 'Started' }));
    await arrive(0, 'host_1');
    assert.ok(consumer.received.some(({ body }) => body.name === 'second' && body.node_id === 'second'));
    assert.ok(lines.some((line) => line.includes('nssm.exe set')), 'the calls of NSSM were seen');
    assert.deepEqual(lines.filter((line) => line.includes(secret)), []);
  });

  it('samples again after a power cut', async () => {
    await prefix.powerCut();
    assert.deepEqual(await filesWith(prefix.drive, secret), []);
    assert.ok(!(await readFile(join(prefix.drive, '../system.reg'), 'latin1')).includes(secret));
    const skip = consumer.received.length;
    await prefix.boot();
    await arrive(skip, 'host_1');
  });

  it('stops them, and nothing is left', async () => {
    await pester(['EndToEnd.Tests.ps1'], { tag: 'Booted' });
    await prefix.powerCut();
    assert.doesNotMatch(await readFile(join(prefix.drive, '../system.reg'), 'latin1'), /cloudify-psutil|neill/);
    await prefix.boot();
  });

  it('does what the README\'s quick start says, as printed', async () => {
    const block = (await readFile(join(root, 'README.md'), 'utf8')).match(/## On Windows\n\n```powershell\n([^`]*)```/)?.[1] ?? '';
    const lines = block.trim().split('\n');
    assert.equal(lines.length, 5);
    const script = join(prefix.drive, 'quickstart.ps1');
    await writeFile(script, `$ErrorActionPreference = 'Stop'\n${block}\n`);
    const skip = consumer.received.length;
    const relay = await listen(5672);
    try {
      const { code, out, err } = await powershell(['-File', prefix.path(script)], {});
      assert.equal(code, 0, `${out}\n${err}`);
      assert.match(out, /True/);
      assert.match(out, /cloudify-psutil\s+Running\s+True/);
      assert.ok(consumer.received.length > skip, 'samples came');
    } finally {
      relay.close();
    }
  });
});

/** The broker at its usual port, which the README's lines mean. */
async function listen(port) {
  const server = createServer((socket) => {
    const far = connect({ host: '127.0.0.1', port: broker.port });
    for (const [from, to] of [[socket, far], [far, socket]]) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.unref();
  return server;
}
