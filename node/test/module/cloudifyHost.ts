/** A Windows host (Wine) that a Cloudify agent has been installed on, and nothing else; a broker as Cloudify sets it up; a package. */
import assert from 'node:assert/strict';
import { load } from 'js-yaml';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startBroker, type TestBroker } from '../support/broker.js';
import { consume, type Consumer, type Received } from '../support/consumer.js';
import { winePackage } from '../support/package.js';
import { PowershellSession } from '../support/powershellSession.js';
import { until } from '../support/wait.js';
import { makeWindowsHost, type WindowsHost } from '../support/windowsHost.js';
import { root } from '../support/wine.js';
import { allParts, endParts } from './parts.js';
import { Context, runOperation, type ContextOptions, type Operated, type OperationHost, type OperationOptions, type Resource } from './scriptPlugin.js';

const cloudifyFile = (name: string): string => readFileSync(join(root, 'cloudify', name), 'utf8');

interface Blueprint {
  readonly node_templates: { readonly vm: { readonly type: string; readonly interfaces: Record<'cloudify.interfaces.monitoring', { start: { inputs: { psutil_config: readonly { alias: string }[] } } }> } };
}

/** An operation as plugin.yaml maps it. */
export interface MappedOperation {
  readonly implementation: string;
  readonly inputs: Readonly<Record<string, unknown>> & { readonly process: { readonly default: { readonly command_prefix: string; readonly ctx_proxy_type: string } } };
}

/** The example blueprint, and the operations of plugin.yaml. */
export const blueprint = load(cloudifyFile('blueprint.yaml')) as Blueprint;
export const operations = (load(cloudifyFile('plugin.yaml')) as {
  node_types: Record<string, { interfaces: Record<string, Record<'start' | 'stop', MappedOperation>> }>;
}).node_types['psutil_agent.nodes.WindowsHost']!.interfaces['cloudify.interfaces.monitoring']!;
/** The seed's example, as the example blueprint has it; faster. */
export const example = blueprint.node_templates.vm.interfaces['cloudify.interfaces.monitoring'].start.inputs.psutil_config;
/** How plugin.yaml has the scripts run; without it, `powershell` alone is the prefix. */
export const prefixOf = (name: 'start' | 'stop'): string => operations[name].inputs.process.default.command_prefix;
/** The text of one of the scripts. */
export const scriptText = (name: 'start' | 'stop'): string => cloudifyFile(`${name}.ps1`);

/** An agent's user, with its permissions of Cloudify 4.5.5: on its tenant's virtual host, and on / for what all hosts send. */
const vhost = 'rabbitmq_vhost_default_tenant';
const own = '^(cloudify-(events-topic|logs|monitoring)|vm_1($|_(operation|workflow|service|response_.*))$)';
const common = '^cloudify-(events-topic|logs|monitoring)$';
const agentUser = { name: 'rabbitmq_user_vm_1', password: 'hidden-4711', permissions: { [vhost]: [own, own, own], '/': [common, common, ''] } } as const;

/** The agent's broker_config.json. */
export const brokerConfig = (more: object = {}): object => ({
  broker_hostname: '127.0.0.1', broker_username: agentUser.name, broker_password: agentUser.password, broker_cert_path: 'C:\\none.pem', broker_ssl_enabled: false,
  broker_vhost: vhost, broker_heartbeat: 30, cluster: ['127.0.0.1'], ...more,
});

/** Makes the host, with the agent's broker_config.json in place. */
export async function makeCloudifyHost(): Promise<CloudifyHost> {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-cloudify-'));
  const zip = await winePackage(join(folder, 'package.zip'));
  const [host, broker] = await allParts<[WindowsHost, TestBroker]>([makeWindowsHost(), startBroker({ users: [agentUser] })]);
  try {
    const cloudify = new CloudifyHost(host, await PowershellSession.start(host), broker, await consume(broker.port), folder, zip);
    await Promise.all([host.modules, join(host.drive, 'users/Public/Temp')].map((name) => mkdir(name, { recursive: true })));
    await cloudify.agentFile(brokerConfig());
    cloudify.filesBefore = host.files();
    return cloudify;
  } catch (error) {
    await endParts(host, broker).catch(() => undefined);
    throw error;
  }
}

/** The host and what operations do to it. */
export class CloudifyHost {
  /** The files of drive C: before the first operation. */
  filesBefore: readonly string[] = [];

  constructor(
    readonly host: WindowsHost,
    readonly session: PowershellSession,
    readonly broker: TestBroker,
    readonly consumer: Consumer,
    /** A temporary folder of this machine. */
    readonly folder: string,
    /** The package. */
    readonly zip: string,
  ) {}

  /** A blueprint's resource: the file, put where the script asks the agent to. */
  resource(file: string): Resource {
    return async (target) => {
      assert.match(target, /^C:\\Program Files\\/);
      await copyFile(file, join(this.host.drive, target.slice(3).replaceAll('\\', '/')));
      return target;
    };
  }

  /** The context of a node instance, whose blueprint brings the package. */
  contextOf(instance: string, more: Partial<ContextOptions> = {}): Context {
    return new Context({ instance, node: 'vm', deployment: 'dep_1', resources: { 'resources/PsutilAgent.zip': this.resource(this.zip) }, ...more });
  }

  /** Inputs with this broker's port: Cloudify's are fixed, it is not. */
  get port(): { psutil_settings: object } {
    return { psutil_settings: { broker: { port: this.broker.port, heartbeat: 20 } } };
  }

  /** Writes the agent's broker_config.json; without content, deletes it. */
  async agentFile(content: object | string | undefined): Promise<void> {
    const file = join(this.host.drive, 'cloudify/vm_1/work/broker_config.json');
    await mkdir(dirname(file), { recursive: true });
    await (content === undefined ? rm(file, { force: true }) : writeFile(file, typeof content === 'string' ? content : JSON.stringify(content)));
  }

  start(context: Context | undefined, options: OperationOptions = {}): Promise<Operated> {
    return this.#operate('start', context, options);
  }

  stop(context: Context | undefined, options: OperationOptions = {}): Promise<Operated> {
    return this.#operate('stop', context, options);
  }

  /** With a prefix in a PowerShell of its own, as the plugin does; else in the session's, which shows the same of all but that. */
  #operate(name: string, context: Context | undefined, options: OperationOptions): Promise<Operated> {
    const session: OperationHost = {
      drive: this.host.drive, prefix: this.host.prefix, runWords: (words, options) => this.session.run(words.at(-1)!, options?.env ?? {}),
    };
    const host = options.prefix === undefined ? session : this.host;
    return runOperation(host, join(root, 'cloudify', `${name}.ps1`), context, { env: { AGENT_WORK_DIR: 'C:\\cloudify\\vm_1\\work' }, ...options });
  }

  /** A JSON file of a monitor's data folder. */
  dataOf(monitor: string, file: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.host.drive, 'ProgramData/PsutilAgent', monitor, file), 'utf8')) as Record<string, unknown>;
  }

  /** The names of the monitors that have a data folder. */
  get monitors(): string[] {
    const data = join(this.host.drive, 'ProgramData/PsutilAgent');
    return existsSync(data) ? readdirSync(data) : [];
  }

  /** What is on drive C: that was not there before. */
  get filesNew(): string[] {
    return this.host.files().filter((name) => !this.filesBefore.includes(name));
  }

  /** Waits for a sample of each name from a node instance, after the first `skip` messages; gives that instance's. */
  async arrive(id: string, names: readonly string[], skip = 0): Promise<Received[]> {
    const received = (): Received[] => this.consumer.received.slice(skip).filter(({ body }) => body['node_id'] === id);
    await until(`samples ${names.join(', ')} of ${id}`, () => names.every((name) => received().some(({ body }) => body['name'] === name)));
    return received();
  }

  async remove(): Promise<void> {
    await endParts(this.session, this.host, this.consumer, this.broker);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
