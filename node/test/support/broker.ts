import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Where rabbitmq-server and rabbitmqctl are; another version's folder from `node tools/rabbitmq.mjs`. */
const commands = process.env['PSUTIL_AGENT_RABBITMQ'] ?? '/usr/lib/rabbitmq/bin';
const serverBinary = join(commands, 'rabbitmq-server');
const root = new URL('../../../', import.meta.url);
const { madeOnce } = (await import(new URL('tools/madeOnce.mjs', root).href)) as { madeOnce: (target: string, make: (folder: string) => Promise<void>) => Promise<string> };
/** Debian's. */
const erlang = '/usr/lib/erlang';

/** Each module whose attributes RabbitMQ reads as it starts. */
const asked = /rabbit_(?:boot_step|feature_flag|upgrade)/;
const modulesOf = /\{\s*modules,\s*\[[^\]]*\]\s*\}/;

/** Writes an application's description that names these modules alone; Erlang finds the others when they are called. */
function nameModules(from: string, to: string, names: readonly string[]): void {
  writeFileSync(to, readFileSync(from, 'utf8').replace(modulesOf, `{modules, [${names.map((name) => `'${name}'`).join(', ')}]}`));
}

/** A plugin's folder as it is, but for the modules its description names. */
function copyPlugin(from: string, to: string): void {
  mkdirSync(join(to, 'ebin'), { recursive: true });
  for (const name of readdirSync(from).filter((name) => name !== 'ebin')) symlinkSync(join(from, name), join(to, name));
  const files = readdirSync(join(from, 'ebin')).map((name) => join('ebin', name));
  for (const file of files.filter((name) => !name.endsWith('.app'))) symlinkSync(join(from, file), join(to, file));
  const names = files.filter((name) => name.endsWith('.beam') && asked.test(readFileSync(join(from, name), 'latin1'))).map((name) => basename(name, '.beam'));
  for (const file of files.filter((name) => name.endsWith('.app'))) nameModules(join(from, file), join(to, file), names);
}

/** Erlang's start script, in its own binary form, with no modules named for the applications it describes. */
function withoutModules(script: Buffer): Buffer {
  const named = Buffer.from('d\0\x07modulesl', 'latin1');
  const at = script.indexOf(named);
  if (at < 0) return script;
  const list = at + named.length;
  let end = list + 4;
  // Atoms of two bytes' length each; behind them the list's end, which by itself is an empty list.
  for (let left = script.readUInt32BE(list); left > 0; left--) end += 3 + script.readUInt16BE(end + 1);
  return withoutModules(Buffer.concat([script.subarray(0, list - 1), script.subarray(end)]));
}

/**
 * The server's command in a folder where it finds itself without what no test needs, which is a third of what a start costs. RabbitMQ asks
 * each module of each application for attributes, and so loads 900, where 400 are used: here their descriptions name those that have one.
 * And Erlang looks through the folder of each plugin for every module it loads: 55,000 files that are not there. Made once, for these versions.
 */
async function leanServer(): Promise<{ readonly server: string; readonly described?: string }> {
  const scripts = dirname(await realpath(serverBinary));
  const plugins = join(dirname(scripts), 'plugins');
  // Another version's commands are scripts around it.
  if (!existsSync(plugins) || !existsSync(erlang)) return { server: serverBinary };
  const versions = [...readdirSync(plugins), ...readdirSync(join(erlang, 'lib'))].join();
  const target = join(fileURLToPath(root), 'build', `rabbitmq-${createHash('sha256').update(versions).digest('hex').slice(0, 16)}`);
  await madeOnce(target, (folder) => makeLean(folder, target, scripts, plugins));
  return { server: join(target, 'sbin/rabbitmq-server'), described: join(target, 'described') };
}

/** Makes it in a folder, for the place that it gets. */
async function makeLean(folder: string, target: string, scripts: string, plugins: string): Promise<void> {
  await cp(scripts, join(folder, 'sbin'), { recursive: true });
  const needed = readdirSync(plugins).filter((name) => existsSync(join(plugins, name, 'ebin')) && !/^(?:rabbitmq_(?!prelaunch)|cow|gun|eetcd|jose|prometheus|quantile|accept|base64url|amqp10_client)/.test(name));
  for (const name of needed) copyPlugin(join(plugins, name), join(folder, 'plugins', name));
  const described = join(folder, 'described');
  mkdirSync(described);
  for (const name of readdirSync(join(erlang, 'lib'))) {
    const app = `${name.replace(/-[^-]*$/, '')}.app`;
    const file = join(erlang, 'lib', name, 'ebin', app);
    if (existsSync(file)) nameModules(file, join(described, app), []);
  }
  writeFileSync(join(folder, 'lean.boot'), withoutModules(readFileSync(join(erlang, 'bin/start_sasl.boot'))));
  const defaults = join(folder, 'sbin/rabbitmq-defaults');
  writeFileSync(defaults, readFileSync(defaults, 'utf8').replace(/^SASL_BOOT_FILE=.*$/m, `SASL_BOOT_FILE=${join(target, 'lean')}`));
}

/** Where files are made that no power cut is to outlast: in memory, where there is room, a start takes a seventh less CPU time. */
export function quickFolder(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 1e9 ? memory : tmpdir();
}

/** erl_call of Debian's Erlang; another version of RabbitMQ has an Erlang of its own. */
function erlCall(): string | undefined {
  if (process.env['PSUTIL_AGENT_RABBITMQ'] !== undefined || !existsSync(erlang)) return undefined;
  return readdirSync(erlang).map((name) => join(erlang, name, 'bin/erl_call')).find((file) => existsSync(file));
}

const binary = (text: string | undefined): string => `<<${JSON.stringify(text ?? '')}>>`;

/**
 * What some of rabbitmqctl's commands come to in the broker, given the words behind them. erl_call has them evaluated there at once;
 * rabbitmqctl itself, a program in Elixir, takes as much CPU time to start as a third of a broker.
 */
const expressions: Readonly<Record<string, (words: readonly string[]) => string>> = {
  delete_queue: ([name]) => `{ok, Queue} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, ${binary(name)})), rabbit_amqqueue:delete(Queue, false, false, <<"test">>).`,
  eval: ([expression]) => String(expression),
  // Texts: erl_call tells of other bytes their number alone.
  list_exchanges: () => '[binary_to_list(Name) || {resource, _, _, Name} <- mnesia:dirty_all_keys(rabbit_exchange)].',
  change_password: ([user, password]) => `rabbit_auth_backend_internal:change_password(${binary(user)}, ${binary(password)}, <<"test">>).`,
  close_all_connections: ([why]) => `rabbit_networking:close_all_connections(${binary(why)}).`,
  set_permissions: (words) => `rabbit_auth_backend_internal:set_permissions(${binary(words[0])}, <<"/">>, ${words.slice(1).map(binary).join(', ')}, <<"test">>).`,
  set_vm_memory_high_watermark: ([share, size]) => `vm_memory_monitor:set_vm_memory_high_watermark(${share === 'absolute' ? `{absolute, ${JSON.stringify(size)}}` : Number(share).toFixed(2)}).`,
};

/** A real RabbitMQ of the test's own: own ports, own epmd, own data, gone at `stop`. */
export interface TestBroker {
  readonly port: number;
  readonly tlsPort?: number;
  /** Does what rabbitmqctl does with these words and gives what it prints, of `expressions` the Erlang term. */
  ctl(name: string, ...words: string[]): Promise<string>;
  /** What it has logged so far. */
  log(): Promise<string>;
  /** A shell script that is rabbitmqctl for this broker. */
  readonly ctlScript: string;
  /** Stops the node with SIGTERM (orderly) or SIGKILL; its data stay. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again after `halt`, on the same ports with the same data. */
  resume(): Promise<void>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** The server's side of TLS: PEM files. */
export interface TestBrokerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Ask the client for a certificate and refuse it without. */
  readonly clientCert?: boolean;
}

/** A user and what it may on virtual hosts, each made with it: patterns to configure, write and read. */
export interface TestBrokerUser {
  readonly name: string;
  readonly password: string;
  readonly permissions: Readonly<Record<string, readonly [configure: string, write: string, read: string]>>;
}

/** What a broker has from its start on: its usual user guest, and these. Told by rabbitmqctl afterwards, each word of it would be a program. */
function definitionsOf(users: readonly TestBrokerUser[]): object {
  const all: readonly TestBrokerUser[] = [{ name: 'guest', password: 'guest', permissions: { '/': ['.*', '.*', '.*'] } }, ...users];
  return {
    users: all.map(({ name, password }) => ({ name, password, tags: name === 'guest' ? 'administrator' : '' })),
    vhosts: [...new Set(all.flatMap(({ permissions }) => Object.keys(permissions)))].map((name) => ({ name })),
    permissions: all.flatMap(({ name, permissions }) => Object.entries(permissions).map(([vhost, [configure, write, read]]) => ({ user: name, vhost, configure, write, read }))),
  };
}

/**
 * A port nobody listens on. It stays free until it is used, or for as long as nobody is meant to answer: it is below those that
 * systems hand out by themselves (from 32768), which tests side by side ask for all the time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => { resolve(false); });
      server.listen(port, '127.0.0.1', () => { resolve(true); });
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Starts a broker, on a port of its own unless one is given; throws where RabbitMQ is not installed, naming the package. */
export async function startBroker(options: { tls?: TestBrokerTls; config?: string; port?: number; users?: readonly TestBrokerUser[]; busyWaits?: boolean } = {}): Promise<TestBroker> {
  if (!existsSync(serverBinary)) throw new Error('RabbitMQ is missing: apt-get install rabbitmq-server');
  const home = await mkdtemp(join(quickFolder(), 'psutil-agent-broker-'));
  const [port, tlsPort, distPort, epmdPort] = await Promise.all([options.port ?? freePort(), freePort(), freePort(), freePort()]);
  const node = `psutil${String(port)}@localhost`;
  await mkdir(join(home, 'data'));
  const { server, described } = await leanServer();
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${String(port)}`,
    'loopback_users = none',
    'log.console = false',
    'vm_memory_high_watermark.absolute = 4GB',
    'disk_free_limit.absolute = 1MB',
  ];
  if (options.tls) {
    lines.push(
      `listeners.ssl.1 = 127.0.0.1:${String(tlsPort)}`,
      `ssl_options.cacertfile = ${options.tls.ca}`,
      `ssl_options.certfile = ${options.tls.cert}`,
      `ssl_options.keyfile = ${options.tls.key}`,
      `ssl_options.verify = ${options.tls.clientCert === true ? 'verify_peer' : 'verify_none'}`,
      `ssl_options.fail_if_no_peer_cert = ${String(options.tls.clientCert === true)}`,
      'ssl_options.versions.1 = tlsv1.2',
    );
  }
  if (options.config !== undefined) lines.push(options.config);
  if (options.users !== undefined) {
    lines.push(`load_definitions = ${join(home, 'definitions.json')}`);
    await writeFile(join(home, 'definitions.json'), JSON.stringify(definitionsOf(options.users)));
  }
  await writeFile(join(home, 'rabbitmq.conf'), lines.join('\n') + '\n');
  await writeFile(join(home, 'plugins'), '[].\n');
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
    ERL_CRASH_DUMP: join(home, 'erl_crash.dump'),
    // Two cores: busy-waiting schedulers would starve the tests; with `busyWaits` they are as they come, for who measures how fast it can be.
    // RabbitMQ's table of a million processes is written once through at a start. And an Erlang without a name it has another one started for, which starts
    // epmd; one with a name has done that itself.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-sname ${node} -kernel inet_dist_listen_min ${String(distPort)} inet_dist_listen_max ${String(distPort)} ${described === undefined ? '' : `-pa ${described}`} ${options.busyWaits === true ? '' : '+sbwt none +sbwtdcpu none +sbwtdio none'} +S 2:2 +P 16384`,
  };

  const log = () => readFile(join(home, 'log', `${node}.log`), 'utf8').catch(() => 'no log');
  let child: ChildProcess | undefined;
  async function resume(): Promise<void> {
    child = spawn(server, [], { env: environment, stdio: 'ignore', detached: true });
    const mine = child;
    for (const deadline = Date.now() + 90_000; ; ) {
      if (await answers(port)) return;
      if (mine.exitCode !== null || Date.now() > deadline) {
        throw new Error(`RabbitMQ did not start:\n${(await log()).slice(-2000)}`);
      }
      await delay(100);
    }
  }
  async function halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const mine = child;
    child = undefined;
    if (mine?.pid === undefined || mine.exitCode !== null) return;
    const gone = new Promise((resolve) => mine.once('exit', resolve));
    // The whole group: the launcher is a shell, the node its child.
    process.kill(-mine.pid, signal);
    await gone;
    for (const deadline = Date.now() + 30_000; Date.now() < deadline && (await answers(port)); ) await delay(50);
  }
  async function ctl(name: string, ...words: string[]): Promise<string> {
    const [program, expression] = [erlCall(), expressions[name]?.(words)];
    if (program === undefined || expression === undefined) return (await run(join(commands, 'rabbitmqctl'), ['-q', '-n', node, name, ...words], { env: environment })).stdout;
    const asked = run(program, ['-address', `127.0.0.1:${String(distPort)}`, '-e'], { env: environment });
    asked.child.stdin?.end(`${expression}\n`);
    const { stdout } = await asked;
    const [, term] = /^\{ok, ([^]*)\}\s*$/.exec(stdout) ?? [];
    if (term === undefined) throw new Error(`${name} failed: ${stdout}`);
    return term;
  }
  async function stop(): Promise<void> {
    await halt('SIGKILL');
    // -kill is refused while a node is still registered; a dead node leaves at once.
    await run('epmd', ['-port', String(epmdPort), '-kill'], { env: environment }).catch(() => undefined);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    await resume();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    ...(options.tls ? { tlsPort } : {}),
    ctl,
    log,
    ctlScript: `#!/bin/sh\n${Object.entries(environment).map(([name, value]) => `export ${name}='${value ?? ''}'\n`).join('')}exec ${join(commands, 'rabbitmqctl')} -q -n ${node} "$@"\n`,
    halt,
    resume,
    stop,
  };
}

/** Whether an AMQP server answers a wrong protocol header with its own, as the protocol demands. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => { end(false); });
    socket.once('connect', () => socket.write('AMQP\0\0\0\0'));
    socket.once('data', (data) => { end(data.subarray(0, 4).toString('latin1') === 'AMQP'); });
    socket.once('error', () => { end(false); });
    socket.once('close', () => { end(false); });
  });
}
