/**
 * The Win32 functions that psutil calls, declared for koffi and nothing else. A DLL is loaded and a function looked up
 * when it is first used, so that one missing on some Windows (or Wine) takes only its own readings with it.
 */
import type { LibraryHandle } from 'koffi';
import { openKoffi, type Koffi } from '../koffi.js';
import { messageOf, PlatformError, UnavailableError } from '../../model/errors.js';

/** A HANDLE or a pointer from Windows. */
export type Handle = number | bigint;

/** What CreateFileW and FindFirstVolumeMountPointW give where they fail. */
export const INVALID_HANDLE_VALUE = -1;

/** A native function: called at once, or with `async` on a thread of libuv's pool, its last error then being lost. */
export interface Native<A extends readonly unknown[], R> {
  (...args: A): R;
  async(...args: [...A, (error: Error | null, result: R) => void]): void;
}

/** A function that this Windows has not got. */
export class MissingFunction extends UnavailableError {}

type Memory = Buffer | null;

/** The functions; BOOL and NTSTATUS are numbers, memory is a Buffer that is written in place. */
export interface Functions {
  GetLastError: Native<[], number>;
  SetErrorMode: Native<[mode: number], number>;
  GetSystemTimes: Native<[idle: Buffer, kernel: Buffer, user: Buffer], number>;
  GetActiveProcessorCount: Native<[group: number], number>;
  GetLogicalProcessorInformationEx: Native<[relation: number, records: Memory, length: Buffer], number>;
  K32GetPerformanceInfo: Native<[information: Buffer, size: number], number>;
  GetTickCount64: Native<[], number | bigint>;
  K32EnumProcesses: Native<[ids: Buffer, size: number, needed: Buffer], number>;
  CloseHandle: Native<[handle: Handle], number>;
  CreateJobObjectW: Native<[security: null, name: null], Handle>;
  SetInformationJobObject: Native<[job: Handle, kind: number, information: Buffer, size: number], number>;
  AssignProcessToJobObject: Native<[job: Handle, process: Handle], number>;
  TerminateJobObject: Native<[job: Handle, exitCode: number], number>;
  OpenProcess: Native<[access: number, inherit: number, pid: number], Handle>;
  CreateFileW: Native<
    [name: string, access: number, share: number, security: null, disposition: number, flags: number, template: Handle],
    Handle
  >;
  DeviceIoControl: Native<
    [device: Handle, code: number, input: Memory, inputSize: number, output: Buffer, outputSize: number, returned: Buffer, overlapped: null],
    number
  >;
  GetDiskFreeSpaceExW: Native<[path: string, available: Memory, total: Buffer, free: Buffer], number>;
  GetLogicalDriveStringsW: Native<[characters: number, roots: Buffer], number>;
  GetDriveTypeW: Native<[root: string], number>;
  GetVolumeInformationW: Native<
    [root: string, label: Memory, labelCharacters: number, serial: Memory, component: Memory, flags: Buffer, system: Buffer, systemCharacters: number],
    number
  >;
  FindFirstVolumeMountPointW: Native<[root: string, name: Buffer, characters: number], Handle>;
  FindNextVolumeMountPointW: Native<[search: Handle, name: Buffer, characters: number], number>;
  FindVolumeMountPointClose: Native<[search: Handle], number>;
  NtQuerySystemInformation: Native<[informationClass: number, information: Buffer, size: number, returned: Buffer], number>;
  NtQuerySystemInformationEx: Native<
    [informationClass: number, input: Buffer, inputSize: number, information: Buffer, size: number, returned: Buffer],
    number
  >;
  GetActiveProcessorGroupCount: Native<[], number>;
  NtQueryInformationProcess: Native<[process: Handle, informationClass: number, information: Buffer, size: number, returned: Buffer], number>;
  NtQueryVirtualMemory: Native<
    [process: Handle, address: Handle, informationClass: number, information: Buffer, size: number, returned: Buffer],
    number
  >;
  NtQueryObject: Native<[object: Handle, informationClass: number, information: Buffer, size: number, returned: Buffer], number>;
  ReadProcessMemory: Native<[process: Handle, address: Handle, to: Buffer, size: number, read: Buffer], number>;
  VirtualQueryEx: Native<[process: Handle, address: Handle, information: Buffer, size: number], number>;
  K32GetMappedFileNameW: Native<[process: Handle, address: Handle, name: Buffer, characters: number], number>;
  QueryFullProcessImageNameW: Native<[process: Handle, flags: number, name: Buffer, characters: Buffer], number>;
  QueryDosDeviceW: Native<[device: string, target: Buffer, characters: number], number>;
  GetPriorityClass: Native<[process: Handle], number>;
  GetProcessAffinityMask: Native<[process: Handle, process_: Buffer, system: Buffer], number>;
  DuplicateHandle: Native<
    [process: Handle, source: Handle, target: Handle, duplicate: Buffer, access: number, inherit: number, options: number],
    number
  >;
  GetCurrentProcess: Native<[], Handle>;
  GetFileType: Native<[file: Handle], number>;
  OpenProcessToken: Native<[process: Handle, access: number, token: Buffer], number>;
  GetTokenInformation: Native<[token: Handle, kind: number, information: Memory, size: number, returned: Buffer], number>;
  LookupAccountSidW: Native<
    [system: null, sid: Buffer, name: Buffer, nameCharacters: Buffer, domain: Buffer, domainCharacters: Buffer, use: Buffer],
    number
  >;
  GetExtendedTcpTable: Native<[table: Memory, size: Buffer, order: number, family: number, kind: number, reserved: number], number>;
  GetExtendedUdpTable: Native<[table: Memory, size: Buffer, order: number, family: number, kind: number, reserved: number], number>;
  GetTcpStatisticsEx: Native<[statistics: Buffer, family: number], number>;
  GetTcpStatisticsEx2: Native<[statistics: Buffer, family: number], number>;
  GetUdpStatisticsEx: Native<[statistics: Buffer, family: number], number>;
  GetUdpStatisticsEx2: Native<[statistics: Buffer, family: number], number>;
  GetSystemPowerStatus: Native<[status: Buffer], number>;
  OpenSCManagerW: Native<[machine: null, database: null, access: number], Handle>;
  OpenServiceW: Native<[manager: Handle, name: string, access: number], Handle>;
  CloseServiceHandle: Native<[handle: Handle], number>;
  EnumServicesStatusExW: Native<
    [manager: Handle, level: number, type: number, state: number, services: Memory, size: number, needed: Buffer, count: Buffer, resume: Buffer, group: null],
    number
  >;
  QueryServiceConfigW: Native<[service: Handle, config: Memory, size: number, needed: Buffer], number>;
  QueryServiceConfig2W: Native<[service: Handle, level: number, information: Memory, size: number, needed: Buffer], number>;
  QueryServiceStatusEx: Native<[service: Handle, level: number, status: Buffer, size: number, needed: Buffer], number>;
  FormatMessageW: Native<[flags: number, source: null, code: number, language: number, text: Buffer, characters: number, values: null], number>;
  RtlNtStatusToDosError: Native<[status: number], number>;
  CallNtPowerInformation: Native<[level: number, input: Memory, inputSize: number, output: Buffer, outputSize: number], number>;
  GetAdaptersAddresses: Native<[family: number, flags: number, reserved: null, adapters: Memory, size: Buffer], number>;
  GetIfEntry2: Native<[row: Buffer], number>;
  WTSEnumerateSessionsW: Native<[server: Handle, reserved: number, version: number, sessions: Buffer, count: Buffer], number>;
  WTSQuerySessionInformationW: Native<[server: Handle, session: number, kind: number, information: Buffer, bytes: Buffer], number>;
  WTSFreeMemory: Native<[memory: Handle], void>;
  PdhOpenQueryW: Native<[source: null, user: Handle, query: Buffer], number>;
  PdhAddEnglishCounterW: Native<[query: Handle, path: string, user: Handle, counter: Buffer], number>;
  PdhRemoveCounter: Native<[counter: Handle], number>;
  PdhCollectQueryData: Native<[query: Handle], number>;
  PdhGetFormattedCounterValue: Native<[counter: Handle, format: number, kind: Memory, value: Buffer], number>;
  PdhGetFormattedCounterArrayW: Native<[counter: Handle, format: number, size: Buffer, count: Buffer, items: Memory], number>;
  PdhCloseQuery: Native<[query: Handle], number>;
  PdhEnumObjectsW: Native<[source: null, machine: null, objects: Memory, characters: Buffer, detail: number, refresh: number], number>;
  PdhEnumObjectItemsW: Native<
    [source: null, machine: null, object: string, counters: Memory, counterCharacters: Buffer, instances: Memory, instanceCharacters: Buffer, detail: number, flags: number],
    number
  >;
  CertOpenStore: Native<[provider: number, encoding: number, cryptographicProvider: number, flags: number, store: string], Handle>;
  CertEnumCertificatesInStore: Native<[store: Handle, previous: Handle], Handle>;
  CertFreeCertificateContext: Native<[context: Handle], number>;
  CertCloseStore: Native<[store: Handle, flags: number], number>;
  RegOpenKeyExW: Native<[key: Handle, path: string, options: number, access: number, opened: Buffer], number>;
  RegQueryValueExW: Native<[key: Handle, name: string, reserved: null, type: Memory, data: Buffer, size: Buffer], number>;
  RegCloseKey: Native<[key: Handle], number>;
  RegisterEventSourceW: Native<[machine: null, source: string], Handle>;
  ReportEventW: Native<
    [source: Handle, type: number, category: number, id: number, user: null, strings: number, dataSize: number, texts: Buffer, data: null],
    number
  >;
  DeregisterEventSource: Native<[source: Handle], number>;
  EvtQuery: Native<[session: Handle, log: string, query: string, flags: number], Handle>;
  EvtNext: Native<[query: Handle, count: number, events: Buffer, timeout: number, flags: number, returned: Buffer], number>;
  EvtCreateRenderContext: Native<[count: number, paths: null, flags: number], Handle>;
  EvtRender: Native<[context: Handle, event: Handle, flags: number, size: number, values: Buffer, used: Buffer, count: Buffer], number>;
  EvtClose: Native<[handle: Handle], number>;
  CryptUnprotectData: Native<
    [sealed: Buffer, description: null, entropy: null, reserved: null, prompt: null, flags: number, opened: Buffer],
    number
  >;
  LocalFree: Native<[memory: Handle], Handle>;
  RtlMoveMemory: Native<[to: Buffer, from: Handle, size: number], void>;
}

/** The functions, and two ways to memory. */
export interface Win32 extends Functions {
  /** The address of a buffer's first byte. */
  addressOf(buffer: Buffer): bigint;
  /** A copy of `length` bytes of memory that Windows owns. */
  bytesAt(address: bigint, length: number): Buffer;
}

/** C declarations by DLL: result, then parameters. */
export const declarations: Readonly<Record<keyof Functions, readonly [dll: string, result: string, parameters: string]>> = {
  GetLastError: ['kernel32', 'uint32_t', ''],
  SetErrorMode: ['kernel32', 'uint32_t', 'uint32_t'],
  GetSystemTimes: ['kernel32', 'int32_t', 'void *, void *, void *'],
  GetActiveProcessorCount: ['kernel32', 'uint32_t', 'uint16_t'],
  GetLogicalProcessorInformationEx: ['kernel32', 'int32_t', 'int32_t, void *, void *'],
  GetTickCount64: ['kernel32', 'uint64_t', ''],
  K32GetPerformanceInfo: ['kernel32', 'int32_t', 'void *, uint32_t'],
  K32EnumProcesses: ['kernel32', 'int32_t', 'void *, uint32_t, void *'],
  CloseHandle: ['kernel32', 'int32_t', 'intptr_t'],
  CreateFileW: ['kernel32', 'intptr_t', 'str16, uint32_t, uint32_t, void *, uint32_t, uint32_t, intptr_t'],
  DeviceIoControl: ['kernel32', 'int32_t', 'intptr_t, uint32_t, void *, uint32_t, void *, uint32_t, void *, void *'],
  GetDiskFreeSpaceExW: ['kernel32', 'int32_t', 'str16, void *, void *, void *'],
  GetLogicalDriveStringsW: ['kernel32', 'uint32_t', 'uint32_t, void *'],
  GetDriveTypeW: ['kernel32', 'uint32_t', 'str16'],
  GetVolumeInformationW: ['kernel32', 'int32_t', 'str16, void *, uint32_t, void *, void *, void *, void *, uint32_t'],
  FindFirstVolumeMountPointW: ['kernel32', 'intptr_t', 'str16, void *, uint32_t'],
  FindNextVolumeMountPointW: ['kernel32', 'int32_t', 'intptr_t, void *, uint32_t'],
  FindVolumeMountPointClose: ['kernel32', 'int32_t', 'intptr_t'],
  NtQuerySystemInformation: ['ntdll', 'uint32_t', 'int32_t, void *, uint32_t, void *'],
  NtQuerySystemInformationEx: ['ntdll', 'uint32_t', 'int32_t, void *, uint32_t, void *, uint32_t, void *'],
  GetActiveProcessorGroupCount: ['kernel32', 'uint16_t', ''],
  NtQueryInformationProcess: ['ntdll', 'uint32_t', 'intptr_t, int32_t, void *, uint32_t, void *'],
  NtQueryVirtualMemory: ['ntdll', 'uint32_t', 'intptr_t, intptr_t, int32_t, void *, size_t, void *'],
  NtQueryObject: ['ntdll', 'uint32_t', 'intptr_t, int32_t, void *, uint32_t, void *'],
  ReadProcessMemory: ['kernel32', 'int32_t', 'intptr_t, intptr_t, void *, size_t, void *'],
  VirtualQueryEx: ['kernel32', 'size_t', 'intptr_t, intptr_t, void *, size_t'],
  K32GetMappedFileNameW: ['kernel32', 'uint32_t', 'intptr_t, intptr_t, void *, uint32_t'],
  QueryFullProcessImageNameW: ['kernel32', 'int32_t', 'intptr_t, uint32_t, void *, void *'],
  QueryDosDeviceW: ['kernel32', 'uint32_t', 'str16, void *, uint32_t'],
  GetPriorityClass: ['kernel32', 'uint32_t', 'intptr_t'],
  GetProcessAffinityMask: ['kernel32', 'int32_t', 'intptr_t, void *, void *'],
  DuplicateHandle: ['kernel32', 'int32_t', 'intptr_t, intptr_t, intptr_t, void *, uint32_t, int32_t, uint32_t'],
  GetCurrentProcess: ['kernel32', 'intptr_t', ''],
  GetFileType: ['kernel32', 'uint32_t', 'intptr_t'],
  OpenProcessToken: ['advapi32', 'int32_t', 'intptr_t, uint32_t, void *'],
  GetTokenInformation: ['advapi32', 'int32_t', 'intptr_t, int32_t, void *, uint32_t, void *'],
  LookupAccountSidW: ['advapi32', 'int32_t', 'void *, void *, void *, void *, void *, void *, void *'],
  GetExtendedTcpTable: ['iphlpapi', 'uint32_t', 'void *, void *, int32_t, uint32_t, int32_t, uint32_t'],
  GetExtendedUdpTable: ['iphlpapi', 'uint32_t', 'void *, void *, int32_t, uint32_t, int32_t, uint32_t'],
  GetTcpStatisticsEx: ['iphlpapi', 'uint32_t', 'void *, uint32_t'],
  GetTcpStatisticsEx2: ['iphlpapi', 'uint32_t', 'void *, uint32_t'],
  GetUdpStatisticsEx: ['iphlpapi', 'uint32_t', 'void *, uint32_t'],
  GetUdpStatisticsEx2: ['iphlpapi', 'uint32_t', 'void *, uint32_t'],
  GetSystemPowerStatus: ['kernel32', 'int32_t', 'void *'],
  OpenSCManagerW: ['advapi32', 'intptr_t', 'void *, void *, uint32_t'],
  OpenServiceW: ['advapi32', 'intptr_t', 'intptr_t, str16, uint32_t'],
  CloseServiceHandle: ['advapi32', 'int32_t', 'intptr_t'],
  EnumServicesStatusExW: ['advapi32', 'int32_t', 'intptr_t, int32_t, uint32_t, uint32_t, void *, uint32_t, void *, void *, void *, void *'],
  QueryServiceConfigW: ['advapi32', 'int32_t', 'intptr_t, void *, uint32_t, void *'],
  QueryServiceConfig2W: ['advapi32', 'int32_t', 'intptr_t, uint32_t, void *, uint32_t, void *'],
  QueryServiceStatusEx: ['advapi32', 'int32_t', 'intptr_t, int32_t, void *, uint32_t, void *'],
  FormatMessageW: ['kernel32', 'uint32_t', 'uint32_t, void *, uint32_t, uint32_t, void *, uint32_t, void *'],
  RtlNtStatusToDosError: ['ntdll', 'uint32_t', 'uint32_t'],
  CallNtPowerInformation: ['powrprof', 'uint32_t', 'int32_t, void *, uint32_t, void *, uint32_t'],
  GetAdaptersAddresses: ['iphlpapi', 'uint32_t', 'uint32_t, uint32_t, void *, void *, void *'],
  GetIfEntry2: ['iphlpapi', 'uint32_t', 'void *'],
  WTSEnumerateSessionsW: ['wtsapi32', 'int32_t', 'intptr_t, uint32_t, uint32_t, void *, void *'],
  WTSQuerySessionInformationW: ['wtsapi32', 'int32_t', 'intptr_t, uint32_t, int32_t, void *, void *'],
  CreateJobObjectW: ['kernel32', 'intptr_t', 'void *, void *'],
  SetInformationJobObject: ['kernel32', 'int32_t', 'intptr_t, int32_t, void *, uint32_t'],
  AssignProcessToJobObject: ['kernel32', 'int32_t', 'intptr_t, intptr_t'],
  TerminateJobObject: ['kernel32', 'int32_t', 'intptr_t, uint32_t'],
  OpenProcess: ['kernel32', 'intptr_t', 'uint32_t, int32_t, uint32_t'],
  WTSFreeMemory: ['wtsapi32', 'void', 'intptr_t'],
  PdhOpenQueryW: ['pdh', 'uint32_t', 'void *, uintptr_t, void *'],
  PdhAddEnglishCounterW: ['pdh', 'uint32_t', 'intptr_t, str16, uintptr_t, void *'],
  PdhRemoveCounter: ['pdh', 'uint32_t', 'intptr_t'],
  PdhCollectQueryData: ['pdh', 'uint32_t', 'intptr_t'],
  PdhGetFormattedCounterValue: ['pdh', 'uint32_t', 'intptr_t, uint32_t, void *, void *'],
  PdhGetFormattedCounterArrayW: ['pdh', 'uint32_t', 'intptr_t, uint32_t, void *, void *, void *'],
  PdhCloseQuery: ['pdh', 'uint32_t', 'intptr_t'],
  PdhEnumObjectsW: ['pdh', 'uint32_t', 'void *, void *, void *, void *, uint32_t, int32_t'],
  PdhEnumObjectItemsW: ['pdh', 'uint32_t', 'void *, void *, str16, void *, void *, void *, void *, uint32_t, uint32_t'],
  CertOpenStore: ['crypt32', 'intptr_t', 'uintptr_t, uint32_t, uintptr_t, uint32_t, str16'],
  CertEnumCertificatesInStore: ['crypt32', 'intptr_t', 'intptr_t, intptr_t'],
  CertFreeCertificateContext: ['crypt32', 'int32_t', 'intptr_t'],
  CertCloseStore: ['crypt32', 'int32_t', 'intptr_t, uint32_t'],
  RegOpenKeyExW: ['advapi32', 'uint32_t', 'intptr_t, str16, uint32_t, uint32_t, void *'],
  RegQueryValueExW: ['advapi32', 'uint32_t', 'intptr_t, str16, void *, void *, void *, void *'],
  RegCloseKey: ['advapi32', 'uint32_t', 'intptr_t'],
  RegisterEventSourceW: ['advapi32', 'intptr_t', 'void *, str16'],
  ReportEventW: ['advapi32', 'int32_t', 'intptr_t, uint16_t, uint16_t, uint32_t, void *, uint16_t, uint32_t, void *, void *'],
  DeregisterEventSource: ['advapi32', 'int32_t', 'intptr_t'],
  EvtQuery: ['wevtapi', 'intptr_t', 'intptr_t, str16, str16, uint32_t'],
  EvtNext: ['wevtapi', 'int32_t', 'intptr_t, uint32_t, void *, uint32_t, uint32_t, void *'],
  EvtCreateRenderContext: ['wevtapi', 'intptr_t', 'uint32_t, void *, uint32_t'],
  EvtRender: ['wevtapi', 'int32_t', 'intptr_t, intptr_t, uint32_t, uint32_t, void *, void *, void *'],
  EvtClose: ['wevtapi', 'int32_t', 'intptr_t'],
  CryptUnprotectData: ['crypt32', 'int32_t', 'void *, void *, void *, void *, void *, uint32_t, void *'],
  LocalFree: ['kernel32', 'intptr_t', 'intptr_t'],
  RtlMoveMemory: ['ntdll', 'void', 'void *, intptr_t, size_t'],
};

/**
 * The functions of this Windows. A function that it lacks throws UnavailableError when it is used.
 *
 * @throws PlatformError anywhere but on 64-bit Windows, or where koffi cannot be loaded.
 */
export async function loadWin32(): Promise<Win32> {
  if (process.platform !== 'win32' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    const found = `${process.platform} ${process.arch}`;
    throw new PlatformError('PSA_PLATFORM', `Expected 64-bit Windows for Win32 readings, found ${found}: use that system's own provider.`);
  }
  const koffi = await openKoffi().catch((error: unknown) => {
    throw new PlatformError('PSA_PLATFORM', `Expected koffi's native part for this system, found: ${messageOf(error)}. Reinstall the package.`);
  });
  return bindWin32(koffi);
}

/** The functions of the DLLs that koffi loads, each looked for when it is first used. */
export function bindWin32(koffi: Pick<Koffi, 'address' | 'load'>): Win32 {
  const libraries = new Map<string, LibraryHandle>();
  const libraryOf = (dll: string): LibraryHandle => {
    const library = libraries.get(dll) ?? koffi.load(`${dll}.dll`);
    libraries.set(dll, library);
    return library;
  };
  const find = (name: keyof Functions): unknown => {
    const [dll, result, parameters] = declarations[name];
    try {
      const library = libraryOf(dll);
      if (deadlyInWine.has(name) && isWine(libraryOf('ntdll'))) throw new UnavailableError('Wine has only its name');
      return library.func(`${result} __stdcall ${name}(${parameters})`);
    } catch (error) {
      throw new MissingFunction(`This Windows has no ${name} in ${dll}.dll`, { cause: error });
    }
  };
  const win32 = {
    addressOf: (buffer: Buffer) => koffi.address(buffer),
    bytesAt(this: Win32, address: bigint, length: number) {
      const bytes = Buffer.alloc(length);
      // Not koffi.decode with a length: each such call keeps some 20 bytes for good (koffi 3.3.4).
      this.RtlMoveMemory(bytes, address, length);
      return bytes;
    },
  };
  for (const name of Object.keys(declarations) as (keyof Functions)[]) defineOnce(win32, name, () => find(name));
  return win32 as Win32;
}

/** Functions that Wine 8 exports and that end the program which calls them. */
const deadlyInWine: ReadonlySet<keyof Functions> = new Set(['PdhEnumObjectsW', 'PdhGetFormattedCounterArrayW']);

function isWine(ntdll: LibraryHandle): boolean {
  try {
    ntdll.func('const char *wine_get_version()');
    return true;
  } catch {
    return false;
  }
}

/** A property that is made when it is first read. */
function defineOnce(target: object, name: string, make: () => unknown): void {
  Object.defineProperty(target, name, {
    configurable: true,
    get() {
      const value = make();
      Object.defineProperty(target, name, { value });
      return value;
    },
  });
}
