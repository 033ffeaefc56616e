import { UnavailableError } from '../../model/errors.js';
import type { Arguments, Result } from '../../catalog/value.js';
import { systemClock, type Clock } from '../../model/clock.js';
import { isolation as processIsolation, type Isolation } from '../isolation.js';
import { fileCertificates, readCertificates } from '../certificate.js';
import { absence, type Provider } from '../provider.js';
import type { Soon } from '../soon.js';
import { TimeServers } from '../timeServer.js';
import { loadWin32, type Win32 } from './bindings.js';
import { battery } from './battery.js';
import { storeCertificates } from './certificates.js';
import { netConnections } from './connections.js';
import { coreCount, cpuCount, cpuFrequencies, cpuStats, cpuTimes, cpuTimesPerCpu } from './cpu.js';
import { diskCounters, diskUsage } from './disk.js';
import { EventLogs } from './events.js';
import { commitMemory, kernelMemory, systemStats, uptime } from './kernel.js';
import { LoadAverage } from './load.js';
import { swapMemory, virtualMemory } from './memory.js';
import { netAddresses, netCounters, netStats } from './network.js';
import { diskPartitions } from './partitions.js';
import { PerformanceCounters } from './performanceCounters.js';
import { processSnapshot, WindowsProcessTable } from './processTable.js';
import { tcpStats, udpStats } from './protocol.js';
import { pendingReboot } from './reboot.js';
import { Services } from './services.js';
import { users } from './sessions.js';
import { bootTime, processExists, processIds } from './system.js';

/** No message box for a drive without a disk. */
const SEM_FAILCRITICALERRORS = 1;

type Reading = (args: Arguments) => Soon<Result>;

/**
 * The provider of this Windows, by psutil's own system calls.
 *
 * @throws PlatformError anywhere but on 64-bit Windows.
 */
export async function openWindowsProvider(): Promise<Provider> {
  const win32 = await loadWin32();
  win32.SetErrorMode(win32.SetErrorMode(SEM_FAILCRITICALERRORS) | SEM_FAILCRITICALERRORS);
  return windowsProvider(win32);
}

/** The provider on given Win32 functions, whose calls that may hang go through `isolation`. It owns performance counters, event logs and a timer, which `close` ends. */
export function windowsProvider(win32: Win32, isolation: Isolation = processIsolation, clock: Clock = systemClock): Provider {
  const counters = new PerformanceCounters(win32, isolation, clock);
  const load = new LoadAverage(clock, () => counters.value('\\System\\Processor Queue Length'));
  const processes = (): WindowsProcessTable => {
    const snapshot = processSnapshot(win32);
    return new WindowsProcessTable(win32, isolation, snapshot, win32.addressOf(snapshot));
  };
  const events = new EventLogs(win32, isolation);
  const timeServers = new TimeServers(isolation);
  const services = new Services(win32, isolation, processes);
  const readings = new Map<string, Reading>(Object.entries({
    cpu_times: (args) => (args['percpu'] === true ? cpuTimesPerCpu(win32) : cpuTimes(win32)),
    cpu_count: (args) => (args['logical'] === false ? coreCount(win32) : cpuCount(win32)),
    cpu_stats: () => cpuStats(win32),
    cpu_freq: () => cpuFrequencies(win32),
    getloadavg: () => load.read(),
    virtual_memory: () => virtualMemory(win32),
    swap_memory: () => swapMemory(win32, () => counters.value('\\Paging File(_Total)\\% Usage')),
    commit_memory: () => commitMemory(win32),
    kernel_memory: () => kernelMemory(win32),
    system_stats: () => systemStats(win32),
    uptime: () => uptime(win32),
    net_tcp_stats: (args) => tcpStats(win32, args['family'] ?? null),
    net_udp_stats: (args) => udpStats(win32, args['family'] ?? null),
    certificates: async ({ path, location, store }) =>
      readCertificates(await (typeof path === 'string' ? fileCertificates(path) : storeCertificates(win32, isolation, String(location), String(store)))),
    reboot_pending: () => pendingReboot(win32, isolation),
    event_count: (args) => events.read(args),
    clock_offset: (args) => timeServers.offset(String(args['server']), Number(args['port']), Number(args['timeout'])),
    disk_usage: (args) => diskUsage(win32, isolation, String(args['path'])),
    disk_partitions: (args) => diskPartitions(win32, isolation, args['all'] === true),
    disk_io_counters: () => diskCounters(win32, isolation),
    net_io_counters: () => netCounters(win32, isolation),
    net_if_stats: () => netStats(win32, isolation),
    net_if_addrs: () => netAddresses(win32, isolation),
    boot_time: () => bootTime(win32),
    users: () => users(win32, isolation),
    pids: () => processIds(win32),
    net_connections: (args) => netConnections(win32, String(args['kind'])),
    sensors_battery: () => battery(win32),
    win_service_pids: () => services.pids(),
    win_service_iter: (args) => services.all(typeof args['name'] === 'string' ? args['name'] : null),
    win_service_get: (args) => services.one(String(args['name'])),
    perf_counter: (args) => counters.read(String(args['path']), String(args['group'])),
    pid_exists: (args) => processExists(win32, Number(args['pid'])),
  } satisfies Record<string, Reading>));

  const readNow = (method: string, args: Arguments): Soon<Result> => {
    const reading = readings.get(method);
    if (reading === undefined) throw new UnavailableError(absence(method, 'win32') ?? `Windows gives no raw reading named ${method}`);
    return reading(args);
  };
  return {
    platform: 'win32',
    read: async (method, args) => await readNow(method, args),
    readNow,
    processes: () => Promise.resolve().then(processes),
    close() {
      events.close();
      load.close();
      counters.close();
    },
  };
}
