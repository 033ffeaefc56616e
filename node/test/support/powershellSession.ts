import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withoutDrives, type WindowsHost } from './windowsHost.js';
import { root, type WineEnded } from './wine.js';

const output = 'session';

/** One PowerShell of a Windows host that runs scripts in turn: one of its own for each takes 2 s of CPU time to start under Wine. */
export class PowershellSession {
  readonly #errors: string;
  readonly #connection: Socket;
  readonly #answers: AsyncIterator<string, undefined>;
  readonly #ended: Promise<WineEnded>;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(host: WindowsHost, connection: Socket, ended: Promise<WineEnded>) {
    this.#errors = join(host.prefix.home, `${output}.err`);
    this.#connection = connection;
    this.#answers = createInterface(connection)[Symbol.asyncIterator]();
    this.#ended = ended;
  }

  static async start(host: WindowsHost): Promise<PowershellSession> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const ended = host.runFile(host.prefix.path(join(root, 'tools/powershell/session.ps1')), ['-Port', String((server.address() as AddressInfo).port)], { timeout: 3600, output });
    const [connection] = (await Promise.race([
      once(server, 'connection'),
      ended.then(({ code, err }) => { throw new Error(`The session ended with ${String(code)}: ${err}`); }),
    ])) as [Socket];
    server.close();
    return new PowershellSession(host, connection, ended);
  }

  /** Runs a script of the host (its Windows path) with more environment, after those asked for before. */
  run(path: string, env: Readonly<Record<string, string>>): Promise<WineEnded> {
    const ran = this.#turn.then(async () => {
      const before = readFileSync(this.#errors).length;
      this.#connection.write(`${JSON.stringify({ path, env })}\n`);
      const { value } = await this.#answers.next();
      if (value === undefined) throw new Error(`The session ended: ${(await this.#ended).err}`);
      const { code, out } = JSON.parse(value) as { readonly code: number; readonly out: string };
      return { code, out, err: withoutDrives(readFileSync(this.#errors).subarray(before).toString('utf8')) };
    });
    this.#turn = ran.catch(() => undefined);
    return ran;
  }

  async close(): Promise<void> {
    this.#connection.end();
    await this.#ended;
  }
}
