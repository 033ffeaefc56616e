/**
 * cloudify/start.ps1 and stop.ps1, run as Cloudify's script plugin runs them, on a Windows host (Wine) that has nothing but
 * what the blueprint brings.
 */
import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { freePort } from '../support/broker.js';
import { root } from '../support/wine.js';
import { blueprint, brokerConfig, example, makeCloudifyHost, operations, prefixOf, scriptText, type CloudifyHost } from './cloudifyHost.js';
import { BrokenContext, TornContext, environmentOf, type Context } from './scriptPlugin.js';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
let cloudify: CloudifyHost;
/** The package's SHA-256. */
let packageHash: string;
const ids = { instance: 'vm_a', node: 'vm', deployment: 'dep_1' };

before(async () => {
  cloudify = await makeCloudifyHost();
  packageHash = createHash('sha256').update(readFileSync(cloudify.zip)).digest('hex');
});
// Whether or not it could be made.
after(() => (cloudify as CloudifyHost | undefined)?.remove());

describe('the host', () => {
  it('reaches this machine only', () => { assert.deepEqual(Object.keys(os.networkInterfaces()), ['lo']); });
});

describe('the files', () => {
  const shared = (name: 'start' | 'stop'): string | undefined => /#region[\s\S]*#endregion/.exec(scriptText(name))?.[0];

  it('are plain ASCII, and what both scripts need is the same in both', () => {
    for (const name of ['start', 'stop'] as const) assert.match(scriptText(name), /^[\t\n\x20-\x7e]*$/);
    assert.ok(shared('start'));
    assert.equal(shared('start'), shared('stop'));
  });

  it('ask for no newer module than the one they come with', () => {
    const [, required] = /\$requiredVersion = \[version\]'([\d.]+)'/.exec(scriptText('start'))!;
    assert.ok(required!.localeCompare(version, undefined, { numeric: true }) <= 0, `${required} against ${version}`);
  });

  it('plugin.yaml maps both operations, with the inputs that the scripts read', () => {
    for (const name of ['start', 'stop'] as const) assert.ok(existsSync(join(root, 'cloudify', operations[name].implementation)), name);
    assert.deepEqual(Object.keys(operations.start.inputs), ['psutil_config', 'psutil_settings', 'psutil_package', 'psutil_package_sha256', 'psutil_timeout', 'process']);
    assert.deepEqual(Object.keys(operations.stop.inputs), ['process']);
    for (const name of ['start', 'stop'] as const) assert.equal(operations[name].inputs.process.default.ctx_proxy_type, 'http');
    assert.equal(blueprint.node_templates.vm.type, 'psutil_agent.nodes.WindowsHost');
  });

  it('the stand-in quotes as the plugin does', () => {
    assert.equal(environmentOf({ a: [{ b: 'x"\u00e9' }] })['a'], String.raw`[{\"b\":\"x\\"\u00e9\"}]`);
    assert.equal(environmentOf({ a: ['x'] }, { escaped: false })['a'], '["x"]');
  });
});

// What a test leaves of the agent's file is none of the next one's.
beforeEach(() => cloudify.agentFile(brokerConfig()));

describe('start refuses', () => {
  it('to run without a context, or with one that does not answer or answers errors', async () => {
    const inputs = { psutil_config: example };
    const none = await cloudify.start(undefined, { inputs, prefix: 'powershell' });
    assert.equal(none.ok, false);
    assert.match(none.message, /CTX_SOCKET_URL is not set/);
    const away = await cloudify.start(undefined, { inputs, url: `http://localhost:${String(await freePort())}` });
    assert.equal(away.ok, false);
    assert.match(away.message, /did not answer 'ctx instance id'/);
    const old = await cloudify.start(undefined, { inputs, url: 'tcp://127.0.0.1:5000' });
    assert.equal(old.ok, false);
    assert.match(old.message, /CTX_SOCKET_URL is 'tcp:[^']*': expected an address with http.*process: \{ ctx_proxy_type: http \}/);
    const broken = await cloudify.start(new BrokenContext(ids), { inputs });
    assert.equal(broken.ok, false);
    assert.match(broken.message, /refused 'ctx instance id': HttpException: 500: the manager is away/);
    const torn = await cloudify.start(new TornContext(ids), { inputs });
    assert.equal(torn.ok, false);
    assert.match(torn.message, /answered 'ctx instance id' with something that is not its JSON/);
  });

  it('a host without the module where the blueprint brings none', async () => {
    const result = await cloudify.start(cloudify.contextOf('vm_a', { resources: {} }), { inputs: { psutil_config: example } });
    assert.equal(result.ok, false);
    assert.match(result.message, /PsutilAgent [\d.]+ or newer is needed; it is not installed, and the blueprint's package 'resources\/PsutilAgent\.zip' was not to be had/);
    assert.match(result.message, /404/);
    assert.deepEqual(cloudify.filesNew, [], 'nothing is left of the try');
  });

  it('a module that is too old, installed and in the blueprint', async () => {
    const old = join(cloudify.host.modules, 'PsutilAgent/0.0.1');
    const manifest = (number: string): string => readFileSync(join(root, 'PsutilAgent.psd1'), 'utf8').replace(`'${version}'`, `'${number}'`);
    await mkdir(old, { recursive: true });
    await Promise.all([writeFile(join(old, 'PsutilAgent.psd1'), manifest('0.0.1')), writeFile(join(old, 'PsutilAgent.psm1'), ''),
      ...['PsutilAgent.Format.ps1xml', 'PsutilAgent.Types.ps1xml'].map((name) => copyFile(join(root, name), join(old, name)))]);
    const file = join(cloudify.folder, 'old.zip');
    await writeFile(file, zipSync({ 'PsutilAgent/PsutilAgent.psd1': Buffer.from(manifest('0.0.2')) }));
    const result = await cloudify.start(cloudify.contextOf('vm_a', { resources: { 'old.zip': cloudify.resource(file) } }), { inputs: { psutil_config: example, psutil_package: 'old.zip' } });
    assert.equal(result.ok, false);
    assert.match(result.message, /installed in version 0\.0\.1 only[\s\S]*'old\.zip' holds version 0\.0\.2/);
    assert.deepEqual(readdirSync(join(cloudify.host.modules, 'PsutilAgent')), ['0.0.1']);
  });

  it('a package that is not the one the blueprint names, and a hash that is none', async () => {
    const before = cloudify.filesNew;
    const inputs = { psutil_config: example, psutil_package_sha256: 'a'.repeat(64) };
    const differs = await cloudify.start(cloudify.contextOf('vm_a'), { inputs });
    assert.equal(differs.ok, false);
    assert.equal(differs.aborted, false);
    assert.match(differs.message, /'resources\/PsutilAgent\.zip' is not the package that psutil_package_sha256 names: expected a{64}, found [0-9a-f]{64}/);
    const none = await cloudify.start(cloudify.contextOf('vm_a'), { inputs: { ...inputs, psutil_package_sha256: 'abc' } });
    assert.equal(none.aborted, true);
    assert.match(none.message, /psutil_package_sha256 is wrong: expected a SHA-256 of 64 hexadecimal digits, found 3 characters/);
    assert.deepEqual(cloudify.filesNew, before, 'nothing is left of the try');
  });

  type Refusal = [what: string, given: { inputs: Record<string, unknown>; file?: object | string }, message: RegExp, aborted: boolean];
  // One of each kind, through the script; Pester/Cloudify.Tests.ps1 has them all.
  const refused: Refusal[] = [
    ['a missing psutil_config', { inputs: {} }, /psutil_config is missing: expected a list of metrics/, true],
    ['settings cut off, and tells no secret', { inputs: { psutil_config: example, psutil_settings: '{"broker":{"password":"hidden-4711"' } },
      /^The input psutil_settings cannot be read: expected a map of settings as JSON, found 35 characters that are none\./, true],
    ['a host without broker_config.json, or any word of a broker', { inputs: { psutil_config: example } }, /no broker_config\.json in 'C:\\cloudify\\vm_1\\work'[\s\S]*KeyError/, false],
    ['a broken broker_config.json', { inputs: { psutil_config: example }, file: '{"broker_password": "hidden-4711", "broker_hostname":' },
      /(?:^|\n)The agent's 'C:\\cloudify\\vm_1\\work\\broker_config\.json' cannot be read: it is not JSON\. Correct it, or install the agent anew\.\r?\n$/, false],
  ];
  for (const [what, { inputs, file }, message, aborted] of refused) {
    it(what, async () => {
      await cloudify.agentFile(file);
      const context = cloudify.contextOf('vm_a');
      const result = await cloudify.start(context, { inputs: { ...inputs, psutil_package_sha256: packageHash } });
      assert.equal(result.ok, false);
      assert.match(result.message, message);
      assert.deepEqual(context.log.filter(({ level }) => level === 'error').map(({ message: text }) => text.trim()), [result.message.trim()]);
      assert.equal(result.aborted, aborted);
      assert.doesNotMatch(result.err, /at line|CategoryInfo|ScriptStackTrace/i);
      assert.doesNotMatch(result.err, /guest|hidden-4711/);
      assert.deepEqual(cloudify.monitors, []);
    });
  }

  it('a configuration with faults, and names every one', async () => {
    const psutil_config = [{ method: 'virtual_memry', interval: 5 }, { method: 'virtual_memory', result_argument: 'fre', interval: 5 }, { method: 'cpu_percent', interval: 0 }, null];
    const context = cloudify.contextOf('vm_a');
    const result = await cloudify.start(context, { inputs: { psutil_config, ...cloudify.port } });
    assert.equal(result.ok, false);
    assert.equal(result.aborted, true);
    for (const pointer of ['/psutil_config/0/method', '/psutil_config/1/result_argument', '/psutil_config/2/interval', '/psutil_config/3']) assert.ok(result.message.includes(pointer), result.message);
    assert.deepEqual(cloudify.monitors, []);
    assert.equal(context.downloads, 0, 'the package was unpacked before');
    assert.deepEqual(readdirSync(join(cloudify.host.modules, 'PsutilAgent')).sort(), ['0.0.1', version]);
  });
});

describe('a monitor of a node instance', () => {
  const names = example.map(({ alias }) => alias);
  const odd = 'vm_b "7"\u00e9/%x\\y';
  let first: Context;
  let second: Context;

  it('is started with the agent\'s broker, and its samples come', async () => {
    first = cloudify.contextOf('vm_a');
    const result = await cloudify.start(first, { inputs: { psutil_config: example, psutil_timeout: 180, ...cloudify.port }, prefix: prefixOf('start') });
    assert.ok(result.ok, result.err);
    const { body, routingKey } = (await cloudify.arrive('vm_a', names))[0]!;
    assert.deepEqual({ node: body['node_name'], deployment: body['deployment_id'], host: body['host'], routingKey },
      { node: 'vm', deployment: 'dep_1', host: 'vm_a', routingKey: 'dep_1' });
    assert.deepEqual(first.properties, { psutil_monitor: 'cloudify-psutil-vm_a' });
    assert.equal(first.downloads, 0, 'the module is there already');
    assert.ok(first.log.some(({ level, message }) => level === 'info' && message.includes('cloudify-psutil-vm_a')));
    assert.ok(existsSync(join(cloudify.host.drive, 'cloudify/vm_1/work/psutil.log')));
    const kept = cloudify.dataOf('cloudify-psutil-vm_a', 'settings.json')['broker'] as Record<string, unknown>;
    assert.equal(kept['heartbeat'], 20, 'the inputs go over the agent\'s values');
    assert.equal(kept['vhost'], '/', 'where the consumers are, not the tenant\'s');
    assert.deepEqual(kept['hostnames'], ['127.0.0.1']);
    assert.equal(kept['password'], undefined);
    assert.doesNotMatch(result.out + result.err + JSON.stringify(first.log), /hidden-4711/);
  });

  it('started again, is left alone', async () => {
    const { pid } = cloudify.dataOf('cloudify-psutil-vm_a', 'status.json');
    const result = await cloudify.start(first, { inputs: { psutil_config: example, psutil_timeout: 180, ...cloudify.port } });
    assert.ok(result.ok, result.err);
    assert.equal(cloudify.dataOf('cloudify-psutil-vm_a', 'status.json')['pid'], pid);
  });

  it('is joined by another instance\'s, with an odd id, plain quoting, and the broker from the manager', async () => {
    await cloudify.agentFile(undefined);
    second = cloudify.contextOf(odd, { broker: { broker_ip: '127.0.0.1', broker_user: 'guest', broker_pass: 'guest', broker_vhost: '/', broker_ssl_enabled: false } });
    const psutil_config = [{ method: 'cpu_percent', args: { interval: 0.5 }, interval: 1, alias: 'say "hi" \u00fc\\' }];
    const result = await cloudify.start(second, { inputs: { psutil_config, psutil_timeout: 180, ...cloudify.port }, escaped: false });
    assert.ok(result.ok, result.err);
    await cloudify.arrive(odd, ['say "hi" \u00fc\\']);
    assert.match(second.properties['psutil_monitor']!, /^cloudify-psutil-[\w.-]+$/);
    assert.equal(cloudify.monitors.length, 2);
  });

  it('is stopped alone', async () => {
    const result = await cloudify.stop(first, { prefix: prefixOf('stop') });
    assert.ok(result.ok, result.err);
    assert.deepEqual(first.properties, {});
    assert.deepEqual(cloudify.monitors, [second.properties['psutil_monitor']!]);
    await cloudify.arrive(odd, ['say "hi" \u00fc\\'], cloudify.consumer.received.length);
  });

  it('stopped again, or never started, is no fault, even beside one whose settings are broken', async () => {
    const settings = join(cloudify.host.drive, 'ProgramData/PsutilAgent', second.properties['psutil_monitor']!, 'settings.json');
    const text = readFileSync(settings);
    await writeFile(settings, '{');
    for (const context of [first, cloudify.contextOf('vm_c')]) {
      const result = await cloudify.stop(context);
      assert.ok(result.ok, result.err);
      assert.ok(context.log.some(({ message }) => message.includes('nothing to stop')));
    }
    await writeFile(settings, text);
  });

  it('is not stopped where the context answers errors or is missing', async () => {
    const broken = await cloudify.stop(new BrokenContext(ids));
    assert.equal(broken.ok, false);
    assert.match(broken.message, /refused 'ctx instance id'/);
    const none = await cloudify.stop(undefined);
    assert.equal(none.ok, false);
    assert.match(none.message, /CTX_SOCKET_URL is not set/);
    assert.equal(cloudify.monitors.length, 1);
  });

  it('that cannot be stopped is a failure, and stays recorded', async () => {
    // The module's, and the one that the services run from.
    const programs = cloudify.host.files().filter((name) => name.endsWith('/nssm.exe')).map((name) => join(cloudify.host.drive, name));
    assert.equal(programs.length, 2);
    for (const program of programs) await rename(program, `${program}.away`);
    const result = await cloudify.stop(second);
    for (const program of programs) await rename(`${program}.away`, program);
    assert.equal(result.ok, false);
    assert.match(result.message, /nssm is needed and was not found/);
    assert.equal(cloudify.monitors.length, 1);
    assert.ok('psutil_monitor' in second.properties);
  });

  it('is found by its instance where the runtime property was lost', async () => {
    const result = await cloudify.stop(cloudify.contextOf(odd));
    assert.ok(result.ok, result.err);
    assert.deepEqual(cloudify.monitors, []);
  });

  it('cannot start with a broker that is away, and leaves nothing', async () => {
    const settings = { broker: { port: await freePort() } };
    const result = await cloudify.start(cloudify.contextOf('vm_d'), { inputs: { psutil_config: example, psutil_settings: settings, psutil_timeout: 8 } });
    assert.equal(result.ok, false);
    assert.equal(result.aborted, false, 'to be tried again');
    assert.match(result.message, /cloudify-psutil-vm_d/);
    assert.deepEqual(cloudify.monitors, []);
  });

  it('whose first samples nobody takes is started, and the operation\'s log warns of it', async () => {
    const context = cloudify.contextOf('vm_n');
    // An exchange that the agent's user may make, and no queue is bound to.
    const settings = { broker: { port: cloudify.broker.port, exchange: { name: 'cloudify-logs' } } };
    const result = await cloudify.start(context, { inputs: { psutil_config: example, psutil_settings: settings, psutil_timeout: 180 } });
    assert.ok(result.ok, result.err);
    const warnings = context.log.filter(({ level }) => level === 'warning').map(({ message }) => message);
    assert.equal(warnings.length, 1, JSON.stringify(context.log));
    assert.match(warnings[0]!, /^Nobody takes the samples of 'cloudify-psutil-vm_n': no queue is bound to the exchange 'cloudify-logs' of the virtual host '\/' for the routing key 'dep_1'/);
    assert.ok((await cloudify.stop(context)).ok);
    const data = join(cloudify.host.drive, 'ProgramData/PsutilAgent');
    assert.deepEqual(readdirSync(join(data, 'cloudify-psutil-vm_n')), ['spool'], 'what nobody took is kept, and nothing else');
    await rm(data, { recursive: true });
  });

  it('of two instances that start and stop at once, on a host without the module, are one module and two monitors', async () => {
    await rm(join(cloudify.host.modules, 'PsutilAgent'), { recursive: true });
    const both = ['vm_e', 'vm_f'].map((id) => cloudify.contextOf(id));
    const settings = { psutil_config: example, psutil_timeout: 180, ...cloudify.port };
    // One in the session, one in a PowerShell of its own.
    const own = [undefined, 'powershell'];
    const started = await Promise.all(both.map((context, at) => cloudify.start(context, { inputs: settings, prefix: own[at] })));
    for (const { ok, err } of started) assert.ok(ok, err);
    await Promise.all(['vm_e', 'vm_f'].map((id) => cloudify.arrive(id, names)));
    assert.deepEqual(readdirSync(join(cloudify.host.modules, 'PsutilAgent')), [version]);
    assert.equal(cloudify.monitors.length, 2);
    const stopped = await Promise.all(both.map((context, at) => cloudify.stop(context, { prefix: own[at] })));
    for (const { ok, err } of stopped) assert.ok(ok, err);
    assert.deepEqual(cloudify.monitors, []);
  });

  it('stopped on a host without the module is no fault', async () => {
    await rm(join(cloudify.host.modules, 'PsutilAgent'), { recursive: true });
    const result = await cloudify.stop(first);
    assert.ok(result.ok, result.err);
    assert.deepEqual(cloudify.filesNew, ['cloudify/vm_1/work/psutil.log'], 'the agent keeps its log, nothing else is left');
  });
});
