import { systemInformationPrefix } from '../../catalog/external.js';
import type { Arguments, Result } from '../../catalog/value.js';
import type { Clock } from '../../model/clock.js';
import type { ProcessTable } from '../processTable.js';
import { readNow, type Provider } from '../provider.js';
import type { Soon } from '../soon.js';
import type { PowerShellSession } from './powershell.js';
import type { SystemInformation } from './systeminformation.js';

/** The word with which the command serves as systeminformation's process. */
export const systemInformationCommand = 'systeminformation-process';

/** The provider of the operating system, and beside it the sources outside psutil, each loaded and begun when it is first asked. */
export class ExternalProvider implements Provider {
  #systemInformation: Promise<SystemInformation> | undefined;
  #powershell: Promise<PowerShellSession> | undefined;

  constructor(
    private readonly inner: Provider,
    private readonly clock: Clock,
    /** The script that was started, to be started again as systeminformation's process. */
    private readonly script: string,
  ) {}

  get platform(): Provider['platform'] {
    return this.inner.platform;
  }

  async read(method: string, args: Arguments): Promise<Result> {
    return await this.readNow(method, args);
  }

  readNow(method: string, args: Arguments): Soon<Result> {
    if (method === 'powershell' || method.startsWith(systemInformationPrefix)) return this.#readExternal(method, args);
    return readNow(this.inner, method, args);
  }

  async #readExternal(method: string, args: Arguments): Promise<Result> {
    const timeout = Number(args['timeout']) * 1000;
    if (method === 'powershell') {
      this.#powershell ??= import('./powershell.js').then(({ PowerShellSession }) => new PowerShellSession({ clock: this.clock }));
      return (await this.#powershell).run(String(args['command']), timeout);
    }
    this.#systemInformation ??= import('./systeminformation.js').then(
      ({ SystemInformation }) => new SystemInformation({ clock: this.clock, script: [this.script, systemInformationCommand] }));
    const of = args['of'];
    const name = method.slice(systemInformationPrefix.length);
    return (await this.#systemInformation).read(name, typeof of === 'string' ? of : undefined, timeout);
  }

  processes(): Promise<ProcessTable> {
    return this.inner.processes();
  }

  close(): void {
    void this.#powershell?.then((session) => { session.close(); });
    void this.#systemInformation?.then((source) => { source.close(); });
    this.inner.close();
  }
}
