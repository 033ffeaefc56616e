import { statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Arguments, Result } from '../catalog/value.js';
import { parseText } from '../config/document.js';
import { validate } from '../config/validation.js';
import { systemClock } from '../model/clock.js';
import { display } from '../model/display.js';
import { ConfigError, ExitCode, messageOf, systemCode, UsageError } from '../model/errors.js';
import { ExternalProvider } from '../providers/external/provider.js';
import { openProvider } from '../providers/host.js';
import type { Provider } from '../providers/provider.js';
import { SharedProvider } from '../providers/shared.js';
import type { Command, Options } from './command.js';
import { print, report } from './output.js';

/** What a settings file of this host is made of. */
export interface HostParts {
  readonly host: string;
  /** Mount points or drives. */
  readonly volumes: readonly string[];
  /** Network adapters that are up and lead to others. */
  readonly adapters: readonly string[];
  /** Services whose processes are to be watched. */
  readonly services: readonly string[];
  /** Where samples go; undefined: to the terminal. */
  readonly broker: string | undefined;
  readonly windows: boolean;
}

/** The most volumes and adapters that are named one by one. */
const mostNamed = 16;

/** `init`: a settings file to begin with. */
export const init: Command = {
  name: 'init',
  usage: '[--output FILE] [--force] [--broker HOST] [--services NAME,NAME] [--json]',
  summary: 'Writes a commented settings file for this host to begin with.',
  details: [
    '  --output FILE         where to write it; to the terminal unless given. A file that is there is kept',
    '  --force               writes over it',
    '  --broker HOST         RabbitMQ\'s host; without it the samples go to the terminal',
    '  --services NAME,NAME  services whose state, memory and CPU are sampled',
    '  --json                one object: text, and path where it was written',
  ],
  example: 'init --output settings.yaml',
  options: { output: { type: 'string' }, force: { type: 'boolean' }, broker: { type: 'string' }, services: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const path = typeof options['output'] === 'string' ? resolve(options['output']) : undefined;
    if (path === undefined && options['force'] === true) throw new UsageError('--force: expected --output FILE beside it, found none: there is nothing to write over');
    const there = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw new UsageError(`--output: expected a file, found the folder ${String(path)}; name a file in it`);
    if (there !== undefined && options['force'] !== true) {
      throw new UsageError(`--output: expected a file that is not there yet, found ${String(path)}; --force writes over it`);
    }
    const text = settingsText(await partsOf(options));
    const { faults } = validate(parseText(text));
    // What was asked for may be what is wrong: a host, a service's name.
    if (faults.length > 0) throw new ConfigError('PSA_CONFIG_INVALID', 'the settings would not be valid; nothing was written', faults);
    if (path !== undefined) write(path, text, options['force'] === true);
    if (options['json'] === true) print(JSON.stringify({ text, ...(path === undefined ? {} : { path }) }));
    else if (path === undefined) process.stdout.write(text);
    else report(`${path} is written; psutil-agent run --config ${path} samples it`);
    return ExitCode.ok;
  },
};

function write(path: string, text: string, over: boolean): void {
  try {
    writeFileSync(path, text, { flag: over ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    throw new UsageError(`--output: ${path} cannot be written (${systemCode(error) ?? messageOf(error)}): check that its folder is there and may be written to`);
  }
}

async function partsOf(options: Options): Promise<HostParts> {
  const provider = new SharedProvider(new ExternalProvider(await openProvider(), systemClock, process.argv[1] ?? ''));
  try {
    const [partitions, adapters] = await Promise.all([
      rows(provider, 'disk_partitions', { all: false }), rows(provider, 'net_if_stats', {}),
    ]);
    const services = options['services'];
    return {
      host: hostname(),
      volumes: [...new Set(partitions.map(([, { mountpoint }]) => String(mountpoint)))].slice(0, mostNamed),
      adapters: adapters.filter(([name, { isup: up }]) => (up === true || up === 1) && !/^(lo|loopback)/i.test(name)).map(([name]) => name).slice(0, mostNamed),
      services: typeof services === 'string' ? services.split(',').map((name) => name.trim()).filter((name) => name !== '') : [],
      broker: typeof options['broker'] === 'string' ? options['broker'] : undefined,
      windows: provider.platform === 'win32',
    };
  } finally {
    provider.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

/** The rows of a result, by their names; none where the system cannot tell. */
async function rows(provider: Provider, method: string, args: Arguments): Promise<[string, Row][]> {
  let result: Result;
  try {
    result = await provider.read(method, args);
  } catch (error) {
    report(`psutil-agent: ${method}: ${messageOf(error)}; it is left out`);
    return [];
  }
  return Object.entries(result as unknown as Readonly<Record<string, Row>>);
}

/** Any text as YAML has it for sure: JSON is YAML. */
const quoted = (text: string): string => JSON.stringify(text);

/** The settings file: YAML with a comment for each metric. */
export function settingsText({ host, volumes, adapters, services, broker, windows }: HostParts): string {
  const entry = (comment: string, method: string, more: readonly string[] = [], interval = 10): string[] =>
    [`  # ${comment}`, `  - method: ${method}`, ...more.map((line) => `    ${line}`), `    interval: ${String(interval)}`];
  return [
    '# Settings of PsutilAgent for this host, made by psutil-agent init. Each entry of psutil_config is one metric:',
    '# what is called, which number of its result is taken, and every how many seconds.',
    '# docs/functions.md lists the functions and their fields, docs/settings.md every key.',
    '',
    'node:',
    '  # Whom the samples speak for. deployment_id is the routing key too.',
    '  deployment_id: default',
    `  node_name: ${quoted(host)}`,
    '',
    ...(broker === undefined
      ? ['# Without a broker samples go to the terminal. With one:', '# broker:', '#   hostnames: [rabbitmq.example.com]', '#   username: metrics', '#   password_file: /path/to/a/file/with/the/password']
      : [
          'broker:', `  hostnames: [${quoted(broker)}]`, '  username: guest',
          `  # The password does not stand here: a file${windows ? ', or password_dpapi' : ''}, or an environment variable.`,
          '  password_env: RABBITMQ_PASSWORD',
        ]),
    '',
    'psutil_config:',
    ...entry('How busy the processors are, all together, percent.', 'cpu_percent'),
    ...entry('Memory: how much of it is in use, percent, and what is left, bytes.', 'virtual_memory', ['result_argument: percent', 'alias: memory_percent']),
    ...entry('', 'virtual_memory', ['result_argument: available', 'alias: memory_available']).slice(1),
    ...entry(windows ? 'The page file in use, percent.' : 'Swap in use, percent.', 'swap_memory', ['result_argument: percent', 'alias: swap_percent'], 30),
    ...distinct(volumes).flatMap(([path, name]) => entry(`Space in use on ${display(path)}, percent.`, 'disk_usage', [`args: { path: ${quoted(path)} }`, 'result_argument: percent', `alias: ${quoted(`disk_${name}_percent`)}`], 60)),
    ...entry('Bytes read from all disks, and written to them, a second.', 'disk_io_counters', ['result_argument: read_bytes', 'rate: true', 'alias: disk_read']),
    ...entry('', 'disk_io_counters', ['result_argument: write_bytes', 'rate: true', 'alias: disk_written']).slice(1),
    ...distinct(adapters).flatMap(([name, short]) => ['bytes_recv', 'bytes_sent'].flatMap((field, at) =>
      entry(`Bytes received and sent by ${display(name)}, a second.`, 'net_io_counters', [
        'args: { pernic: true }', `result_argument: ${quoted(`${name}.${field}`)}`, 'rate: true', `alias: ${quoted(`net_${short}_${field}`)}`,
      ]).slice(at))),
    ...services.flatMap((name) => [
      ...(windows ? entry(`Whether ${display(name)} runs, 1 or 0.`, 'win_service_get', [`args: { name: ${quoted(name)} }`, 'result_argument: running', `alias: ${quoted(`${name}_running`)}`], 30) : []),
      ...entry(`Memory of ${display(name)}, bytes; absent while it does not run.`, 'Process', [`args: { service: ${quoted(name)} }`, 'result_argument: memory_info.rss', `alias: ${quoted(`${name}_memory`)}`], 30),
      ...entry(`Processor time of ${display(name)}, percent of one processor.`, 'Process', [`args: { service: ${quoted(name)} }`, 'result_argument: cpu_percent', `alias: ${quoted(`${name}_cpu_percent`)}`], 30),
    ]),
    ...entry('When the host was started, seconds since 1970.', 'boot_time', [], 300),
    '',
  ].join('\n');
}

/** Names, each with its letters and digits as a part of a metric's name; where two would be alike, with a number. */
function distinct(names: readonly string[]): [string, string][] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '') || 'root';
    let short = plain;
    for (let number = 2; taken.has(short); number++) short = `${plain}_${String(number)}`;
    taken.add(short);
    return [name, short];
  });
}
