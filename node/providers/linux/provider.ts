import type { Arguments, ArgumentValue, Result } from '../../catalog/value.js';
import { PlatformError, UnavailableError } from '../../model/errors.js';
import { fileCertificates, readCertificates } from '../certificate.js';
import { isolation } from '../isolation.js';
import { absence, type Provider } from '../provider.js';
import type { Soon } from '../soon.js';
import { TimeServers } from '../timeServer.js';
import { cpuCount, cpuFrequencies, cpuStats, cpuTimes, loadAverage } from './cpu.js';
import { netConnections } from './connections.js';
import { diskIoCounters, diskPartitions, diskUsage } from './disk.js';
import { commitMemory, kernelMemory, systemStats, uptime } from './kernel.js';
import { swapMemory, virtualMemory } from './memory.js';
import { netIfAddrs, netIfStats, netIoCounters } from './network.js';
import { LinuxProcessTable } from './processTable.js';
import { tcpStats, udpStats } from './protocol.js';
import { pendingReboot } from './reboot.js';
import { battery, fans, temperatures } from './sensors.js';
import { systemRoots, type Roots } from './source.js';
import { bootTime, processExists, processIds } from './system.js';
import { users } from './users.js';

type Reader = (roots: Roots, args: Arguments) => Soon<Result>;

/*
 * Who is asked for what, and why. psutil itself reads /proc, /sys and the C library, so its meaning is theirs:
 * - systeminformation: the sessions of systems without utmp (users.ts). Its other functions differ from psutil's: `mem` counts
 *   the cache as used; `cpu`, `fsSize`, `disksIO` and `networkStats` start child processes, and lack single CPUs' modes,
 *   reserved blocks, milliseconds and packets; `currentLoad` lacks iowait and steal.
 * - node:os: load averages. Its `cpus` lacks iowait, softirq and steal; its `networkInterfaces` lacks interfaces that are down.
 * - the C library through koffi: getifaddrs and statvfs, of which /proc and Node tell only a part.
 * - /proc and /sys: the rest.
 */
const readers: Readonly<Record<string, Reader>> = {
  cpu_times: (roots, args) => cpuTimes(roots, args['percpu'] === true),
  cpu_count: (roots, args) => cpuCount(roots, args['logical'] === true),
  cpu_stats: cpuStats,
  cpu_freq: cpuFrequencies,
  getloadavg: loadAverage,
  virtual_memory: virtualMemory,
  swap_memory: swapMemory,
  commit_memory: commitMemory,
  kernel_memory: kernelMemory,
  system_stats: systemStats,
  uptime,
  net_tcp_stats: (roots, args) => tcpStats(roots, args['family'] ?? null),
  net_udp_stats: (roots, args) => udpStats(roots, args['family'] ?? null),
  certificates: (_, args) => certificates(args['path'] ?? null),
  reboot_pending: pendingReboot,
  disk_usage: (roots, args) => diskUsage(roots, String(args['path'])),
  disk_partitions: (roots, args) => diskPartitions(roots, args['all'] === true),
  disk_io_counters: (roots, args) => diskIoCounters(roots, args['perdisk'] === true),
  net_io_counters: netIoCounters,
  net_if_stats: netIfStats,
  net_if_addrs: netIfAddrs,
  boot_time: bootTime,
  users: (roots) => users(roots),
  pids: processIds,
  pid_exists: (roots, args) => processExists(roots, Number(args['pid'])),
  net_connections: (roots, args) => netConnections(roots, String(args['kind']), args['owners'] === true),
  sensors_battery: battery,
  sensors_temperatures: (roots, args) => temperatures(roots, args['fahrenheit'] === true),
  sensors_fans: fans,
};

/** The certificates of a file. */
async function certificates(path: ArgumentValue): Promise<Result> {
  if (typeof path !== 'string') throw new UnavailableError('Linux has no certificate stores: give the file that holds the certificates as path');
  return await readCertificates(await fileCertificates(path));
}

/**
 * psutil's functions on Linux, read in this process. `options` puts kernel files elsewhere, for tests.
 * `read` throws UnavailableError, and PlatformError for a function that Linux has no raw reading of.
 */
export function linuxProvider(options: Partial<Roots> = {}): Provider {
  const roots: Roots = { ...systemRoots, ...options };
  const timeServers = new TimeServers(isolation);
  const all: Readonly<Record<string, Reader>> = {
    ...readers,
    clock_offset: (_, args) => timeServers.offset(String(args['server']), Number(args['port']), Number(args['timeout'])),
  };
  const readNow = (method: string, args: Arguments): Soon<Result> => {
    const reader = Object.hasOwn(all, method) ? all[method] : undefined;
    if (reader === undefined) {
      const reason = absence(method, 'linux');
      if (reason !== undefined) throw new UnavailableError(reason);
      throw new PlatformError('PSA_PLATFORM', `"${method}" has no raw reading on Linux; known are ${Object.keys(all).join(', ')}.`);
    }
    return reader(roots, args);
  };
  return {
    platform: 'linux',
    read: async (method, args) => await readNow(method, args),
    readNow,
    processes() {
      return Promise.resolve(new LinuxProcessTable(roots));
    },
    close() {
      // Nothing runs in the background and no handle stays open.
    },
  };
}
