import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { matches } from '../../model/pattern.js';
import { serviceStates } from '../../catalog/services.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { ProcessTable } from '../processTable.js';
import type { Handle, Win32 } from './bindings.js';
import { textAt } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { ENUM_SERVICE_STATUS_PROCESSW as Enumerated, SERVICE_STATUS_PROCESS as Status } from './layouts.js';
import { startTypeText, serviceConfig, type ServiceConfig } from './serviceConfig.js';
import { onThread } from './thread.js';

const SC_MANAGER_CONNECT = 1;
const SC_MANAGER_ENUMERATE_SERVICE = 4;
const SERVICE_QUERY_CONFIG = 1;
const SERVICE_QUERY_STATUS = 4;
const SC_ENUM_PROCESS_INFO = 0;
const SERVICE_WIN32 = 0x30;
const SERVICE_STATE_ALL = 3;
const SERVICE_STOPPED = 1;
const SERVICE_RUNNING = 4;
/** The largest list that Windows gives at once. */
const listSize = 256 * 1024;

const subject = 'The service manager';

/** What the service manager tells of a service without a look at its configuration. */
interface ServiceStatus {
  readonly name: string;
  readonly displayName: string;
  readonly state: number;
  readonly exitCode: number;
  /** 0 while it has no process. */
  readonly pid: number;
}

/** Windows' services. The manager may be busy for minutes after a boot: it is asked in isolation, and anew each time. */
export class Services {
  constructor(
    private readonly win32: Win32,
    private readonly isolation: Isolation,
    private readonly processes: () => ProcessTable,
  ) {}

  /** The process of each service that has one. */
  async pids(): Promise<Record<string, number>> {
    const all = await this.#ask('pids', (manager) => this.#list(manager));
    return Object.fromEntries(all.flatMap(({ name, pid }) => (pid === 0 ? [] : [[name, pid]])));
  }

  /** Services by name, those whose name matches a pattern or all. */
  async all(pattern: string | null): Promise<Record<string, Result>> {
    const found = await this.#ask(`all ${String(pattern)}`, async (manager) => {
      const listed = await this.#list(manager);
      const wanted = listed.filter(({ name }) => pattern === null || matches(pattern.toLowerCase(), name.toLowerCase()));
      const services: [ServiceStatus, ServiceConfig | undefined][] = [];
      for (const status of wanted) services.push([status, await this.#config(manager, status.name)]);
      return services;
    });
    const table = this.processes();
    return Object.fromEntries(found.map(([status, config]) => [status.name, serviceFields(status, config, table)]));
  }

  /** One service by its name. Throws UnavailableError where there is none of that name. */
  async one(name: string): Promise<Result> {
    const [status, config] = await this.#ask(`one ${name}`, (manager) =>
      this.#withService(manager, name, SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS, async (service) => {
        const buffer = Buffer.alloc(Status.size);
        const { value, code } = await onThread(this.win32, this.win32.QueryServiceStatusEx, service, 0, buffer, buffer.length, Buffer.alloc(4));
        if (value === 0) throw failure(`QueryServiceStatusEx of "${name}"`, code, this.win32);
        const config = await serviceConfig(this.win32, service);
        return [parseStatus(name, config.displayName, buffer), config] as const;
      }));
    return serviceFields(status, config, this.processes());
  }

  #ask<T>(what: string, use: (manager: Handle) => Promise<T>): Promise<T> {
    return this.isolation.run(subject, answerTimeout, async () => {
      const { value: manager, code } = await onThread(this.win32, this.win32.OpenSCManagerW, null, null, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE);
      if (manager === 0) throw failure('OpenSCManagerW', code, this.win32);
      try {
        return await use(manager);
      } finally {
        this.win32.CloseServiceHandle(manager);
      }
    }, what);
  }

  async #list(manager: Handle): Promise<ServiceStatus[]> {
    const { win32 } = this;
    const services: ServiceStatus[] = [];
    const resume = Buffer.alloc(4);
    for (;;) {
      const [buffer, needed, count] = [Buffer.alloc(listSize), Buffer.alloc(4), Buffer.alloc(4)];
      const { value, code } = await onThread(
        win32, win32.EnumServicesStatusExW, manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_STATE_ALL, buffer, buffer.length, needed, count, resume, null,
      );
      if (value === 0 && code !== ErrorCode.MORE_DATA) throw failure('EnumServicesStatusExW', code, this.win32);
      services.push(...parseServices(buffer, win32.addressOf(buffer), count.readUInt32LE()));
      if (value !== 0 || count.readUInt32LE() === 0) return services;
    }
  }

  /** A service's configuration; absent where Windows refuses it, or where the service has been deleted meanwhile. */
  async #config(manager: Handle, name: string): Promise<ServiceConfig | undefined> {
    try {
      return await this.#withService(manager, name, SERVICE_QUERY_CONFIG, (service) => serviceConfig(this.win32, service));
    } catch (error) {
      if (error instanceof UnavailableError) return undefined;
      throw error;
    }
  }

  async #withService<T>(manager: Handle, name: string, access: number, use: (service: Handle) => Promise<T>): Promise<T> {
    const { value: service, code } = await onThread(this.win32, this.win32.OpenServiceW, manager, name, access);
    if (service === 0) {
      const none = code === ErrorCode.SERVICE_DOES_NOT_EXIST || code === ErrorCode.INVALID_NAME;
      throw none ? new UnavailableError(`there is no service "${name}"`) : failure(`OpenServiceW of "${name}"`, code, this.win32);
    }
    try {
      return await use(service);
    } finally {
      this.win32.CloseServiceHandle(service);
    }
  }
}

/** An array of ENUM_SERVICE_STATUS_PROCESSW, whose pointers point into its own buffer at `base`. */
export function parseServices(buffer: Buffer, base: bigint, count: number): ServiceStatus[] {
  return Array.from({ length: count }, (_, at) => {
    const start = at * Enumerated.size;
    const [name, displayName] = [Enumerated.lpServiceName, Enumerated.lpDisplayName].map((member) => textAt(buffer, base, start + member)) as [string, string];
    return parseStatus(name, displayName, buffer.subarray(start + Enumerated.ServiceStatusProcess));
  });
}

function parseStatus(name: string, displayName: string, status: Buffer): ServiceStatus {
  const code = status.readUInt32LE(Status.dwWin32ExitCode);
  return {
    name, displayName, state: status.readUInt32LE(Status.dwCurrentState), pid: status.readUInt32LE(Status.dwProcessId),
    exitCode: code === ErrorCode.SERVICE_SPECIFIC_ERROR ? status.readUInt32LE(Status.dwServiceSpecificExitCode) : code,
  };
}

/** psutil's texts of a service, and the numbers beside them. What its configuration would tell is absent where that is refused. */
export function serviceFields(status: ServiceStatus, config: ServiceConfig | undefined, table: ProcessTable): Result {
  const { name, displayName, state, exitCode, pid } = status;
  const started = pid === 0 ? undefined : table.find(pid)?.read('create_time');
  return {
    name, display_name: displayName, status: serviceStates[state] ?? 'unknown', status_code: state, running: state === SERVICE_RUNNING,
    exit_code: exitCode, pid: pid === 0 ? null : pid, started: typeof started === 'number' ? started : null,
    ...(config === undefined ? {} : {
      binpath: config.binaryPath, username: config.account, description: config.description,
      start_type: startTypeText(config.startType),
      ...(config.startTypeCode === undefined ? {} : { start_type_code: config.startTypeCode }),
      ...failedField(status, config),
    }),
  };
}

/** Whether it is to run at all times and ended badly; absent where that depends on what Windows does not tell of its start. */
function failedField({ state, exitCode }: ServiceStatus, { startType, startTypeCode }: ServiceConfig): { failed?: boolean } {
  if (state !== SERVICE_STOPPED || startType !== 2 || exitCode === 0) return { failed: false };
  return startTypeCode === undefined ? {} : { failed: startTypeCode !== 22 };
}
