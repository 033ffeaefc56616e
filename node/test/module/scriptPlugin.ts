/**
 * What Cloudify's script plugin does on a Windows agent: runs one script from a temporary folder, hands over inputs as
 * environment variables, and answers its context over HTTP 1.0, as cloudify-common does.
 */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { WindowsHost } from '../support/windowsHost.js';
import type { Prefix } from '../support/wine.js';

/** What an operation needs of a host: its drive as a folder here, how its paths are written, its PowerShell. */
export type OperationHost = Pick<WindowsHost, 'drive' | 'runWords'> & { readonly prefix: Pick<Prefix, 'path'> };

/** Puts a resource of the blueprint at a Windows path and gives that. */
export type Resource = (target: string) => Promise<string>;

/** What a context knows: ids, the broker that `bootstrap_context` tells of, the blueprint's resources by path. */
export interface ContextOptions {
  readonly instance: string;
  readonly node: string;
  readonly deployment: string;
  readonly broker?: object;
  readonly resources?: Readonly<Record<string, Resource>>;
}

/** How an operation is run: its inputs, with `"` as `\\"` or plain, more environment, another context's address, the command's prefix. */
export interface OperationOptions {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly escaped?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly prefix?: string | undefined;
}

/** How it ended. `aborted`: it is not to be tried again. `message`: the error as the workflow would show it. */
export interface Operated {
  readonly ok: boolean;
  readonly aborted: boolean;
  readonly out: string;
  readonly err: string;
  readonly message: string;
}

/** What an operation is stopped for good with. */
class Stop {
  constructor(readonly message: string) {}
}

/** An error as Python's context reports one. */
class ContextError extends Error {
  constructor(readonly type: string, message: string) {
    super(message);
  }
}

/** A node instance's context: what `ctx` knows and what was done to it. */
export class Context {
  readonly properties: Record<string, string> = {};
  readonly log: { readonly level: string; readonly message: string }[] = [];
  downloads = 0;
  aborted: string | undefined;
  /** Whether its answers are cut off. */
  readonly torn: boolean = false;

  constructor(readonly options: ContextOptions) {}

  /** Answers the words of a call; throws ContextError. */
  async answer([first = '', second = '', ...rest]: readonly string[]): Promise<unknown> {
    const name = (word: string): string => word.replaceAll('-', '_');
    switch (`${name(first)} ${name(second)}`) {
      case 'instance id': return this.options.instance;
      case 'node name': case 'node id': return this.options.node;
      case 'deployment id': return this.options.deployment;
      case 'instance runtime_properties': return this.#property(rest);
      case 'bootstrap_context broker_config': {
        if (this.options.broker === undefined) throw new ContextError('KeyError', "'cloudify_agent'");
        return this.options.broker;
      }
      default:
    }
    if (name(first) === 'logger') {
      this.log.push({ level: second, message: rest[0] ?? '' });
      return null;
    }
    if (name(first) === 'download_resource') {
      this.downloads += 1;
      const resource = this.options.resources?.[second];
      if (resource === undefined) throw new ContextError('HttpException', `404: ${second}`);
      return resource(rest[0] ?? '');
    }
    if (name(first) === 'abort_operation') {
      this.aborted = second;
      return new Stop(second);
    }
    throw new ContextError('RuntimeError', `${second} cannot be processed in ${JSON.stringify([first, second, ...rest])}`);
  }

  #property([key = '', value, ...more]: readonly string[]): unknown {
    if (key === 'pop' && value !== undefined) {
      const before = this.properties[value] ?? null;
      Reflect.deleteProperty(this.properties, value);
      return before;
    }
    if (more.length > 0) throw new ContextError('RuntimeError', 'Illegal argument while accessing dict');
    if (value !== undefined) {
      this.properties[key] = value;
      return null;
    }
    if (!(key in this.properties)) throw new ContextError('RuntimeError', `illegal path: ${key}`);
    return this.properties[key];
  }
}

/** A context that answers every call with an error. */
export class BrokenContext extends Context {
  override answer(): Promise<never> {
    return Promise.reject(new ContextError('HttpException', '500: the manager is away'));
  }
}

/** A context whose answers are cut off. */
export class TornContext extends Context {
  override readonly torn = true;
}

/** How the plugin puts inputs into the environment: lists, maps and booleans as JSON; on Windows with \" for every ". */
export function environmentOf(inputs: Readonly<Record<string, unknown>>, { escaped = true } = {}): Record<string, string> {
  const text = (value: unknown): string => {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    const json = JSON.stringify(value).replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return escaped ? json.replaceAll('"', '\\"') : json;
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, text(value)]));
}

/**
 * Runs a script on a host as an operation, with the words of `process.command_prefix`; without any switch Windows PowerShell
 * takes the script's path as a command. `context` undefined is ctx_proxy_type none.
 */
export async function runOperation(
  host: OperationHost, script: string, context: Context | undefined,
  { inputs = {}, escaped = true, env = {}, url, prefix = 'powershell' }: OperationOptions,
): Promise<Operated> {
  const server = context === undefined ? undefined : await serve(context);
  const file = join(host.drive, 'users', 'Public', 'Temp', `cfy-${randomBytes(4).toString('hex')}`, basename(script));
  await mkdir(dirname(file), { recursive: true });
  await copyFile(script, file);
  const [program, ...words] = prefix.split(' ');
  if (program !== 'powershell') throw new Error(`expected a prefix with powershell, found ${prefix}`);
  try {
    const address = url ?? (server === undefined ? '' : `http://localhost:${String((server.address() as AddressInfo).port)}`);
    const { code, out, err } = await host.runWords([...(words.length === 0 ? ['-Command'] : words), host.prefix.path(file)], {
      env: { ...env, ...environmentOf(inputs, { escaped }), CTX_SOCKET_URL: address },
    });
    const aborted = context?.aborted;
    return { ok: code === 0 && aborted === undefined, aborted: aborted !== undefined, out, err, message: aborted ?? err };
  } finally {
    server?.close();
    await rm(dirname(file), { recursive: true });
  }
}

async function serve(context: Context): Promise<Server> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => void reply(context, Buffer.concat(parts).toString('utf8')).then((body) => {
      const sent = context.torn ? body.slice(0, -3) : body;
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close', 'content-length': Buffer.byteLength(sent) });
      response.end(sent);
    }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

async function reply(context: Context, body: string): Promise<string> {
  try {
    const payload = await context.answer((JSON.parse(body) as { args: string[] }).args);
    if (payload instanceof Stop) return JSON.stringify({ type: 'stop_operation', payload: { message: payload.message } });
    return JSON.stringify({ type: 'result', payload });
  } catch (error) {
    const { name, message } = error as Error;
    return JSON.stringify({ type: 'error', payload: { type: error instanceof ContextError ? error.type : name, message, traceback: 'Traceback' } });
  }
}
