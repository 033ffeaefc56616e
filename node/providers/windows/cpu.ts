import { UnavailableError } from '../../model/errors.js';
import type { Fields } from '../../catalog/value.js';
import type { Win32 } from './bindings.js';
import { seconds, secondsBetween } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { systemInformation } from './information.js';
import {
  PROCESSOR_POWER_INFORMATION as Power,
  SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX as Topology,
  SYSTEM_PERFORMANCE_INFORMATION as Performance,
  SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION as Processor,
} from './layouts.js';

const ALL_PROCESSOR_GROUPS = 0xffff;
const RELATION_PROCESSOR_CORE = 0;
const POWER_PROCESSOR_INFORMATION = 11;
const SystemProcessorPerformanceInformation = 8;

/**
 * CPU seconds since boot, over all CPUs: GetSystemTimes, and irq and dpc as the sum over CPUs. On a host of several
 * processor groups GetSystemTimes tells of one of them, so that all modes are summed there; psutil leaves it at one group.
 */
export function cpuTimes(win32: Win32): Fields {
  if (groupCount(win32) > 1) return summed(cpuTimesPerCpu(win32));
  const [idle, kernel, user] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)];
  if (win32.GetSystemTimes(idle, kernel, user) === 0) throw failure('GetSystemTimes', win32.GetLastError());
  const perCpu = cpuTimesPerCpu(win32);
  return {
    user: seconds(user),
    // Windows counts idle time as kernel time.
    system: secondsBetween(kernel, idle),
    idle: seconds(idle),
    irq: perCpu.reduce((sum, cpu) => sum + cpu.irq, 0),
    dpc: perCpu.reduce((sum, cpu) => sum + cpu.dpc, 0),
  };
}

function summed(cpus: readonly CpuTimes[]): Fields {
  const total = { user: 0, system: 0, idle: 0, irq: 0, dpc: 0 };
  for (const cpu of cpus) for (const mode of ['user', 'system', 'idle', 'irq', 'dpc'] as const) total[mode] += cpu[mode];
  return total;
}

/** CPU seconds since boot for each CPU, of all processor groups where Windows tells of them. */
export function cpuTimesPerCpu(win32: Win32): CpuTimes[] {
  return parseProcessorTimes(processorInformation(win32));
}

/** The modes of one CPU, in seconds. */
export interface CpuTimes extends Fields {
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly irq: number;
  readonly dpc: number;
}

/** An array of SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION as CPU times. */
export function parseProcessorTimes(buffer: Buffer): CpuTimes[] {
  return structures(buffer, Processor.size).map((cpu) => {
    return {
      user: seconds(cpu, Processor.UserTime),
      system: secondsBetween(cpu, cpu, Processor.KernelTime, Processor.IdleTime),
      idle: seconds(cpu, Processor.IdleTime),
      irq: seconds(cpu, Processor.InterruptTime),
      dpc: seconds(cpu, Processor.DpcTime),
    };
  });
}

/** The number of hardware threads (GetActiveProcessorCount). */
export function cpuCount(win32: Win32): number {
  const count = win32.GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
  if (count === 0) throw failure('GetActiveProcessorCount', win32.GetLastError());
  return count;
}

/** The number of cores (GetLogicalProcessorInformationEx). */
export function coreCount(win32: Win32): number {
  const length = Buffer.alloc(4);
  let records: Buffer | null = null;
  while (win32.GetLogicalProcessorInformationEx(RELATION_PROCESSOR_CORE, records, length) === 0) {
    const code = win32.GetLastError();
    if (code !== ErrorCode.INSUFFICIENT_BUFFER) throw failure('GetLogicalProcessorInformationEx', code);
    records = Buffer.alloc(length.readUInt32LE());
  }
  return countCores(records?.subarray(0, length.readUInt32LE()) ?? Buffer.alloc(0));
}

/** The number of cores among records of GetLogicalProcessorInformationEx. */
export function countCores(records: Buffer): number {
  let cores = 0;
  for (let offset = 0; offset < records.length; ) {
    const record = records.subarray(offset);
    if (record.readUInt32LE(Topology.Relationship) === RELATION_PROCESSOR_CORE) cores += 1;
    const size = record.readUInt32LE(Topology.Size);
    if (size === 0) break;
    offset += size;
  }
  if (cores === 0) throw new UnavailableError('GetLogicalProcessorInformationEx told of no processor core');
  return cores;
}

/** Counts since boot; Windows keeps them in 32 bits, so they wrap. */
export function cpuStats(win32: Win32): Fields {
  const performance = systemInformation(win32, 'SystemPerformanceInformation', Performance.size);
  return parseCpuStats(performance, processorInformation(win32));
}

/**
 * SYSTEM_PERFORMANCE_INFORMATION and an array of SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION as counts.
 * Throws UnavailableError where the counts are left empty, as Wine does: a system that runs has switched contexts.
 */
export function parseCpuStats(performance: Buffer, processors: Buffer): Fields {
  const contextSwitches = performance.readUInt32LE(Performance.ContextSwitches);
  const systemCalls = performance.readUInt32LE(Performance.SystemCalls);
  if (contextSwitches === 0 && systemCalls === 0) {
    throw new UnavailableError('NtQuerySystemInformation(SystemPerformanceInformation) leaves its counts empty');
  }
  return {
    ctx_switches: contextSwitches,
    interrupts: structures(processors, Processor.size).reduce((sum, cpu) => sum + cpu.readUInt32LE(Processor.InterruptCount), 0),
    soft_interrupts: 0,
    syscalls: systemCalls,
  };
}

/** MHz of each CPU (CallNtPowerInformation); min is 0, as Windows does not tell it. */
export function cpuFrequencies(win32: Win32): Fields[] {
  const processors = Buffer.alloc(cpuCount(win32) * Power.size);
  const status = win32.CallNtPowerInformation(POWER_PROCESSOR_INFORMATION, null, 0, processors, processors.length);
  if (status !== 0) throw failure('CallNtPowerInformation(ProcessorInformation)', win32.RtlNtStatusToDosError(status));
  return parseFrequencies(processors);
}

/** An array of PROCESSOR_POWER_INFORMATION as frequencies; entries that Windows left empty are not told of. */
export function parseFrequencies(processors: Buffer): Fields[] {
  const frequencies = structures(processors, Power.size)
    .map((cpu) => ({ current: cpu.readUInt32LE(Power.CurrentMhz), min: 0, max: cpu.readUInt32LE(Power.MaxMhz) }))
    .filter((cpu) => cpu.current > 0 || cpu.max > 0);
  if (frequencies.length === 0) throw new UnavailableError('CallNtPowerInformation told of no processor\'s frequency');
  return frequencies;
}

/** Processor groups; one where Windows knows none. */
function groupCount(win32: Win32): number {
  try {
    return Math.max(1, win32.GetActiveProcessorGroupCount());
  } catch (error) {
    if (error instanceof UnavailableError) return 1;
    throw error;
  }
}

/**
 * SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION of every CPU, group by group: NtQuerySystemInformation tells of the caller's group
 * alone. It is asked where there is one group, or where the other call is not to be had.
 */
function processorInformation(win32: Win32): Buffer {
  const groups = groupCount(win32);
  if (groups > 1) {
    const all = Array.from({ length: groups }, (_, group) => groupInformation(win32, group));
    if (all.every((buffer) => buffer !== undefined)) return Buffer.concat(all);
  }
  return systemInformation(win32, 'SystemProcessorPerformanceInformation', cpuCount(win32) * Processor.size);
}

function groupInformation(win32: Win32, group: number): Buffer | undefined {
  const input = Buffer.alloc(2);
  input.writeUInt16LE(group);
  const [information, returned] = [Buffer.alloc(win32.GetActiveProcessorCount(group) * Processor.size), Buffer.alloc(4)];
  try {
    const status = win32.NtQuerySystemInformationEx(SystemProcessorPerformanceInformation, input, input.length, information, information.length, returned);
    return status === 0 ? information.subarray(0, returned.readUInt32LE()) : undefined;
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

function structures(buffer: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.floor(buffer.length / size) }, (_, index) => buffer.subarray(index * size, (index + 1) * size));
}
