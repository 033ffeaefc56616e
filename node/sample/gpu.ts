/** What is made of Windows' performance counters of graphics processors, whose instances tell adapter, engine and process by their names. */
import { gpuCounters } from '../catalog/gpu.js';
import type { Arguments, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { matches } from '../model/pattern.js';
import { needsTwo, type CounterRow } from '../providers/counterRow.js';
import { groupsOf, type CounterResult, type CounterSource } from './counterResult.js';

/** What an instance stands for; that of an adapter is no process's. */
export interface GpuInstance {
  readonly pid: number;
  /** A name of the adapter that sorts as Windows numbers adapters since its start. */
  readonly adapter: string;
  readonly engine: string;
  readonly type: string;
}

const form = /^(?:pid_(\d+)_)?luid_0x([0-9a-f]+)_0x([0-9a-f]+)_phys_(\d+)(?:_part_\d+)?(?:_eng_(\d+)_engtype_([^#]*))?(?:#\d+)?$/i;

/** `pid_4_luid_0x00000000_0x0000D1F4_phys_0_eng_0_engtype_3D` in parts; undefined where a name is of another form. */
function parseGpuInstance(name: string): GpuInstance | undefined {
  const parts = form.exec(name);
  if (parts === null) return undefined;
  const [, pid, high, low, physical, engine, type] = parts;
  const adapter = [high, low, physical].map((part) => String(part).toLowerCase().padStart(8, '0')).join();
  return { pid: Number(pid), adapter, engine: `${adapter} ${String(engine)}`, type: type === '' ? 'other' : String(type) };
}

/** A value of an instance. */
interface Use extends GpuInstance {
  readonly value: number;
}

/** The values of rows. One that does not tell makes everything unknown; one that has only just come is left out. */
function usesOf(rows: readonly CounterRow[]): Use[] {
  const fault = rows.find(({ value, pending }) => value === null && !pending);
  if (fault !== undefined) throw new UnavailableError(String(fault.reason));
  return rows.flatMap(({ instance, value }) => {
    const parsed = parseGpuInstance(String(instance));
    return parsed === undefined || value === null ? [] : [{ ...parsed, value }];
  });
}

type NameOf = (pid: number) => string;

/** The uses of the processes that are meant, and the name of a process. */
async function ofProcesses(source: CounterSource, uses: readonly Use[], args: Arguments): Promise<{ found: readonly Use[]; nameOf: NameOf }> {
  const { pid, process: pattern, by } = args;
  const named = typeof pattern === 'string';
  const table = named || by === 'process' ? await source.processes() : undefined;
  const nameOf: NameOf = (id) => table?.find(id)?.name ?? 'unknown';
  const lower = String(pattern).toLowerCase();
  const like = (name: string): boolean => matches(lower, name.toLowerCase()) || matches(`${lower}.exe`, name.toLowerCase());
  return { found: uses.filter((use) => (typeof pid !== 'number' || use.pid === pid) && (!named || like(nameOf(use.pid)))), nameOf };
}

/** Adapters by their numbers, in the order in which Windows found them. */
function adapterNames(uses: readonly GpuInstance[]): (use: GpuInstance) => string {
  const adapters = [...new Set(uses.map(({ adapter }) => adapter))].sort();
  return ({ adapter }) => `gpu${String(adapters.indexOf(adapter))}`;
}

function total(uses: readonly Use[]): number {
  return uses.reduce((sum, { value }) => sum + value, 0);
}

/** The use of the busiest engine; that of an engine is what all processes together make of it. */
function busiest(uses: readonly Use[]): number {
  const engines = groupsOf(uses, ({ engine }) => engine).map(([, group]) => Math.min(100, total(group)));
  return Math.max(0, ...engines);
}

/** gpu_percent. Throws UnavailableError. */
export async function gpuPercent(source: CounterSource, args: Arguments): Promise<CounterResult> {
  const rows = await source.rows(gpuCounters.engine);
  if (rows.length > 0 && rows.every(({ pending }) => pending)) return { result: null, reasons: { '': needsTwo } };
  const all = usesOf(rows);
  if (all.length === 0) throw new UnavailableError('no process uses a graphics processor that Windows tells of');
  const adapters = args['by'] === 'adapter' ? [...all, ...usesOf(await source.rows(`${gpuCounters.memory.adapter}${gpuCounters.memoryFields.dedicated}`))] : [];
  const { found, nameOf } = await ofProcesses(source, all, args);
  const { engine } = args;
  const uses = typeof engine === 'string' ? found.filter(({ type }) => matches(engine.toLowerCase(), type.toLowerCase())) : found;
  const keys: Readonly<Record<string, (use: Use) => string>> = {
    adapter: adapterNames(adapters), engine: ({ type }) => type, pid: ({ pid }) => String(pid), process: ({ pid }) => nameOf(pid),
  };
  const key = keys[String(args['by'])];
  if (key === undefined) return { result: busiest(uses) };
  return { result: Object.fromEntries(groupsOf(uses, key).map(([name, group]) => [name, busiest(group)])) };
}

/** gpu_memory: of processes where they are asked for, else of adapters. Throws UnavailableError. */
export async function gpuMemory(source: CounterSource, args: Arguments): Promise<CounterResult> {
  const { by } = args;
  const ofProcess = by === 'pid' || by === 'process' || typeof args['pid'] === 'number' || typeof args['process'] === 'string';
  const object = gpuCounters.memory[ofProcess ? 'process' : 'adapter'];
  const fields = await Promise.all(Object.entries(gpuCounters.memoryFields).map(async ([field, counter]) => ({ field, all: usesOf(await source.rows(`${object}${counter}`)) })));
  const results: Record<string, Record<string, Result>> = {};
  for (const { field, all } of fields) {
    const { found, nameOf } = await ofProcesses(source, all, args);
    const adapterOf = adapterNames(all);
    const key = (use: Use): string => (by === 'adapter' ? adapterOf(use) : by === 'pid' ? String(use.pid) : by === 'process' ? nameOf(use.pid) : '');
    if (all.length === 0) throw new UnavailableError('there is no graphics processor that Windows tells of');
    for (const [name, group] of groupsOf(found, key)) (results[name] ??= {})[field] = total(group);
  }
  if (typeof by === 'string') return { result: results };
  return { result: results[''] ?? Object.fromEntries(fields.map(({ field }) => [field, 0])) };
}
