/** Broken states, brought about with real parts, and what each view says of them: docs/states.md. STATES_WRITE=1 writes the page anew. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { freePort, startBroker, type TestBroker } from '../support/broker.js';
import { startDeadHost } from '../support/deadHost.js';
import { pwshIn } from '../support/powershell.js';
import { WatchedCollector, type Views, type Within } from './collector.js';
import { pageOf, stable, type SeenState } from './page.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = join(root, 'docs/states.md');
const exchange = 'cloudify-monitoring';

/** What is wrong is said in these words in each view; what is kept, where samples wait. */
interface Expected {
  readonly title: string;
  readonly how: string;
  readonly says: RegExp;
  /** In the log, where it is said in other words there. */
  readonly logs?: RegExp;
  /** In doctor. */
  readonly finds?: RegExp;
  readonly keeps?: boolean;
  readonly exitCode: number;
}

describe('broken states', { skip: process.platform !== 'linux' || process.getuid?.() !== 0 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-states-'));
  const seen = new Map<string, { expected: Expected; views: Views }>();
  let broker: TestBroker;
  let connection: ChannelModel;
  let channel: Channel;
  let tlsPort = 0;
  const folders: Record<string, string> = {};

  before(async () => {
    const made = (name: string): { cert: string; key: string } => {
      const [cert, key] = [join(home, `${name}.pem`), join(home, `${name}.key`)];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '30', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
      return { cert, key };
    };
    const server = made('server');
    made('stranger');
    writeFileSync(join(home, 'secret'), 'guest\n');
    broker = await startBroker({ tls: { ...server, ca: server.cert } });
    tlsPort = broker.tlsPort ?? 0;
    await open();
  });
  after(async () => {
    await connection.close().catch(() => undefined);
    await broker.stop();
    rmSync(home, { recursive: true, force: true });
  });

  function collector(t: TestContext, name: string, more: { broker?: object; spool?: object; psutil_config?: object[] } = {}, within?: Within): WatchedCollector {
    const folder = join(home, name);
    folders[folder] = '/data';
    const watched = new WatchedCollector(folder, {
      node: { deployment_id: 'shop', node_name: 'web', node_id: 'web_1' },
      psutil_config: [{ method: 'virtual_memory', result_argument: 'free', interval: 0.5, alias: 'memory' }],
      ...more,
      broker: { hostnames: ['localhost'], port: broker.port, password_file: join(home, 'secret'), reconnect_initial: 0.2, reconnect_maximum: 1, ...more.broker },
    }, within);
    t.after(() => watched.stop('SIGKILL'));
    watched.start();
    return watched;
  }

  /** Looks, holds what is seen against what a person needs, and keeps it for the page. */
  async function see(watched: WatchedCollector, name: string, expected: Expected): Promise<void> {
    const views = await watched.look(name);
    const [first = ''] = views.status.split('\n', 1);
    assert.match(first, expected.says, 'status');
    if (expected.keeps === true) assert.match(first, /[\d,]+ kept|kept in memory/, 'status tells what is kept');
    assert.match(views.log.join('\n'), expected.logs ?? expected.says, 'the log');
    assert.match(views.doctor.join('\n'), expected.finds ?? expected.says, 'doctor');
    assert.equal(views.exitCode, expected.exitCode, views.doctor.join('\n'));
    assert.doesNotMatch([views.status, ...views.log, ...views.doctor].join('\n'), /guest2secret|undefined|NaN|\[object/);
    seen.set(name, { expected, views });
  }

  /** Waits until samples flow again; then nothing of the fault is told as what holds. */
  async function over(watched: WatchedCollector, fault: RegExp): Promise<void> {
    await watched.until('samples flow', ({ delivery, spooled }) => ['idle', 'flowing'].includes(delivery?.state ?? '') && spooled < 5);
    assert.doesNotMatch(watched.report?.summary ?? '', fault);
    assert.match(watched.report?.summary ?? '', /^samples flow to localhost:\d+$/);
  }

  async function open(): Promise<void> {
    connection = await connect({ hostname: '127.0.0.1', port: broker.port });
    connection.on('error', () => undefined);
    channel = await connection.createChannel();
    channel.on('error', () => undefined);
  }

  const bind = async (queue: string, options: object): Promise<void> => {
    await channel.assertQueue(queue, { autoDelete: true, ...options });
    await channel.bindQueue(queue, exchange, 'shop');
  };
  const take = async (): Promise<void> => {
    await channel.assertExchange(exchange, 'topic', { autoDelete: true, durable: false });
    await bind('all', {});
    await channel.consume('all', () => undefined, { noAck: true });
  };

  it('on the way to the broker, one after the other under one collector', { timeout: 900_000 }, async (t) => {
    const watched = collector(t, 'way');
    await watched.until('the hold', ({ delivery }) => delivery?.state === 'held');
    await see(watched, 'nobody', {
      title: 'Nobody is bound', how: 'A collector and a broker, and no queue bound to the exchange: the first state of every new site.',
      says: /nobody is bound to the exchange "cloudify-monitoring" for the routing key "shop"/, keeps: true, exitCode: 0,
    });
    await take();
    await over(watched, /held/);
    await see(watched, 'well', { title: 'All is well', how: 'A queue is bound.', says: /^samples flow to/, logs: /samples reach a consumer again/, finds: /^/, exitCode: 0 });
    assert.equal(seen.get('well')?.views.doctor.join('\n'), '', 'a fault that is over is none');

    await broker.ctl('set_vm_memory_high_watermark', '0');
    await watched.until('the alarm', ({ delivery }) => delivery?.state === 'blocked');
    await see(watched, 'blocked', { title: 'The broker is blocked', how: 'RabbitMQ\'s memory alarm, as its disk alarm does, stops publishers.', says: /asks for a pause \(low on memory\)/, keeps: true, exitCode: 0 });
    await broker.ctl('set_vm_memory_high_watermark', '0.9');
    await over(watched, /blocked|pause/);

    await bind('full', { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } });
    await watched.until('the refusal', ({ delivery }) => delivery?.state === 'nacked');
    await see(watched, 'full', { title: 'A queue is full', how: 'A bound queue with max-length and overflow reject-publish has reached its length.', says: /refuse.* \(nack\), as it does for a full queue/, keeps: true, exitCode: 5 });
    await channel.deleteQueue('full');
    await over(watched, /refused|nack/);

    await broker.halt();
    await watched.until('the loss', ({ delivery, spooled }) => delivery?.state === 'unreachable' && spooled > 0);
    await see(watched, 'stopped', { title: 'The broker is stopped', how: 'RabbitMQ was shut down under a collector that published.', says: /nobody listens at localhost:\d+: check broker\.hostnames and broker\.port, and that RabbitMQ is running there/, keeps: true, exitCode: 4 });
    await broker.resume();
    await open();
    await take();
    await over(watched, /away|listens/);
  });

  const wrong: [name: string, settings: object, expected: Omit<Expected, 'exitCode'>][] = [
    ['password', { password_file: 'wrong' }, { title: 'A wrong password', how: 'The password file holds another password than the user has.', says: /refused the login of user "guest": check broker\.username and the password/ }],
    ['vhost', { vhost: 'nowhere' }, { title: 'A wrong virtual host', how: '`broker.vhost` names one that is not there.', says: /refused the virtual host "nowhere" to user "guest": it does not exist, the user has no permission/ }],
    ['ca', { tls: { enabled: true, ca_cert: '../stranger.pem' } }, { title: 'A wrong authority', how: '`broker.tls.ca_cert` is not the one that signed the broker\'s certificate.', says: /is not signed by an authority in broker\.tls\.ca_cert/ }],
    ['port', { port: 1 }, { title: 'A wrong port', how: 'Nobody listens at `broker.port`.', says: /nobody listens at localhost:\d+: check broker\.hostnames and broker\.port/ }],
    ['name', { hostnames: ['rabbit.invalid'] }, { title: 'A wrong host name', how: 'No name server knows `broker.hostnames`.', says: /the name "rabbit\.invalid" is not known: check broker\.hostnames and this host's DNS/ }],
  ];

  it('of settings that do not fit the broker', { timeout: 600_000 }, async (t) => {
    const free = await freePort();
    await Promise.all(wrong.map(async ([name, settings, expected]) => {
      mkdirSync(join(home, name));
      writeFileSync(join(home, name, 'wrong'), 'guest2secret\n');
      const own = { ...settings, ...('port' in settings ? { port: free } : {}), ...('tls' in settings ? { port: tlsPort } : {}) };
      const watched = collector(t, name, { broker: own });
      const waited = await watched.until(name, ({ delivery, spooled }) => ['refused', 'unreachable'].includes(delivery?.state ?? '') && spooled > 0);
      t.diagnostic(`${name}: told ${waited.toFixed(0)} ms after its start`);
      await see(watched, name, { ...expected, keeps: true, exitCode: 4 });
      if (name !== 'password') return;
      writeFileSync(join(home, name, 'wrong'), 'guest\n');
      await watched.until('the login', ({ connected }) => connected === true);
      assert.doesNotMatch(watched.report?.summary ?? '', /refused/);
    }));
  });

  /** doctor where spool and name server hang: the rest is told, and it ends. Gives the milliseconds it took. */
  async function hanging(volume: string, within: Within): Promise<number> {
    const begin = performance.now();
    const { doctor, exitCode } = await new WatchedCollector(join(home, 'hung'), {
      psutil_config: [{ method: 'boot_time', interval: 5 }], spool: { path: join(volume, 'spool') },
      broker: { hostnames: ['dead.example'], password_file: join(home, 'secret'), connect_timeout: 2 },
    }, within).doctor();
    const text = doctor.join('\n');
    assert.equal(exitCode, 4, text);
    assert.match(text, /^FAULT broker resolve fails on dead\.example: the name "dead\.example" could not be resolved within 2 s/m);
    assert.match(text, /^FAULT folders .* cannot be used \(The folder .* has not answered since .*\): see that its drive answers/m);
    assert.match(text, /^FAULT disk the room for the spool at .* cannot be told/m);
    assert.match(text, /^warning collector no collector has run with these settings yet/m);
    return performance.now() - begin;
  }

  it('of disks and metrics', { timeout: 600_000 }, async (t) => {
    const small = join(home, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', small]);
    t.after(() => execFileSync('umount', ['-l', small]));
    assert.throws(() => { writeFileSync(join(small, 'ballast'), Buffer.alloc(1 << 21)); }, /ENOSPC/);
    folders[small] = '/small';
    const full = collector(t, 'disk', { spool: { path: join(small, 'spool') } });
    const host = await startDeadHost(1);
    t.after(() => host.close());
    const [volume = ''] = host.volumes;
    folders[volume] = '/dead';
    await host.tell({ volumes: 'dead', names: 'dead' });
    const hung = hanging(volume, (program, ...args) => host.words(program, ...args));
    const usage = (path: string): object => ({ method: 'disk_usage', args: { path }, result_argument: 'free', interval: 0.5, alias: 'disk' });
    const memory = { method: 'virtual_memory', result_argument: 'free', interval: 0.5, alias: 'memory' };
    const dead = collector(t, 'volume', { psutil_config: [memory, usage(volume)] }, (program, ...args) => host.words(program, ...args));
    const missing = collector(t, 'metric', { psutil_config: [memory, usage('/no/such/place')] });

    await full.until('the full disk', ({ spool_fault: fault, delivery }) => fault !== null && ['idle', 'flowing'].includes(delivery?.state ?? ''));
    await see(full, 'disk', { title: 'The disk is full', how: 'The file system of `spool.path` has no room left.', says: /the disk is full: free some space there/, keeps: true, exitCode: 6 });
    rmSync(join(small, 'ballast'));
    await full.until('the disk again', ({ spool_fault: fault }) => fault === null);
    assert.doesNotMatch(full.report?.summary ?? '', /full|memory/);
    await missing.until('the metric', ({ entries }) => entries[1]?.fault !== null);
    await see(missing, 'metric', { title: 'A metric that cannot be had', how: 'An entry asks for the volume of a folder that is not there.', says: /no such file or directory \(ENOENT\): statvfs\("\/no\/such\/place"\)/, exitCode: 0 });
    await dead.until('the volume', ({ entries }) => entries[1]?.fault !== null);
    await see(dead, 'volume', { title: 'A volume that does not answer', how: 'The server of a network volume went away; every call to it hangs.', says: /The volume .* has not answered since .* and is not asked again until it does/, exitCode: 0 });
    await host.tell({ volumes: 'alive' });
    await dead.until('the volume again', ({ entries }) => entries[1]?.fault === null);
    assert.doesNotMatch(dead.report?.summary ?? '', /cannot be had/);
    t.diagnostic(`doctor beside what hangs: ${(await hung).toFixed(0)} ms`);
  });

  it('are on the page as they were printed', async () => {
    const names = ['well', 'nobody', 'blocked', 'full', 'stopped', ...wrong.map(([name]) => name), 'disk', 'metric', 'volume'];
    assert.deepEqual([...seen.keys()].sort(), [...names].sort());
    const monitors = await monitorViews(names.map((name) => seen.get(name)?.views.file ?? ''), home);
    const states = names.flatMap((name, at): SeenState[] => {
      const state = seen.get(name);
      return state === undefined ? [] : [{ title: state.expected.title, how: state.expected.how, views: state.views, logged: state.expected.logs ?? state.expected.says, monitor: monitors[at] ?? '' }];
    });
    const text = pageOf(states, { ...folders, [home]: '/files' });
    if (process.env['STATES_WRITE'] === '1') writeFileSync(page, text);
    for (const { views, monitor, title } of states) assert.ok(stable(monitor, folders).includes(stable(views.status.split('\n', 1)[0] ?? '', folders)), `${title}: ${monitor}`);
    assert.equal(text, readFileSync(page, 'utf8'), 'docs/states.md is not what was printed: STATES_WRITE=1 writes it anew');
  });
});

/** State and Summary of a monitor for each status.json, by the module's own functions; the service manager alone is stood in for. */
async function monitorViews(files: readonly string[], folder: string): Promise<string[]> {
  const pwsh = await pwshIn(folder);
  const script = `
    $ErrorActionPreference = 'Stop'
    Import-Module '${root}PsutilAgent.psd1'
    & (Get-Module PsutilAgent) {
      function script:GetServiceState { 'Running' }
      function script:TestCollectorAlive { $true }
      function script:GetMonitorPath { param($Name) [pscustomobject]@{ Status = $Name; Data = ''; Settings = '' } }
      @(foreach ($file in '${files.join("', '")}') {
        $monitor = NewMonitorObject ([pscustomobject]@{ Name = $file; StartupType = 'Automatic' })
        "$($monitor.State): $($monitor.Summary)"
      }) | ConvertTo-Json
    }`;
  return JSON.parse(execFileSync(pwsh, ['-NoProfile', '-NonInteractive', '-Command', script], { encoding: 'utf8' })) as string[];
}
