// A stand-in for Cloudify's script plugin on a Windows agent: runs one script from a temporary folder, hands over inputs
// as environment variables, and answers its context over HTTP 1.0, as cloudify-common does.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';

/** An error as Python's context reports one. */
class ContextError extends Error {
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

/** A node instance's context: what `ctx` knows and what was done to it. */
export class Context {
  constructor({ instance, node, deployment, broker, resources = {} }) {
    this.ids = { instance, node, deployment };
    this.broker = broker;
    /** The blueprint's resources: path to a function that puts the file at a Windows path and gives that. */
    this.resources = resources;
    this.properties = {};
    this.log = [];
    this.downloads = 0;
    this.aborted = undefined;
  }

  /** Answers the words of a call; throws ContextError. */
  async answer([first, second, ...rest]) {
    const name = (word) => String(word).replaceAll('-', '_');
    switch (`${name(first)} ${name(second)}`) {
      case 'instance id': return this.ids.instance;
      case 'node name': case 'node id': return this.ids.node;
      case 'deployment id': return this.ids.deployment;
      case 'instance runtime_properties': return this.#property(rest);
      case 'bootstrap_context broker_config': {
        if (this.broker === undefined) throw new ContextError('KeyError', "'cloudify_agent'");
        return this.broker;
      }
      default:
    }
    if (name(first) === 'logger') {
      this.log.push({ level: second, message: rest[0] });
      return null;
    }
    if (name(first) === 'download_resource') {
      this.downloads += 1;
      if (this.resources[second] === undefined) throw new ContextError('HttpException', `404: ${second}`);
      return this.resources[second](rest[0]);
    }
    if (name(first) === 'abort_operation') {
      this.aborted = second;
      return { stop: second };
    }
    throw new ContextError('RuntimeError', `${second} cannot be processed in ${JSON.stringify([first, second, ...rest])}`);
  }

  #property([key, value, ...more]) {
    if (key === 'pop' && value !== undefined) {
      const before = this.properties[value] ?? null;
      delete this.properties[value];
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
  answer() {
    throw new ContextError('HttpException', '500: the manager is away');
  }
}

/** A context whose answers are cut off. */
export class TornContext extends Context {
  torn = true;
}

/** How the plugin puts inputs into the environment: lists, maps and booleans as JSON; on Windows with \" for every ". */
export function environmentOf(inputs, { escaped = true } = {}) {
  const text = (value) => {
    if (typeof value !== 'object' && typeof value !== 'boolean') return String(value);
    const json = JSON.stringify(value).replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return escaped ? json.replaceAll('"', '\\"') : json;
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, text(value)]));
}

/**
 * Runs a script on a host (windowsHost.mjs) as an operation, with the words of `process.command_prefix`; without any
 * switch Windows PowerShell takes the script's path as a command. `context` undefined is ctx_proxy_type none. Gives `ok`,
 * `aborted` (the operation is not to be tried again), and `message`: the error as the workflow would show it.
 */
export async function runOperation(host, script, { context, inputs = {}, escaped = true, env = {}, url, prefix = 'powershell' } = {}) {
  const server = context === undefined ? undefined : await serve(context);
  const file = join(host.drive, 'users', 'Public', 'Temp', `cfy-${randomBytes(4).toString('hex')}`, basename(script));
  await mkdir(dirname(file), { recursive: true });
  await copyFile(script, file);
  const [program, ...words] = prefix.split(' ');
  if (program !== 'powershell') throw new Error(`expected a prefix with powershell, found ${prefix}`);
  try {
    const address = url ?? (server === undefined ? '' : `http://localhost:${String(server.address().port)}`);
    const { code, out, err } = await host.runWords([...(words.length === 0 ? ['-Command'] : words), host.prefix.path(file)], {
      env: { ...env, ...environmentOf(inputs, { escaped }), CTX_SOCKET_URL: address },
    });
    const aborted = context?.aborted !== undefined;
    return { ok: code === 0 && !aborted, aborted, out, err, message: aborted ? context.aborted : err };
  } finally {
    server?.close();
    await rm(dirname(file), { recursive: true });
  }
}

async function serve(context) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => void reply(context, Buffer.concat(parts).toString('utf8')).then((body) => {
      const sent = context.torn === true ? body.slice(0, -3) : body;
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close', 'content-length': Buffer.byteLength(sent) });
      response.end(sent);
    }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

async function reply(context, body) {
  try {
    const payload = await context.answer(JSON.parse(body).args);
    if (payload?.stop !== undefined) return JSON.stringify({ type: 'stop_operation', payload: { message: payload.stop } });
    return JSON.stringify({ type: 'result', payload });
  } catch (error) {
    return JSON.stringify({ type: 'error', payload: { type: error.type ?? error.name, message: error.message, traceback: 'Traceback' } });
  }
}
