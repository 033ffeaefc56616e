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
  CommitLimit: 16,
  PhysicalTotal: 32,
  PhysicalAvailable: 40,
  SystemCache: 48,
  KernelNonpaged: 72,
  PageSize: 80,
} as const;

/** DeviceIoControl(IOCTL_DISK_PERFORMANCE). */
export const DISK_PERFORMANCE = {
  size: 88,
  BytesRead: 0,
  BytesWritten: 8,
  ReadTime: 16,
  WriteTime: 24,
  ReadCount: 40,
  WriteCount: 44,
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
