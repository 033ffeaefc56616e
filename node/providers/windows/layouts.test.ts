import assert from 'node:assert/strict';
import { test } from 'node:test';
import koffi from 'koffi';
import * as layouts from './layouts.js';

/** Members of one type, in their order. */
function members(type: string, names: string): Record<string, string> {
  return Object.fromEntries(names.trim().split(/\s+/).map((name) => [name, type]));
}

const u8 = members.bind(null, 'uint8_t');
const u16 = members.bind(null, 'uint16_t');
const u32 = members.bind(null, 'uint32_t');
const u64 = members.bind(null, 'uint64_t');
const pointers = members.bind(null, 'void *');
const bytes = (name: string, count: number) => ({ [name]: koffi.array('uint8_t', count) });
const wide = (name: string, count: number) => ({ [name]: koffi.array('char16_t', count) });
const socketAddress = koffi.struct({ ...pointers('lpSockaddr'), ...u32('iSockaddrLength') });

const unicodeString = koffi.struct({ ...u16('Length MaximumLength'), ...pointers('Buffer') });
const serviceStatus = u32(`dwServiceType dwCurrentState dwControlsAccepted dwWin32ExitCode dwServiceSpecificExitCode dwCheckPoint dwWaitHint
  dwProcessId dwServiceFlags`);

/** The structures as the Windows SDK and its driver kit declare them, in types that are alike on 64-bit Windows and Linux. */
const declarations: Record<keyof typeof layouts, Parameters<typeof koffi.struct>[0]> = {
  SYSTEM_PERFORMANCE_INFORMATION: {
    ...u64('IdleProcessTime IoReadTransferCount IoWriteTransferCount IoOtherTransferCount'),
    ...u32(`IoReadOperationCount IoWriteOperationCount IoOtherOperationCount AvailablePages CommittedPages CommitLimit
      PeakCommitment PageFaultCount CopyOnWriteCount TransitionCount CacheTransitionCount DemandZeroCount PageReadCount
      PageReadIoCount CacheReadCount CacheIoCount DirtyPagesWriteCount DirtyWriteIoCount MappedPagesWriteCount
      MappedWriteIoCount PagedPoolPages NonPagedPoolPages PagedPoolAllocs PagedPoolFrees NonPagedPoolAllocs
      NonPagedPoolFrees FreeSystemPtes ResidentSystemCodePage TotalSystemDriverPages TotalSystemCodePages
      NonPagedPoolLookasideHits PagedPoolLookasideHits AvailablePagedPoolPages ResidentSystemCachePage
      ResidentPagedPoolPage ResidentSystemDriverPage CcFastReadNoWait CcFastReadWait CcFastReadResourceMiss
      CcFastReadNotPossible CcFastMdlReadNoWait CcFastMdlReadWait CcFastMdlReadResourceMiss CcFastMdlReadNotPossible
      CcMapDataNoWait CcMapDataWait CcMapDataNoWaitMiss CcMapDataWaitMiss CcPinMappedDataCount CcPinReadNoWait
      CcPinReadWait CcPinReadNoWaitMiss CcPinReadWaitMiss CcCopyReadNoWait CcCopyReadWait CcCopyReadNoWaitMiss
      CcCopyReadWaitMiss CcMdlReadNoWait CcMdlReadWait CcMdlReadNoWaitMiss CcMdlReadWaitMiss CcReadAheadIos
      CcLazyWriteIos CcLazyWritePages CcDataFlushes CcDataPages ContextSwitches FirstLevelTbFills SecondLevelTbFills
      SystemCalls`),
  },
  SYSTEM_TIMEOFDAY_INFORMATION: {
    ...u64('BootTime CurrentTime TimeZoneBias'), ...u32('TimeZoneId Reserved'), ...u64('BootTimeBias SleepTimeBias'),
  },
  SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION: {
    ...u64('IdleTime KernelTime UserTime DpcTime InterruptTime'), ...u32('InterruptCount'),
  },
  SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX: u32('Relationship Size'),
  PROCESSOR_POWER_INFORMATION: u32('Number MaxMhz CurrentMhz MhzLimit MaxIdleState CurrentIdleState'),
  PERFORMANCE_INFORMATION: {
    ...u32('cb'),
    ...u64('CommitTotal CommitLimit CommitPeak PhysicalTotal PhysicalAvailable SystemCache KernelTotal KernelPaged KernelNonpaged PageSize'),
    ...u32('HandleCount ProcessCount ThreadCount'),
  },
  DISK_PERFORMANCE: {
    ...u64('BytesRead BytesWritten ReadTime WriteTime IdleTime'),
    ...u32('ReadCount WriteCount QueueDepth SplitCount'),
    ...u64('QueryTime'),
    ...u32('StorageDeviceNumber'),
    ...wide('StorageManagerName', 8),
  },
  IP_ADAPTER_ADDRESSES: {
    ...u32('Length IfIndex'),
    ...pointers(`Next AdapterName FirstUnicastAddress FirstAnycastAddress FirstMulticastAddress FirstDnsServerAddress
      DnsSuffix Description FriendlyName`),
    ...bytes('PhysicalAddress', 8),
    ...u32('PhysicalAddressLength Flags Mtu IfType OperStatus Ipv6IfIndex'),
  },
  IP_ADAPTER_UNICAST_ADDRESS: {
    ...u32('Length Flags'),
    ...pointers('Next'),
    Address: socketAddress,
    ...u32('PrefixOrigin SuffixOrigin DadState ValidLifetime PreferredLifetime LeaseLifetime'),
    ...u8('OnLinkPrefixLength'),
  },
  SOCKADDR_IN: { ...u16('sin_family sin_port'), ...bytes('sin_addr', 4), ...bytes('sin_zero', 8) },
  SOCKADDR_IN6: {
    ...u16('sin6_family sin6_port'), ...u32('sin6_flowinfo'), ...bytes('sin6_addr', 16), ...u32('sin6_scope_id'),
  },
  MIB_IF_ROW2: {
    ...u64('InterfaceLuid'),
    ...u32('InterfaceIndex'),
    ...bytes('InterfaceGuid', 16),
    ...wide('Alias', 257),
    ...wide('Description', 257),
    ...u32('PhysicalAddressLength'),
    ...bytes('PhysicalAddress', 32),
    ...bytes('PermanentPhysicalAddress', 32),
    ...u32('Mtu Type TunnelType MediaType PhysicalMediumType AccessType DirectionType'),
    ...u8('InterfaceAndOperStatusFlags'),
    ...u32('OperStatus AdminStatus MediaConnectState'),
    ...bytes('NetworkGuid', 16),
    ...u32('ConnectionType'),
    ...u64(`TransmitLinkSpeed ReceiveLinkSpeed InOctets InUcastPkts InNUcastPkts InDiscards InErrors InUnknownProtos
      InUcastOctets InMulticastOctets InBroadcastOctets OutOctets OutUcastPkts OutNUcastPkts OutDiscards OutErrors
      OutUcastOctets OutMulticastOctets OutBroadcastOctets OutQLen`),
  },
  WTS_SESSION_INFOW: { ...u32('SessionId'), ...pointers('pWinStationName'), ...u32('State') },
  WTS_CLIENT_ADDRESS: { ...u32('AddressFamily'), ...bytes('Address', 20) },
  WTSINFOW: {
    ...u32(`State SessionId IncomingBytes OutgoingBytes IncomingFrames OutgoingFrames IncomingCompressedBytes
      OutgoingCompressedBytes`),
    ...wide('WinStationName', 32),
    ...wide('Domain', 17),
    ...wide('UserName', 21),
    ...u64('ConnectTime DisconnectTime LastInputTime LogonTime CurrentTime'),
  },
  UNICODE_STRING: { ...u16('Length MaximumLength'), ...pointers('Buffer') },
  SYSTEM_PROCESS_INFORMATION: {
    ...u32('NextEntryOffset NumberOfThreads'),
    ...u64('WorkingSetPrivateSize'),
    ...u32('HardFaultCount NumberOfThreadsHighWatermark'),
    ...u64('CycleTime CreateTime UserTime KernelTime'),
    ImageName: unicodeString,
    ...u32('BasePriority'),
    ...pointers('UniqueProcessId InheritedFromUniqueProcessId'),
    ...u32('HandleCount SessionId'),
    ...pointers('UniqueProcessKey PeakVirtualSize VirtualSize'),
    ...u32('PageFaultCount'),
    ...pointers(`PeakWorkingSetSize WorkingSetSize QuotaPeakPagedPoolUsage QuotaPagedPoolUsage QuotaPeakNonPagedPoolUsage
      QuotaNonPagedPoolUsage PagefileUsage PeakPagefileUsage PrivatePageCount`),
    ...u64(`ReadOperationCount WriteOperationCount OtherOperationCount ReadTransferCount WriteTransferCount OtherTransferCount`),
  },
  SYSTEM_THREAD_INFORMATION: {
    ...u64('KernelTime UserTime CreateTime'),
    ...u32('WaitTime'),
    ...pointers('StartAddress UniqueProcess UniqueThread'),
    ...u32('Priority BasePriority ContextSwitches ThreadState WaitReason'),
  },
  SYSTEM_PROCESS_ID_INFORMATION: { ...pointers('ProcessId'), ImageName: unicodeString },
  PROCESS_BASIC_INFORMATION: {
    ...u32('ExitStatus'), ...pointers('PebBaseAddress AffinityMask'), ...u32('BasePriority'), ...pointers('UniqueProcessId InheritedFromUniqueProcessId'),
  },
  PEB: { ...u8('InheritedAddressSpace ReadImageFileExecOptions BeingDebugged BitField'), ...pointers('Mutant ImageBaseAddress Ldr ProcessParameters') },
  RTL_USER_PROCESS_PARAMETERS: {
    ...u32('MaximumLength Length Flags DebugFlags'),
    ...pointers('ConsoleHandle'),
    ...u32('ConsoleFlags'),
    ...pointers('StandardInput StandardOutput StandardError'),
    CurrentDirectory: unicodeString, ...pointers('CurrentDirectoryHandle'),
    DllPath: unicodeString, ImagePathName: unicodeString, CommandLine: unicodeString,
  },
  MEMORY_BASIC_INFORMATION: {
    ...pointers('BaseAddress AllocationBase'), ...u32('AllocationProtect'), ...u16('PartitionId'), ...pointers('RegionSize'), ...u32('State Protect Type'),
  },
  PROCESS_HANDLE_SNAPSHOT_INFORMATION: pointers('NumberOfHandles Reserved'),
  PROCESS_HANDLE_TABLE_ENTRY_INFO: {
    ...pointers('HandleValue HandleCount PointerCount'), ...u32('GrantedAccess ObjectTypeIndex HandleAttributes Reserved'),
  },
  MIB_TCPROW_OWNER_PID: u32('dwState dwLocalAddr dwLocalPort dwRemoteAddr dwRemotePort dwOwningPid'),
  MIB_TCP6ROW_OWNER_PID: {
    ...bytes('ucLocalAddr', 16), ...u32('dwLocalScopeId dwLocalPort'), ...bytes('ucRemoteAddr', 16), ...u32('dwRemoteScopeId dwRemotePort dwState dwOwningPid'),
  },
  MIB_UDPROW_OWNER_PID: u32('dwLocalAddr dwLocalPort dwOwningPid'),
  MIB_UDP6ROW_OWNER_PID: { ...bytes('ucLocalAddr', 16), ...u32('dwLocalScopeId dwLocalPort dwOwningPid') },
  MIB_TCPSTATS2: {
    ...u32('RtoAlgorithm dwRtoMin dwRtoMax dwMaxConn dwActiveOpens dwPassiveOpens dwAttemptFails dwEstabResets dwCurrEstab'),
    ...u64('dw64InSegs dw64OutSegs'), ...u32('dwRetransSegs dwInErrs dwOutRsts dwNumConns'),
  },
  MIB_TCPSTATS: u32(`RtoAlgorithm dwRtoMin dwRtoMax dwMaxConn dwActiveOpens dwPassiveOpens dwAttemptFails dwEstabResets dwCurrEstab
    dwInSegs dwOutSegs dwRetransSegs dwInErrs dwOutRsts dwNumConns`),
  MIB_UDPSTATS2: { ...u64('dw64InDatagrams'), ...u32('dwNoPorts dwInErrors'), ...u64('dw64OutDatagrams'), ...u32('dwNumAddrs') },
  MIB_UDPSTATS: u32('dwInDatagrams dwNoPorts dwInErrors dwOutDatagrams dwNumAddrs'),
  CERT_CONTEXT: { ...u32('dwCertEncodingType'), ...pointers('pbCertEncoded'), ...u32('cbCertEncoded'), ...pointers('pCertInfo hCertStore') },
  EVT_VARIANT: { ...u64('Value'), ...u32('Count Type') },
  SYSTEM_POWER_STATUS: { ...u8('ACLineStatus BatteryFlag BatteryLifePercent SystemStatusFlag'), ...u32('BatteryLifeTime BatteryFullLifeTime') },
  SERVICE_STATUS_PROCESS: serviceStatus,
  ENUM_SERVICE_STATUS_PROCESSW: { ...pointers('lpServiceName lpDisplayName'), ServiceStatusProcess: koffi.struct(serviceStatus) },
  QUERY_SERVICE_CONFIGW: {
    ...u32('dwServiceType dwStartType dwErrorControl'),
    ...pointers('lpBinaryPathName lpLoadOrderGroup'),
    ...u32('dwTagId'),
    ...pointers('lpDependencies lpServiceStartName lpDisplayName'),
  },
  SERVICE_DESCRIPTIONW: pointers('lpDescription'),
  SERVICE_DELAYED_AUTO_START_INFO: u32('fDelayedAutostart'),
  SERVICE_TRIGGER_INFO: { ...u32('cTriggers'), ...pointers('pTriggers pReserved') },
  PDH_FMT_COUNTERVALUE: { ...u32('CStatus'), doubleValue: 'double' },
  PDH_FMT_COUNTERVALUE_ITEM: { ...pointers('szName'), FmtValue: koffi.struct({ ...u32('CStatus'), doubleValue: 'double' }) },
};

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name} lies in memory as declared`, () => {
    const declared = koffi.struct(declarations[name as keyof typeof layouts]);
    const expected = Object.keys(layout).map((member) => [member, member === 'size' ? koffi.sizeof(declared) : koffi.offsetof(declared, member)]);
    assert.deepEqual(layout, Object.fromEntries(expected));
  });
}
