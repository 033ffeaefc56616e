/** The catalog's rows about CPU. */
import { argument, counter, everywhere, gauge, linux, windows } from './field.js';
import type { Argument, CatalogFunction, Field } from './function.js';

/** psutil's `interval`: how long to measure. */
const measuringTime: Argument = {
  ...argument('interval', 'number', null, 'seconds to measure; null or 0: since this entry\'s last reading'),
  nullable: true,
  minimum: 0,
};
const perCpu = argument('percpu', 'boolean', false, 'one result for each logical CPU');

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

export const cpu: readonly CatalogFunction[] = [
  {
    name: 'cpu_times', group: 'cpu', meaning: 'CPU time spent in each mode since boot, summed over CPUs', platforms: everywhere,
    source: { win32: 'GetSystemTimes, NtQuerySystemInformationEx(8)', linux: '/proc/stat' },
    arguments: [perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' }, fields: cpuModes('seconds'),
  },
  {
    name: 'cpu_percent', group: 'cpu', meaning: 'share of CPU time not idle', platforms: everywhere,
    source: { win32: 'as cpu_times', linux: '/proc/stat' },
    arguments: [measuringTime, perCpu], shape: 'value', perItem: { argument: 'percpu', shape: 'values' },
    fields: [gauge('', '%', 'share of CPU time not idle')],
  },
  {
    name: 'cpu_times_percent', group: 'cpu', meaning: 'share of CPU time spent in each mode', platforms: everywhere,
    source: { win32: 'as cpu_times', linux: '/proc/stat' },
    arguments: [measuringTime, perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' }, fields: cpuModes('percent'),
  },
  {
    name: 'cpu_count', group: 'cpu', meaning: 'number of CPUs', platforms: everywhere,
    source: { win32: 'GetActiveProcessorCount, GetLogicalProcessorInformationEx', linux: '/proc/stat, /sys/devices/system/cpu' },
    arguments: [argument('logical', 'boolean', true, 'count hardware threads; false: physical cores')],
    shape: 'value', fields: [gauge('', 'count', 'number of CPUs')],
  },
  {
    name: 'cpu_stats', group: 'cpu', meaning: 'context switches, interrupts and system calls since boot', platforms: everywhere,
    source: { win32: 'NtQuerySystemInformation(2, 8)', linux: '/proc/stat' },
    arguments: [], shape: 'fields',
    fields: [
      counter('ctx_switches', 'count', 'context switches', { bits: 32 }),
      counter('interrupts', 'count', 'hardware interrupts'),
      counter('soft_interrupts', 'count', 'software interrupts; 0 on Windows'),
      counter('syscalls', 'count', 'system calls; 0 on Linux', { bits: 32 }),
    ],
  },
  {
    name: 'cpu_freq', group: 'cpu', meaning: 'CPU frequency; the mean over CPUs, where psutil on Windows takes the first CPU\'s, which differs where cores do', platforms: everywhere,
    source: { win32: 'CallNtPowerInformation', linux: '/sys/devices/system/cpu/cpufreq, /proc/cpuinfo' },
    arguments: [perCpu], shape: 'fields', perItem: { argument: 'percpu', shape: 'records' },
    fields: [
      gauge('current', 'MHz', 'frequency now; the nominal one on many Windows hosts'),
      gauge('min', 'MHz', 'lowest frequency; 0 where unknown'),
      gauge('max', 'MHz', 'highest frequency; 0 where unknown'),
    ],
  },
  {
    name: 'getloadavg', group: 'cpu', meaning: 'load average over 1, 5 and 15 minutes; emulated on Windows, where the first reading takes 5 s',
    source: { win32: 'PDH counter of the processor queue, every 5 s', linux: 'getloadavg' },
    platforms: everywhere, arguments: [], shape: 'values', fields: [gauge('', 'count', 'processes running or waiting')],
  },
];
