/**
 * Win32 structures of 64-bit Windows as byte offsets: `size`, and the members that are read, under the names of the
 * Windows SDK. layouts.test.ts holds every number equal to a full declaration of the structure.
 */

/** NtQuerySystemInformation(SystemPerformanceInformation); newer systems have more members and fill a shorter buffer. */
export const SYSTEM_PERFORMANCE_INFORMATION = { size: 312, ContextSwitches: 296, SystemCalls: 308 } as const;

/** NtQuerySystemInformation(SystemTimeOfDayInformation). */
export const SYSTEM_TIMEOFDAY_INFORMATION = { size: 48, BootTime: 0, SleepTimeBias: 40 } as const;

/** NtQuerySystemInformation(SystemProcessorPerformanceInformation), one a CPU; KernelTime contains IdleTime. */
export const SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION = {
  size: 48,
  IdleTime: 0,
  KernelTime: 8,
  UserTime: 16,
  DpcTime: 24,
  InterruptTime: 32,
  InterruptCount: 40,
} as const;

/** GetLogicalProcessorInformationEx: the head of each record, whose length is in its Size. */
export const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX = { Relationship: 0, Size: 4 } as const;

/** CallNtPowerInformation(ProcessorInformation), one a CPU. */
export const PROCESSOR_POWER_INFORMATION = { size: 24, MaxMhz: 4, CurrentMhz: 8 } as const;

/** GetPerformanceInfo; memory is counted in pages of PageSize bytes. */
export const PERFORMANCE_INFORMATION = {
  size: 104,
  cb: 0,
  CommitTotal: 8,
  CommitLimit: 16,
  CommitPeak: 24,
  PhysicalTotal: 32,
  PhysicalAvailable: 40,
  SystemCache: 48,
  KernelTotal: 56,
  KernelPaged: 64,
  KernelNonpaged: 72,
  PageSize: 80,
  HandleCount: 88,
  ProcessCount: 92,
  ThreadCount: 96,
} as const;

/** DeviceIoControl(IOCTL_DISK_PERFORMANCE). */
export const DISK_PERFORMANCE = {
  size: 88,
  BytesRead: 0,
  BytesWritten: 8,
  ReadTime: 16,
  WriteTime: 24,
  IdleTime: 32,
  ReadCount: 40,
  WriteCount: 44,
  QueueDepth: 48,
  SplitCount: 52,
} as const;

/** GetAdaptersAddresses: the members up to Ipv6IfIndex, all there are since Windows Vista. */
export const IP_ADAPTER_ADDRESSES = {
  IfIndex: 4,
  Next: 8,
  FirstUnicastAddress: 24,
  FriendlyName: 72,
  PhysicalAddress: 80,
  PhysicalAddressLength: 88,
  Ipv6IfIndex: 108,
} as const;

/** GetAdaptersAddresses: an element of FirstUnicastAddress; Address is a pointer to a socket address. */
export const IP_ADAPTER_UNICAST_ADDRESS = { size: 64, Next: 8, Address: 16, OnLinkPrefixLength: 56 } as const;

/** A socket address of family AF_INET. */
export const SOCKADDR_IN = { size: 16, sin_family: 0, sin_addr: 4 } as const;

/** A socket address of family AF_INET6. */
export const SOCKADDR_IN6 = { size: 28, sin6_family: 0, sin6_addr: 8 } as const;

/** GetIfEntry2. */
export const MIB_IF_ROW2 = {
  size: 1352,
  InterfaceIndex: 8,
  Mtu: 1124,
  OperStatus: 1156,
  AdminStatus: 1160,
  TransmitLinkSpeed: 1192,
  InOctets: 1208,
  InUcastPkts: 1216,
  InNUcastPkts: 1224,
  InDiscards: 1232,
  InErrors: 1240,
  OutOctets: 1280,
  OutUcastPkts: 1288,
  OutNUcastPkts: 1296,
  OutDiscards: 1304,
  OutErrors: 1312,
} as const;

/** WTSEnumerateSessionsW, one a session. */
export const WTS_SESSION_INFOW = { size: 24, SessionId: 0 } as const;

/** WTSQuerySessionInformationW(WTSClientAddress); an IPv4 address is at Address[2]. */
export const WTS_CLIENT_ADDRESS = { size: 24, AddressFamily: 0, Address: 4 } as const;

/** WTSQuerySessionInformationW(WTSSessionInfo). */
export const WTSINFOW = { size: 216, ConnectTime: 176 } as const;

/** PdhGetFormattedCounterValue; with PDH_FMT_DOUBLE the value is a double. */
export const PDH_FMT_COUNTERVALUE = { size: 16, CStatus: 0, doubleValue: 8 } as const;

/** PdhGetFormattedCounterArrayW: one an instance, its name behind them all. */
export const PDH_FMT_COUNTERVALUE_ITEM = { size: 24, szName: 0, FmtValue: 8 } as const;

/** Text in memory: its length in bytes, and a pointer. */
export const UNICODE_STRING = { size: 16, Length: 0, Buffer: 8 } as const;

/** NtQuerySystemInformation(SystemProcessInformation): one a process, its threads behind it. */
export const SYSTEM_PROCESS_INFORMATION = {
  size: 256,
  NextEntryOffset: 0,
  NumberOfThreads: 4,
  HardFaultCount: 16,
  CreateTime: 32,
  UserTime: 40,
  KernelTime: 48,
  ImageName: 56,
  UniqueProcessId: 80,
  InheritedFromUniqueProcessId: 88,
  HandleCount: 96,
  PeakVirtualSize: 112,
  VirtualSize: 120,
  PageFaultCount: 128,
  PeakWorkingSetSize: 136,
  WorkingSetSize: 144,
  QuotaPeakPagedPoolUsage: 152,
  QuotaPagedPoolUsage: 160,
  QuotaPeakNonPagedPoolUsage: 168,
  QuotaNonPagedPoolUsage: 176,
  PeakPagefileUsage: 192,
  PrivatePageCount: 200,
  ReadOperationCount: 208,
  WriteOperationCount: 216,
  OtherOperationCount: 224,
  ReadTransferCount: 232,
  WriteTransferCount: 240,
  OtherTransferCount: 248,
} as const;

/** A thread behind SYSTEM_PROCESS_INFORMATION. */
export const SYSTEM_THREAD_INFORMATION = {
  size: 80, KernelTime: 0, UserTime: 8, UniqueThread: 48, ContextSwitches: 64, ThreadState: 68, WaitReason: 72,
} as const;

/** NtQuerySystemInformation(SystemProcessIdInformation): asked by ProcessId, answered in ImageName. */
export const SYSTEM_PROCESS_ID_INFORMATION = { size: 24, ProcessId: 0, ImageName: 8 } as const;

/** NtQueryInformationProcess(ProcessBasicInformation). */
export const PROCESS_BASIC_INFORMATION = { size: 48, PebBaseAddress: 8 } as const;

/** A process's own memory about itself, as far as its parameters. */
export const PEB = { ProcessParameters: 32 } as const;

/** What a process was started with, as far as its command line. */
export const RTL_USER_PROCESS_PARAMETERS = { CurrentDirectory: 56, CommandLine: 112 } as const;

/** VirtualQueryEx: a region of memory. */
export const MEMORY_BASIC_INFORMATION = { size: 48, BaseAddress: 0, RegionSize: 24, State: 32, Protect: 36 } as const;

/** NtQueryInformationProcess(ProcessHandleInformation): the head, and an entry behind it. */
export const PROCESS_HANDLE_SNAPSHOT_INFORMATION = { size: 16, NumberOfHandles: 0 } as const;
export const PROCESS_HANDLE_TABLE_ENTRY_INFO = { size: 40, HandleValue: 0 } as const;

/** GetExtendedTcpTable(TCP_TABLE_OWNER_PID_ALL): rows behind a count of 4 bytes. */
export const MIB_TCPROW_OWNER_PID = { size: 24, dwState: 0, dwLocalAddr: 4, dwLocalPort: 8, dwRemoteAddr: 12, dwRemotePort: 16, dwOwningPid: 20 } as const;
export const MIB_TCP6ROW_OWNER_PID = {
  size: 56, ucLocalAddr: 0, dwLocalPort: 20, ucRemoteAddr: 24, dwRemotePort: 44, dwState: 48, dwOwningPid: 52,
} as const;

/** GetExtendedUdpTable(UDP_TABLE_OWNER_PID): rows behind a count of 4 bytes. */
export const MIB_UDPROW_OWNER_PID = { size: 12, dwLocalAddr: 0, dwLocalPort: 4, dwOwningPid: 8 } as const;
export const MIB_UDP6ROW_OWNER_PID = { size: 28, ucLocalAddr: 0, dwLocalPort: 20, dwOwningPid: 24 } as const;

/** GetTcpStatisticsEx2, which has the segments in 64 bits, and GetTcpStatisticsEx. */
export const MIB_TCPSTATS2 = {
  size: 72, dwActiveOpens: 16, dwPassiveOpens: 20, dwAttemptFails: 24, dwEstabResets: 28, dwCurrEstab: 32, dw64InSegs: 40, dw64OutSegs: 48, dwRetransSegs: 56,
  dwInErrs: 60, dwOutRsts: 64,
} as const;
export const MIB_TCPSTATS = {
  size: 60, dwActiveOpens: 16, dwPassiveOpens: 20, dwAttemptFails: 24, dwEstabResets: 28, dwCurrEstab: 32, dwInSegs: 36, dwOutSegs: 40, dwRetransSegs: 44,
  dwInErrs: 48, dwOutRsts: 52,
} as const;

/** GetUdpStatisticsEx2, which has the datagrams in 64 bits, and GetUdpStatisticsEx. */
export const MIB_UDPSTATS2 = { size: 32, dw64InDatagrams: 0, dwNoPorts: 8, dwInErrors: 12, dw64OutDatagrams: 16, dwNumAddrs: 24 } as const;
export const MIB_UDPSTATS = { size: 20, dwInDatagrams: 0, dwNoPorts: 4, dwInErrors: 8, dwOutDatagrams: 12, dwNumAddrs: 16 } as const;

/** CertEnumCertificatesInStore: a certificate, pbCertEncoded being a pointer to its DER. */
export const CERT_CONTEXT = { size: 40, pbCertEncoded: 8, cbCertEncoded: 16 } as const;

/** EvtRender(EvtRenderEventValues): a value, or a pointer to it, its type behind it. */
export const EVT_VARIANT = { size: 16, Type: 12 } as const;

/** GetSystemPowerStatus. */
export const SYSTEM_POWER_STATUS = { size: 12, ACLineStatus: 0, BatteryFlag: 1, BatteryLifePercent: 2, BatteryLifeTime: 4 } as const;

/** QueryServiceStatusEx(SC_STATUS_PROCESS_INFO). */
export const SERVICE_STATUS_PROCESS = { size: 36, dwCurrentState: 4, dwWin32ExitCode: 12, dwServiceSpecificExitCode: 16, dwProcessId: 28 } as const;

/** EnumServicesStatusExW(SC_ENUM_PROCESS_INFO). */
export const ENUM_SERVICE_STATUS_PROCESSW = { size: 56, lpServiceName: 0, lpDisplayName: 8, ServiceStatusProcess: 16 } as const;

/** QueryServiceConfigW. */
export const QUERY_SERVICE_CONFIGW = { size: 64, dwStartType: 4, lpBinaryPathName: 16, lpServiceStartName: 48, lpDisplayName: 56 } as const;

/** QueryServiceConfig2W(SERVICE_CONFIG_DESCRIPTION, _DELAYED_AUTO_START_INFO, _TRIGGER_INFO). */
export const SERVICE_DESCRIPTIONW = { size: 8, lpDescription: 0 } as const;
export const SERVICE_DELAYED_AUTO_START_INFO = { size: 4, fDelayedAutostart: 0 } as const;
export const SERVICE_TRIGGER_INFO = { size: 24, cTriggers: 0 } as const;
