/**
 * The one table of functions. Schema, help, completion, reference page and contract tests are made from it.
 * Names, arguments and fields are psutil 8's; units are psutil's but for disk times, which are milliseconds on Windows too
 * (psutil divides by 10^7 and documents milliseconds: its issue 3002).
 */
import type { Argument, CatalogFunction, Field } from './function.js';
import type { Platform } from './value.js';

const everywhere: readonly Platform[] = ['win32', 'linux'];
const windows: readonly Platform[] = ['win32'];
const linux: readonly Platform[] = ['linux'];

type FieldExtras = Partial<Pick<Field, 'platforms' | 'aliases'>>;

function field(kind: Field['kind'], name: string, unit: string, meaning: string, extras: FieldExtras = {}): Field {
  return { name, unit, kind, type: 'number', platforms: everywhere, aliases: [], meaning, ...extras };
}
const gauge = field.bind(null, 'gauge');
const counter = field.bind(null, 'counter');

function text(name: string, meaning: string, extras: FieldExtras = {}): Field {
  return { ...gauge(name, '', meaning, extras), type: 'string' };
}

function flag(name: string, meaning: string): Field {
  return { ...gauge(name, '', meaning), type: 'boolean' };
}

function argument(name: string, type: Argument['type'], fallback: Argument['default'], meaning: string): Argument {
  return { name, type, nullable: false, default: fallback, required: false, meaning };
}

function required(name: string, type: Argument['type'], meaning: string): Argument {
  return { ...argument(name, type, null, meaning), required: true };
}

/** psutil's `interval`: how long to measure. */
const measuringTime: Argument = {
  ...argument('interval', 'number', null, 'seconds to measure; null or 0: since this entry\'s last reading'),
  nullable: true,
  minimum: 0,
};
const perCpu = argument('percpu', 'boolean', false, 'one result for each logical CPU');
const noWrap = argument('nowrap', 'boolean', true, 'make up for counters that wrapped, so that they never fall');

/** The modes that CPU time is spent in; user, nice and system exclude what other fields count. */
function cpuModes(kind: 'seconds' | 'percent'): readonly Field[] {
  const mode = kind === 'seconds' ? counter : gauge;
  const unit = kind === 'seconds' ? 's' : '%';
  return [
    mode('user', unit, 'normal processes in user mode'),
    mode('nice', unit, 'niced processes in user mode', { platforms: linux }),
    mode('system', unit, 'the kernel; on Windows including irq and dpc'),
    mode('idle', unit, 'doing nothing'),
    mode('iowait', unit, 'idle with an I/O outstanding', { platforms: linux }),
    mode('irq', unit, 'hardware interrupts', { aliases: ['interrupt'] }),
    mode('softirq', unit, 'software interrupts', { platforms: linux }),
    mode('dpc', unit, 'deferred procedure calls', { platforms: windows }),
    mode('steal', unit, 'taken by other guests of the hypervisor', { platforms: linux }),
    mode('guest', unit, 'running guests; contained in user', { platforms: linux }),
    mode('guest_nice', unit, 'running niced guests; contained in nice', { platforms: linux }),
  ];
}

const cpu: readonly CatalogFunction[] = [
  {
    name: 'cpu_times', group: 'cpu', meaning: 'CPU time spent in each mode since boot, summed over CPUs', platforms: everywhere,
    arguments: [perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' }, fields: cpuModes('seconds'),
  },
  {
    name: 'cpu_percent', group: 'cpu', meaning: 'share of CPU time not idle', platforms: everywhere,
    arguments: [measuringTime, perCpu], shape: 'value', perItem: { argument: 'percpu', shape: 'values' },
    fields: [gauge('', '%', 'share of CPU time not idle')],
  },
  {
    name: 'cpu_times_percent', group: 'cpu', meaning: 'share of CPU time spent in each mode', platforms: everywhere,
    arguments: [measuringTime, perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' }, fields: cpuModes('percent'),
  },
  {
    name: 'cpu_count', group: 'cpu', meaning: 'number of CPUs', platforms: everywhere,
    arguments: [argument('logical', 'boolean', true, 'count hardware threads; false: physical cores')],
    shape: 'value', fields: [gauge('', 'count', 'number of CPUs')],
  },
  {
    name: 'cpu_stats', group: 'cpu', meaning: 'context switches, interrupts and system calls since boot', platforms: everywhere,
    arguments: [], shape: 'fields',
    fields: [
      counter('ctx_switches', 'count', 'context switches'),
      counter('interrupts', 'count', 'hardware interrupts'),
      counter('soft_interrupts', 'count', 'software interrupts; 0 on Windows'),
      counter('syscalls', 'count', 'system calls; 0 on Linux'),
    ],
  },
  {
    name: 'cpu_freq', group: 'cpu', meaning: 'CPU frequency; the mean over CPUs', platforms: everywhere,
    arguments: [perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' },
    fields: [
      gauge('current', 'MHz', 'frequency now; the nominal one on many Windows hosts'),
      gauge('min', 'MHz', 'lowest frequency; 0 where unknown'),
      gauge('max', 'MHz', 'highest frequency; 0 where unknown'),
    ],
  },
  {
    name: 'getloadavg', group: 'cpu', meaning: 'load average over 1, 5 and 15 minutes; emulated on Windows, from 5 s after the start',
    platforms: everywhere, arguments: [], shape: 'values', fields: [gauge('', 'count', 'processes running or waiting')],
  },
];

const memory: readonly CatalogFunction[] = [
  {
    name: 'virtual_memory', group: 'memory', meaning: 'physical memory', platforms: everywhere, arguments: [], shape: 'fields',
    fields: [
      gauge('total', 'B', 'physical memory'),
      gauge('available', 'B', 'can be given to processes without swapping'),
      gauge('percent', '%', '(total - available) / total'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'not used at all; on Windows the same as available'),
      gauge('active', 'B', 'in use or used very recently', { platforms: linux }),
      gauge('inactive', 'B', 'not used recently', { platforms: linux }),
      gauge('buffers', 'B', 'cache of file system metadata', { platforms: linux }),
      gauge('cached', 'B', 'cache of files'),
      gauge('shared', 'B', 'shared by several processes', { platforms: linux }),
      gauge('slab', 'B', 'the kernel\'s own data structures', { platforms: linux }),
      gauge('wired', 'B', 'kernel memory that cannot be paged out', { platforms: windows }),
    ],
  },
  {
    name: 'swap_memory', group: 'memory', meaning: 'swap space; on Windows the page files', platforms: everywhere, arguments: [], shape: 'fields',
    fields: [
      gauge('total', 'B', 'swap space'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'not in use'),
      gauge('percent', '%', 'used / total'),
      counter('sin', 'B', 'swapped in since boot; 0 on Windows'),
      counter('sout', 'B', 'swapped out since boot; 0 on Windows'),
    ],
  },
];

const disk: readonly CatalogFunction[] = [
  {
    name: 'disk_usage', group: 'disk', meaning: 'space on the volume that holds a path', platforms: everywhere,
    arguments: [required('path', 'string', 'a path on the volume, such as C:\\ or /')], shape: 'fields',
    fields: [
      gauge('total', 'B', 'size of the volume'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'free; on Linux for unprivileged users'),
      gauge('percent', '%', 'used / (used + free)'),
    ],
  },
  {
    name: 'disk_partitions', group: 'disk', meaning: 'mounted volumes', platforms: everywhere,
    arguments: [argument('all', 'boolean', false, 'also remote, RAM and pseudo file systems')], shape: 'records',
    fields: [
      text('device', 'device or drive'), text('mountpoint', 'where it is mounted'),
      text('fstype', 'file system'), text('opts', 'mount options'),
    ],
  },
  {
    name: 'disk_io_counters', group: 'disk', meaning: 'disk reads and writes since boot', platforms: everywhere,
    arguments: [argument('perdisk', 'boolean', false, 'one result for each disk'), noWrap],
    shape: 'fields', perItem: { argument: 'perdisk', shape: 'map' },
    fields: [
      counter('read_count', 'count', 'reads'), counter('write_count', 'count', 'writes'),
      counter('read_bytes', 'B', 'read'), counter('write_bytes', 'B', 'written'),
      counter('read_time', 'ms', 'time spent reading'), counter('write_time', 'ms', 'time spent writing'),
      counter('read_merged_count', 'count', 'reads merged', { platforms: linux }),
      counter('write_merged_count', 'count', 'writes merged', { platforms: linux }),
      counter('busy_time', 'ms', 'time with I/O under way', { platforms: linux }),
    ],
  },
];

const network: readonly CatalogFunction[] = [
  {
    name: 'net_io_counters', group: 'network', meaning: 'network traffic since boot', platforms: everywhere,
    arguments: [argument('pernic', 'boolean', false, 'one result for each network interface'), noWrap],
    shape: 'fields', perItem: { argument: 'pernic', shape: 'map' },
    fields: [
      counter('bytes_sent', 'B', 'sent'), counter('bytes_recv', 'B', 'received'),
      counter('packets_sent', 'count', 'packets sent'), counter('packets_recv', 'count', 'packets received'),
      counter('errin', 'count', 'errors receiving'), counter('errout', 'count', 'errors sending'),
      counter('dropin', 'count', 'incoming packets dropped'), counter('dropout', 'count', 'outgoing packets dropped'),
    ],
  },
  {
    name: 'net_if_stats', group: 'network', meaning: 'network interfaces and their state', platforms: everywhere, arguments: [], shape: 'map',
    fields: [
      flag('isup', 'whether it is up'),
      gauge('duplex', '', '2 full, 1 half, 0 unknown'),
      gauge('speed', 'Mbit/s', 'link speed; 0 where unknown'),
      gauge('mtu', 'B', 'largest packet'),
      text('flags', 'comma-separated flags; empty on Windows'),
    ],
  },
  {
    name: 'net_if_addrs', group: 'network', meaning: 'addresses of each network interface', platforms: everywhere, arguments: [], shape: 'lists',
    fields: [
      gauge('family', '', 'address family, the system\'s number; -1 on Windows and 17 on Linux for a MAC address'),
      text('address', 'the address'), text('netmask', 'its mask'),
      text('broadcast', 'its broadcast address'), text('ptp', 'the other end of a point-to-point link'),
    ],
  },
];

const system: readonly CatalogFunction[] = [
  {
    name: 'boot_time', group: 'system', meaning: 'when the system started, seconds since 1970', platforms: everywhere,
    arguments: [], shape: 'value', fields: [gauge('', 's', 'seconds since 1970')],
  },
  {
    name: 'users', group: 'system', meaning: 'users logged on', platforms: everywhere, arguments: [], shape: 'records',
    fields: [
      text('name', 'user name'), text('terminal', 'terminal; none on Windows'), text('host', 'where from'),
      gauge('started', 's', 'when the session began, seconds since 1970'),
      gauge('pid', '', 'process id of the session; none on Windows'),
    ],
  },
  {
    name: 'pids', group: 'system', meaning: 'process ids running now', platforms: everywhere,
    arguments: [], shape: 'values', fields: [gauge('', '', 'process id')],
  },
  {
    name: 'pid_exists', group: 'system', meaning: 'whether a process id is running', platforms: everywhere,
    arguments: [required('pid', 'integer', 'process id')], shape: 'value', fields: [flag('', '1 if it runs, else 0')],
  },
];

/** Every function of the catalog, grouped as psutil documents them. */
export const functions: readonly CatalogFunction[] = [...cpu, ...memory, ...disk, ...network, ...system];

const byName = new Map(functions.map((definition) => [definition.name, definition]));

/** The function of that name, if the catalog has it. */
export function functionNamed(name: string): CatalogFunction | undefined {
  return byName.get(name);
}
