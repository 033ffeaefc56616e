/**
 * The package: made twice, taken apart, and used on a Windows host (Wine) with nothing else on it and no network but the way
 * to the broker.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import { join, posix } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { startBroker, type TestBroker } from '../support/broker.js';
import { consume, type Consumer } from '../support/consumer.js';
import { examples } from '../support/examples.js';
import { packageCollector, packageFile, type Bill } from '../support/package.js';
import { PowershellSession } from '../support/powershellSession.js';
import { until } from '../support/wait.js';
import { makeWindowsHost, type WindowsHost } from '../support/windowsHost.js';
import { alignSections, root } from '../support/wine.js';
import { allParts, endParts } from './parts.js';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const aliases = ['cpu_total_system', 'cpu_total_user', 'memory_MemFree'];
const folder = mkdtempSync(join(os.tmpdir(), 'psutil-agent-package-'));
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** A file in a zip: name, method, what the directory says of it but for sizes and places, and all that stands before the next one. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly told: string;
  readonly bytes: Uint8Array;
}

/** The files of a zip in the order of its directory (APPNOTE 4.3.12). */
function entriesOf(bytes: Uint8Array): Entry[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = data.length - 22;
  const directory = data.readUInt32LE(end + 16);
  const found: (Omit<Entry, 'bytes'> & { at: number })[] = [];
  for (let at = directory; at < end;) {
    const [name, extra, comment] = [28, 30, 32].map((place) => data.readUInt16LE(at + place)) as [number, number, number];
    const length = 46 + name + extra + comment;
    // Versions and flags, then date, time and CRC-32, then size, lengths, attributes, then name and what follows it.
    const told = [[4, 10], [12, 20], [24, 42], [46, length]].map(([from = 0, to = 0]) => data.toString('hex', at + from, at + to)).join(' ');
    found.push({ name: data.toString('utf8', at + 46, at + 46 + name), method: data.readUInt16LE(at + 10), told, at: data.readUInt32LE(at + 42) });
    at += length;
  }
  return found.map(({ at, ...entry }, index) => ({ ...entry, bytes: data.subarray(at, found[index + 1]?.at ?? directory) }));
}

/** The files of a zip by name. fflate's own way takes ten times as long. */
function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  return Object.fromEntries(entriesOf(bytes).map(({ name, method, bytes: entry }) => {
    const local = Buffer.from(entry.buffer, entry.byteOffset, entry.length);
    // The name and what follows it stand before the data (APPNOTE 4.3.7).
    const data = local.subarray(30 + local.readUInt16LE(26) + local.readUInt16LE(28));
    return [name, method === 0 ? data : inflateRawSync(data)];
  }));
}

/** Makes the package from dist/ as it is, as another machine would: elsewhere, in another zone, with other rights. */
function make(name: string, env: Readonly<Record<string, string>> & { UMASK: string; CWD: string }): Uint8Array {
  const file = join(folder, name);
  const words = ['-c', 'umask "$1"; shift; exec "$@"', 'sh', env.UMASK, process.execPath, join(root, 'tools/package.mjs'), '--no-build', '--stored', '--out', file];
  const { status, stderr } = spawnSync('sh', words, { cwd: env.CWD, env: { ...process.env, ...env }, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return readFileSync(file);
}

let zip: Uint8Array;
let files: Record<string, Uint8Array>;
before(async () => {
  zip = readFileSync(await packageFile(join(folder, 'a.zip')));
  files = unzip(zip);
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the package', () => {
  const file = (name: string): Uint8Array => files[`PsutilAgent/${name}`]!;
  const text = (name: string): string => Buffer.from(file(name)).toString('utf8');

  it('is the same, made again elsewhere', () => {
    const again = make('b.zip', { UMASK: '077', CWD: folder, TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' });
    const contents = unzip(again);
    const differing = Object.keys({ ...files, ...contents }).filter((name) => Buffer.compare(files[name] ?? Buffer.alloc(0), contents[name] ?? Buffer.alloc(0)) !== 0);
    assert.deepEqual(differing, []);
    // The programs, of which the whole test's time would be, are not deflated a second time.
    const [first, second] = [entriesOf(zip), entriesOf(again)];
    const programs = first.filter(({ name }) => name.endsWith('.exe')).map(({ name }) => name);
    assert.deepEqual(programs, ['PsutilAgent/bin/node.exe', 'PsutilAgent/bin/nssm.exe']);
    assert.deepEqual(second.filter(({ name }) => programs.includes(name)).map(({ method }) => method), [0, 0]);
    const same = (entries: readonly Entry[]): object[] => entries.map(({ method, bytes, ...rest }) => (programs.includes(rest.name) ? rest : { ...rest, method, bytes: sha256(bytes) }));
    assert.deepEqual(same(second), same(first));
  });

  it('is one module folder whose SHA256SUMS hold for every other file', () => {
    const sums = new Map(text('SHA256SUMS').trim().split('\n').map((line) => line.split('  ').reverse() as [string, string]));
    const names = Object.keys(files).map((name) => name.replace(/^PsutilAgent\//, ''));
    assert.deepEqual([...sums.keys()].sort(), names.filter((name) => name !== 'SHA256SUMS').sort());
    for (const [name, sum] of sums) assert.equal(sha256(file(name)), sum, name);
    for (const name of ['PsutilAgent.psd1', 'PsutilAgent.psm1', 'bin/node.exe', 'bin/nssm.exe', 'collector/main.js', 'schemas/monitor.schema.json',
      'en-US/about_PsutilAgent.help.txt', 'cloudify/start.ps1', 'cloudify/stop.ps1', 'cloudify/plugin.yaml', 'examples/monitor.yaml', 'LICENSE']) {
      assert.ok(sums.has(name), name);
    }
  });

  it('holds native modules for Windows only', () => {
    const native = Object.keys(files).filter((name) => /\.(node|dll|so|exe)$/.test(name));
    assert.deepEqual(native.map((name) => name.split('/').at(-1)).sort(), ['koffi.node', 'node.exe', 'nssm.exe']);
    for (const name of native) assert.equal(Buffer.from(files[name]!.slice(0, 2)).toString(), 'MZ', name);
  });

  it('tells nothing of the machine that made it', () => {
    const told = [root.replace(/\/$/, ''), folder, 'sourceMappingURL'];
    for (const name of Object.keys(files).filter((candidate) => !/\.(exe|node)$|LICENSE|NOTICES/.test(candidate))) {
      const content = Buffer.from(files[name]!).toString('utf8');
      for (const word of told) assert.ok(!content.includes(word), `${name} holds ${word}`);
    }
  });

  it('has every file that its pages lead to', () => {
    const pages = Object.keys(files).filter((name) => name.endsWith('.md'));
    assert.ok(pages.length > 5);
    const missing = pages.flatMap((page) => [...Buffer.from(files[page]!).toString('utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => posix.normalize(posix.join(posix.dirname(page), link)))
      .filter((target) => !Object.keys(files).some((name) => name === target || name.startsWith(`${target.replace(/\/$/, '')}/`)))
      .map((target) => `${page}: ${target}`));
    assert.deepEqual(missing, []);
  });

  it('lists exactly what is in it in a bill of materials, and every licence', async () => {
    const { files: collector, inputs } = await packageCollector(version);
    for (const [name, data] of Object.entries(collector)) assert.equal(sha256(data), sha256(file(`collector/${name}`)), name);
    const bill = JSON.parse(text('sbom.cdx.json')) as Bill;
    assert.equal(bill.bomFormat, 'CycloneDX');
    assert.equal(bill.specVersion, '1.6');
    assert.equal(bill.metadata.component.version, version);
    const listed = new Set(bill.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)));
    const installed = (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version: string; integrity: string }> }).packages;
    // The innermost package: two versions of one may be in it, one below the package that needs it.
    const places = [...new Set(inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter((place) => place !== undefined))];
    const nameOf = (place: string): string => place.split('node_modules/').at(-1)!;
    const bundled = places.map(nameOf);
    // Beside what esbuild put into collector.cjs: the native modules, what is compiled into them, and the programs.
    const beside = ['@koromix/koffi-win32-x64', 'node-addon-api', 'node-api-headers', 'node', 'nssm'];
    assert.deepEqual([...listed].sort(), [...new Set([...bundled, ...beside])].sort());
    for (const place of places) {
      assert.ok(bill.components.some(({ group, name, version: found }) => (group === undefined ? name : `${group}/${name}`) === nameOf(place) && found === installed[place]!.version), place);
    }
    const refs = new Set(bill.components.map((component) => component['bom-ref']));
    assert.equal(refs.size, bill.components.length);
    for (const { dependsOn } of bill.dependencies) for (const ref of dependsOn) assert.ok(refs.has(ref), ref);
    const notices = text('THIRD-PARTY-NOTICES.txt');
    for (const { group, name, version: found, licenses, hashes, purl } of bill.components) {
      const full = group === undefined ? name : `${group}/${name}`;
      assert.ok(notices.includes(`${full}${found === undefined ? '' : ` ${found}`}`), full);
      assert.ok(licenses.length > 0, full);
      const locked = Object.entries(installed).find(([place, item]) => nameOf(place) === full && item.version === found)?.[1];
      if (purl?.startsWith('pkg:npm/')) assert.equal(Buffer.from(hashes[0]!.content, 'hex').toString('base64'), locked!.integrity.replace('sha512-', ''));
    }
  });
});

describe('a Windows host with the package and nothing else', () => {
  let host: WindowsHost;
  let broker: TestBroker;
  let consumer: Consumer;
  let files0: string[];
  let fast: typeof files;
  /** One PowerShell for what is asked before the first power cut. */
  let session: PowershellSession;
  before(async () => {
    [host, broker] = await allParts<[WindowsHost, TestBroker]>([makeWindowsHost(), startBroker({ port: 5672 })]);
    await mkdir(host.modules, { recursive: true });
    files0 = host.files();
    fast = startingFast(files);
    await host.unpack(fast, join(host.modules, 'PsutilAgent', version), 'PsutilAgent');
    consumer = await consume(broker.port);
    session = await PowershellSession.start(host);
  });
  after(() => endParts(host, consumer, broker));
  const inSession = (lines: string): Promise<unknown> => host.run(lines, (path) => session.run(path, {}));

  it('has no Node, and no network but to this machine', async () => {
    assert.deepEqual(Object.keys(os.networkInterfaces()), ['lo']);
    const found = await inSession("ConvertTo-Json @(Get-Command -Name node, node.exe -ErrorAction SilentlyContinue).Count");
    assert.equal(found, 0);
    const { code, out, err } = await host.prefix.wine(['cmd', '/c', `C:\\Program Files\\WindowsPowerShell\\Modules\\PsutilAgent\\${version}\\psutil-agent.cmd`, 'sample', 'cpu_count', 'logical=true']);
    assert.equal(code, 0, out);
    assert.match(out, /"result":\d+/, 'psutil-agent is a command that runs from the folder as it is');
    assert.doesNotMatch(err, /unrecognized|bad option/, 'this node.exe has every flag that is set');
  });

  it('does what the README says, as printed, in the folder where the zip was unpacked', async () => {
    const unpacked = join(host.drive, 'unpacked');
    await host.unpack(files, join(unpacked, 'PsutilAgent'), 'PsutilAgent');
    const blocks = examples().filter(({ fate }) => fate === 'wine');
    assert.deepEqual(blocks.map(({ page }) => page), ['README.md', 'README.md']);
    const began = Date.now();
    const { code, out, err } = await host.runFile(
      host.prefix.path(join(root, 'tools/ci/quickStart.ps1')), ['-Readme', host.prefix.path(join(root, 'README.md')), '-Folder', host.prefix.path(unpacked)],
    );
    console.log(`The README on Windows took ${((Date.now() - began) / 1000).toFixed(0)} s`);
    assert.equal(code, 0, `${out}\n${err}`);
    assert.equal([...out.matchAll(/^\d.*cpu_percent.*$/gm)].length, 3, out);
    assert.match(out, /True/);
    assert.ok([...out.matchAll(/^.*(memory_MemFree|cpu_total_).*$/gm)].length >= 3, out);
    assert.match(out, /cloudify-psutil\s+Running\s+\d+\s+samples flow to localhost:5672/);
    await rm(unpacked, { recursive: true });
  });

  it('starts the example, whose samples come to RabbitMQ', async () => {
    const skip = consumer.received.length;
    const monitor = await inSession(`
      Import-Module -Name PsutilAgent
      $secret = New-Object System.Security.SecureString
      'guest'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
      $monitor = Start-PsutilMonitor -Path 'C:\\Program Files\\WindowsPowerShell\\Modules\\PsutilAgent\\${version}\\examples\\monitor.yaml' -PassThru -Timeout 180 \`
        -NodeId host_1 -BrokerHostname 127.0.0.1 -BrokerPort ${String(broker.port)} -BrokerCredential (New-Object System.Management.Automation.PSCredential guest, $secret)
      ConvertTo-Json @{ name = $monitor.Name; state = "$($monitor.State)"; connected = $monitor.Connected } -Compress`);
    assert.deepEqual(monitor, { name: 'cloudify-psutil-host_1', state: 'Running', connected: true });
    await session.close();
    await arrive(consumer, skip);
  });

  it('samples again after a power cut', async () => {
    await host.prefix.powerCut();
    const settled = consumer.received.length;
    await host.prefix.boot();
    await arrive(consumer, settled);
  });

  it('keeps settings and unsent samples when a newer version takes the monitor over', async () => {
    const data = join(host.drive, 'ProgramData/PsutilAgent/cloudify-psutil-host_1');
    const settings = readFileSync(join(data, 'settings.json'), 'utf8');
    // Without a consumer nothing is routable: samples are held in the spool.
    await consumer.close();
    await until('held samples', () => (JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as { spooled: number }).spooled >= 6, 90);
    const before = Math.floor(Date.now() / 1000);
    await host.unpack(newer(fast), join(host.modules, 'PsutilAgent', '99.0.0'), 'PsutilAgent');
    await host.run(`
      Import-Module -Name PsutilAgent -MinimumVersion 99.0
      Get-PsutilMonitor | Start-PsutilMonitor -Timeout 180`);
    assert.equal(readFileSync(join(data, 'settings.json'), 'utf8'), settings);
    await rm(join(host.modules, 'PsutilAgent', version), { recursive: true });
    await host.prefix.powerCut();
    const registry = host.registry();
    assert.ok(registry.includes('PsutilAgent\\\\99.0.0'), 'the service is the newer one');
    assert.ok(!registry.includes(`PsutilAgent\\\\${version}`), 'nothing of the service is the older one');
    await host.prefix.boot();
    consumer = await consume(broker.port);
    const times = (): number[] => consumer.received.map(({ body }) => body['time'] as number);
    // Those held come first, however many they have become meanwhile.
    await until('new samples', () => times().some((time) => time > before), 90);
    assert.ok(times().filter((time) => time < before).length >= 6, 'the samples held before came too');
  });

  it('keeps nothing once the monitor is stopped and the folder deleted', async () => {
    await host.run(`
      Import-Module -Name PsutilAgent
      Stop-PsutilMonitor -Name cloudify-psutil-host_1`);
    await rm(join(host.modules, 'PsutilAgent'), { recursive: true });
    await host.prefix.powerCut();
    assert.deepEqual(host.files().filter((name) => !files0.includes(name) && !/^scripts(\/|$)/.test(name)), []);
    // Of the registry's keys, those that hold a word of ours.
    const keys = host.registry().split(/^(?=\[)/m).filter((key) => /psutil|nssm/i.test(key)).map((key) => key.split(/\] /)[0]);
    assert.deepEqual(keys, []);
  });
});

/** Waits until every metric of the example has come, after the first `skip` messages. */
async function arrive(consumer: Consumer, skip = 0): Promise<void> {
  const names = (): unknown[] => [...new Set(consumer.received.slice(skip).map(({ body }) => body['name']))].sort();
  await until('a sample of every metric', () => aliases.every((alias) => names().includes(alias)), 90);
  assert.deepEqual(names(), aliases);
  for (const { body } of consumer.received.slice(skip)) {
    assert.equal(typeof body['metric'], 'number');
    assert.equal(body['node_id'], 'host_1');
  }
}

/** The same package with a node.exe that Wine starts in half the time, listed as it is; the README's commands run with the one that is shipped. */
function startingFast(contents: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  const [program, list] = ['PsutilAgent/bin/node.exe', 'PsutilAgent/SHA256SUMS'];
  const aligned = alignSections(Buffer.from(contents[program]!));
  const sums = Buffer.from(contents[list]!).toString('utf8').replace(/^\w+(?= {2}bin\/node\.exe$)/m, sha256(aligned));
  return { ...contents, [program]: aligned, [list]: Buffer.from(sums) };
}

/** The same package under a later version. */
function newer(contents: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  const manifest = 'PsutilAgent/PsutilAgent.psd1';
  return { ...contents, [manifest]: Buffer.from(Buffer.from(contents[manifest]!).toString('utf8').replace(`'${version}'`, "'99.0.0'")) };
}
