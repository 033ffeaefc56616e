/** The catalog's rows about processes. What psutil reads of a Process by a method each are fields here: `memory_info.rss`. */
import { argument, counter, everywhere, flag, gauge, linux, pattern, selector, text, windows } from './field.js';
import type { Argument, CatalogFunction, Field } from './function.js';
import type { Platform } from './value.js';

/** How the values of several processes become one; `each` keeps them apart. */
export const aggregates = ['sum', 'max', 'min', 'avg', 'count', 'each'] as const;

const filters: readonly Argument[] = [
  selector('pid', 'integer', 'the process of this id', { minimum: 0 }),
  pattern('name', 'processes of this name; on Windows .exe may be left out and case does not matter'),
  pattern('exe', 'processes of this program, by its path'),
  pattern('cmdline', 'processes with this command line, its words joined by blanks'),
  pattern('username', 'processes of this user, on Windows DOMAIN\\user'),
  pattern('service', 'the processes of this Windows service'),
  argument('self', 'boolean', false, 'the collector\'s own process'),
];
const normalize = argument('normalize', 'boolean', false, 'cpu_percent of all CPUs together rather than of one');

/** One read of psutil's Process: the call behind it on each platform, and the fields it gives. */
export interface ProcessRead {
  readonly name: string;
  readonly source: Readonly<Partial<Record<Platform, string>>>;
  readonly fields: readonly Field[];
}

/** `read.field` for each field of a read that gives a named tuple. */
function tuple(name: string, source: ProcessRead['source'], fields: readonly Field[]): ProcessRead {
  return { name, source, fields: fields.map((field) => ({ ...field, name: `${name}.${field.name}` })) };
}

const table = 'NtQuerySystemInformation(5)';
const read = (win32: string | undefined, linux: string | undefined, field: Field): ProcessRead => ({
  name: field.name, source: { ...(win32 === undefined ? {} : { win32 }), ...(linux === undefined ? {} : { linux }) }, fields: [field],
});
/** A read that gives a list: how long it is can be published. */
const list = (win32: string | undefined, linux: string, name: string, meaning: string): ProcessRead =>
  tuple(name, { ...(win32 === undefined ? {} : { win32 }), linux }, [gauge('count', 'count', meaning)]);

/** Every read, in the order that psutil documents them. */
export const processReads: readonly ProcessRead[] = [
  read(table, '/proc/PID/stat', gauge('pid', '', 'process id')),
  read(table, '/proc/PID/stat', gauge('ppid', '', 'process id of the parent')),
  read('NtQuerySystemInformation(5, 88)', '/proc/PID/stat', text('name', 'name')),
  read('NtQuerySystemInformation(88), QueryDosDeviceW', '/proc/PID/exe', text('exe', 'path of the program')),
  read('NtQueryInformationProcess(60), CommandLineToArgvW', '/proc/PID/cmdline', text('cmdline', 'command line')),
  read('NtQueryInformationProcess(0), ReadProcessMemory', '/proc/PID/cwd', text('cwd', 'current directory')),
  read(table, '/proc/PID/stat', text('status', 'running, sleeping, ...')),
  read(table, '/proc/PID/stat', gauge('create_time', 's', 'when it started, seconds since 1970')),
  read('OpenProcessToken, GetTokenInformation, LookupAccountSidW', '/proc/PID/status, /etc/passwd', text('username', 'user')),
  read(undefined, '/proc/PID/stat', text('terminal', 'terminal', { platforms: linux })),
  tuple('uids', { linux: '/proc/PID/status' }, ['real', 'effective', 'saved'].map((name) => gauge(name, '', `${name} user id`, { platforms: linux }))),
  tuple('gids', { linux: '/proc/PID/status' }, ['real', 'effective', 'saved'].map((name) => gauge(name, '', `${name} group id`, { platforms: linux }))),
  read('GetPriorityClass', '/proc/PID/stat', gauge('nice', '', 'priority: nice value on Linux, priority class on Windows')),
  {
    name: 'ionice', source: { win32: 'NtQueryInformationProcess(33)', linux: 'ioprio_get' },
    fields: [
      gauge('ionice', '', 'I/O priority', { platforms: windows, values: { 0: 'very low', 1: 'low', 2: 'normal', 3: 'high' } }),
      gauge('ionice.ioclass', '', 'I/O class', { platforms: linux, values: { 0: 'none', 1: 'real time', 2: 'best effort', 3: 'idle' } }),
      gauge('ionice.value', '', 'priority within it', { platforms: linux }),
    ],
  },
  list('GetProcessAffinityMask', '/proc/PID/status', 'cpu_affinity', 'CPUs it may run on; on Windows of one processor group'),
  read(undefined, '/proc/PID/stat', gauge('cpu_num', '', 'CPU it last ran on', { platforms: linux })),
  tuple('num_ctx_switches', { win32: table, linux: '/proc/PID/status' }, [
    counter('voluntary', 'count', 'context switches; on Windows all of them'),
    counter('involuntary', 'count', 'forced context switches; 0 on Windows'),
  ]),
  read(table, '/proc/PID/stat', gauge('num_threads', 'count', 'threads')),
  list(table, '/proc/PID/task', 'threads', 'threads'),
  read(table, undefined, gauge('num_handles', 'count', 'open handles', { platforms: windows })),
  read(undefined, '/proc/PID/fd', gauge('num_fds', 'count', 'open file descriptors', { platforms: linux })),
  tuple('cpu_times', { win32: table, linux: '/proc/PID/stat' }, [
    counter('user', 's', 'in user mode'), counter('system', 's', 'in the kernel'),
    counter('children_user', 's', 'of ended children in user mode; 0 on Windows'),
    counter('children_system', 's', 'of ended children in the kernel; 0 on Windows'),
    counter('iowait', 's', 'waiting for block I/O', { platforms: linux }),
  ]),
  read(`${table}, twice`, '/proc/PID/stat, twice', gauge('cpu_percent', '%', 'CPU time since the last reading; 100 is one whole CPU')),
  tuple('memory_info', { win32: table, linux: '/proc/PID/statm' }, [
    gauge('rss', 'B', 'memory held; on Windows the working set'), gauge('vms', 'B', 'memory asked for; on Windows private bytes'),
    gauge('peak_rss', 'B', 'most ever held', { platforms: windows }), gauge('peak_vms', 'B', 'most ever asked for', { platforms: windows }),
    gauge('shared', 'B', 'shared with others', { platforms: linux }), gauge('text', 'B', 'of the program', { platforms: linux }),
    gauge('data', 'B', 'of data and stack', { platforms: linux }),
  ]),
  tuple('memory_info_ex', { win32: table }, [
    ['virtual', 'address space'], ['peak_virtual', 'most address space'], ['paged_pool', 'of the paged pool'],
    ['peak_paged_pool', 'most of the paged pool'], ['nonpaged_pool', 'of the pool that is never paged'],
    ['peak_nonpaged_pool', 'most of that pool'],
  ].map(([name = '', meaning = '']) => gauge(name, 'B', meaning, { platforms: windows }))),
  tuple('memory_footprint', { win32: 'NtQueryVirtualMemory(1)', linux: '/proc/PID/smaps_rollup' }, [
    gauge('uss', 'B', 'what would be free if it ended; slow'), gauge('pss', 'B', 'its share of what several hold', { platforms: linux }),
    gauge('swap', 'B', 'swapped out', { platforms: linux }),
  ]),
  read(`${table}, GetPerformanceInfo`, '/proc/PID/statm, /proc/meminfo', gauge('memory_percent', '%', 'rss in percent of physical memory')),
  list('VirtualQueryEx, GetMappedFileNameW', '/proc/PID/smaps', 'memory_maps', 'mapped files and regions; slow'),
  tuple('page_faults', { win32: table, linux: '/proc/PID/stat' }, [
    counter('minor', 'count', 'page faults without disk'), counter('major', 'count', 'page faults that read a disk'),
  ]),
  tuple('io_counters', { win32: table, linux: '/proc/PID/io' }, [
    counter('read_count', 'count', 'reads'), counter('write_count', 'count', 'writes'),
    counter('read_bytes', 'B', 'read; on Linux from disk'), counter('write_bytes', 'B', 'written; on Linux to disk'),
    counter('other_count', 'count', 'other operations', { platforms: windows }), counter('other_bytes', 'B', 'in other operations', { platforms: windows }),
    counter('read_chars', 'B', 'read, cache included', { platforms: linux }), counter('write_chars', 'B', 'written, cache included', { platforms: linux }),
  ]),
  list('NtQueryInformationProcess(51), DuplicateHandle, NtQueryObject', '/proc/PID/fd', 'open_files', 'open files; slow'),
  list('GetExtendedTcpTable, GetExtendedUdpTable', '/proc/PID/net/*, /proc/PID/fd', 'net_connections', 'sockets of TCP and UDP'),
  read(table, '/proc/PID/stat', flag('is_running', '1 as long as it runs')),
  list(table, '/proc/PID/stat', 'children', 'children that run'),
];

/** What a Process is asked for where no result_argument says so: what costs next to nothing. */
export const processDefaults: readonly string[] = ['cpu_percent', 'cpu_times', 'memory_info', 'num_threads'];

const fields: readonly Field[] = [
  gauge('count', 'count', 'processes that match; 0 where none runs'),
  flag('any', '1 if any process matches, else 0'),
  ...processReads.flatMap((one) => one.fields),
];

export const processes: readonly CatalogFunction[] = [
  {
    name: 'Process', group: 'process', meaning: 'one or several processes; several are summed unless aggregate says otherwise', platforms: everywhere,
    source: { win32: 'NtQuerySystemInformation(5)', linux: '/proc/PID' },
    arguments: [
      ...filters,
      { ...argument('aggregate', 'string', 'sum', 'how several become one; each: one result a process, by name and pid'), values: aggregates },
      normalize,
    ],
    shape: 'fields', perItem: { argument: 'aggregate', value: 'each', shape: 'map' }, fields,
  },
  {
    name: 'process_iter', group: 'process', meaning: 'processes by name and pid; Process with aggregate each', platforms: everywhere,
    source: { win32: 'NtQuerySystemInformation(5)', linux: '/proc/PID' },
    arguments: [...filters, normalize], shape: 'map', bulk: true, fields,
  },
];
