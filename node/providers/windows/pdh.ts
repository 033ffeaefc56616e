import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { wideTexts, wideText, wordSize } from './encoding.js';
import { PDH_FMT_COUNTERVALUE, PDH_FMT_COUNTERVALUE_ITEM } from './layouts.js';
import { PdhStatus, statusText } from './pdhStatus.js';
import { onThread } from './thread.js';

const PDH_FMT_DOUBLE = 0x200;
/** Without it PDH cuts percentages of several CPUs to 100. */
const PDH_FMT_NOCAP100 = 0x8000;
const format = PDH_FMT_DOUBLE | PDH_FMT_NOCAP100;

const PERF_DETAIL_WIZARD = 400;
/** The roots of the registry under which the names of counters lie, in English and in the language of this Windows. */
const HKEY_PERFORMANCE_TEXT = 0x80000050 | 0;
const HKEY_PERFORMANCE_NLSTEXT = 0x80000060 | 0;
const ERROR_MORE_DATA = 234;

/** No list of names or values is longer, bytes. */
const mostBytes = 64 * 1024 * 1024;
/** How often a list that grows between two calls is asked for. */
const mostCalls = 5;

/** A call of PDH that failed. */
export class PdhError extends UnavailableError {
  constructor(readonly status: number, what: string) {
    super(`${what}: ${statusText(status)}`);
  }
}

/** A value in the format that all are asked for in; it counts where the status is 0, or 1 for new data. */
export interface FormattedValue {
  readonly status: number;
  readonly value: number;
}

/** The value of one instance. */
export interface InstanceValue extends FormattedValue {
  readonly name: string;
}

/** An object's counters and instances, by their names in the language of this Windows. */
export interface ObjectItems {
  readonly counters: readonly string[];
  readonly instances: readonly string[];
}

/** PDH's functions, each called on a thread of libuv's pool. All but `collect` and `value` throw PdhError. */
export class Pdh {
  constructor(private readonly win32: Win32) {}

  async openQuery(): Promise<bigint> {
    const handle = Buffer.alloc(wordSize);
    const { value: status } = await onThread(this.win32, this.win32.PdhOpenQueryW, null, 0, handle);
    if (status !== 0) throw new PdhError(status, 'PdhOpenQueryW');
    return handle.readBigInt64LE();
  }

  /** Adds a counter by its English path; instances may be `*`. */
  async addCounter(query: bigint, path: string): Promise<bigint> {
    const handle = Buffer.alloc(wordSize);
    const { value: status } = await onThread(this.win32, this.win32.PdhAddEnglishCounterW, query, path, 0, handle);
    if (status !== 0) throw new PdhError(status, `The performance counter ${path}`);
    return handle.readBigInt64LE();
  }

  async removeCounter(counter: bigint): Promise<void> {
    await onThread(this.win32, this.win32.PdhRemoveCounter, counter);
  }

  async closeQuery(query: bigint): Promise<void> {
    await onThread(this.win32, this.win32.PdhCloseQuery, query);
  }

  /** Collects all counters of a query; the status. */
  async collect(query: bigint): Promise<number> {
    return (await onThread(this.win32, this.win32.PdhCollectQueryData, query)).value;
  }

  /** The value of a counter of one instance, by the last collection. */
  async value(counter: bigint): Promise<FormattedValue> {
    const buffer = Buffer.alloc(PDH_FMT_COUNTERVALUE.size);
    const { value: status } = await onThread(this.win32, this.win32.PdhGetFormattedCounterValue, counter, format, null, buffer);
    const { status: own, value } = parseValue(buffer);
    // Of "not valid" the value's own status says why.
    return { status: status === 0 || own > 1 ? own : status, value };
  }

  /**
   * The values of all instances, by the last collection.
   *
   * @param room memory that the last call of the counter has left, to do with one call.
   */
  async values(counter: bigint, room: Buffer, path: string): Promise<{ values: InstanceValue[]; room: Buffer }> {
    let memory = room;
    for (let call = 0; call < mostCalls; call += 1) {
      const [size, count] = [u32(memory.length), u32(0)];
      const given = memory.length === 0 ? null : memory;
      const { value: status } = await onThread(this.win32, this.win32.PdhGetFormattedCounterArrayW, counter, format, size, count, given);
      if (status === 0) return { values: parseValues(memory, this.win32.addressOf(memory), count.readUInt32LE()), room: memory };
      if (status !== PdhStatus.MORE_DATA) throw new PdhError(status, `The performance counter ${path}`);
      // The size that is told beside memory that is too small is not to be relied on: it is asked for by itself.
      memory = Buffer.alloc(given === null ? bounded(size) + PDH_FMT_COUNTERVALUE_ITEM.size * 16 : 0);
    }
    throw new PdhError(PdhStatus.MORE_DATA, `The performance counter ${path}`);
  }

  /** Makes PDH look anew which objects there are: it remembers what was there when it was first asked. */
  async refresh(): Promise<void> {
    await this.#objects(u32(0), null, true);
  }

  /** Every object, by its name in the language of this Windows. */
  objects(): Promise<string[]> {
    return this.#list('PdhEnumObjectsW', async (characters, list) => (await this.#objects(characters, list, false)).value);
  }

  #objects(characters: Buffer, list: Buffer | null, refresh: boolean) {
    return onThread(this.win32, this.win32.PdhEnumObjectsW, null, null, list, characters, PERF_DETAIL_WIZARD, Number(refresh));
  }

  async #list(what: string, call: (characters: Buffer, list: Buffer | null) => Promise<number>): Promise<string[]> {
    let list: Buffer | null = null;
    for (let calls = 0; calls < mostCalls; calls += 1) {
      const characters = u32((list?.length ?? 0) / 2);
      const status = await call(characters, list);
      if (status === 0) return list === null ? [] : wideTexts(list);
      if (status !== PdhStatus.MORE_DATA) throw new PdhError(status, what);
      list = Buffer.alloc(list === null ? 2 * bounded(characters) + 1024 : 0);
      if (list.length === 0) list = null;
    }
    throw new PdhError(PdhStatus.MORE_DATA, what);
  }

  /** What an object has, by its name in the language of this Windows. */
  async items(object: string): Promise<ObjectItems> {
    let [counters, instances]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
    for (let call = 0; call < mostCalls; call += 1) {
      const [counterCharacters, instanceCharacters] = [u32(counters.length / 2), u32(instances.length / 2)];
      const { value: status } = await onThread(
        this.win32, this.win32.PdhEnumObjectItemsW, null, null, object,
        counters.length === 0 ? null : counters, counterCharacters, instances.length === 0 ? null : instances, instanceCharacters, PERF_DETAIL_WIZARD, 0,
      );
      if (status === 0) return { counters: wideTexts(counters), instances: wideTexts(instances) };
      if (status !== PdhStatus.MORE_DATA) throw new PdhError(status, `The object ${object}`);
      const asked = counters.length > 0;
      [counters, instances] = asked ? [Buffer.alloc(0), Buffer.alloc(0)] : [roomFor(counterCharacters), roomFor(instanceCharacters)];
    }
    throw new PdhError(PdhStatus.MORE_DATA, `The object ${object}`);
  }

  /** Numbers of objects and counters and their names, in turn, in English or in the language of this Windows. */
  async names(english: boolean): Promise<string[]> {
    const root = english ? HKEY_PERFORMANCE_TEXT : HKEY_PERFORMANCE_NLSTEXT;
    let text = Buffer.alloc(1024 * 1024);
    for (let call = 0; call < mostCalls; call += 1) {
      const size = u32(text.length);
      const { value: code } = await onThread(this.win32, this.win32.RegQueryValueExW, root, 'Counter', null, null, text, size);
      if (code === 0) return wideTexts(text.subarray(0, size.readUInt32LE()));
      if (code !== ERROR_MORE_DATA) throw new UnavailableError(`The names of the performance counters cannot be read from the registry: Win32 error ${String(code)}`);
      text = Buffer.alloc(Math.min(mostBytes, Math.max(2 * text.length, size.readUInt32LE())));
    }
    throw new UnavailableError('The names of the performance counters are more than any Windows has');
  }
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function bounded(size: Buffer): number {
  return Math.min(mostBytes / 2, size.readUInt32LE());
}

/** Memory for a list of so many characters, and a few more. */
function roomFor(characters: Buffer): Buffer {
  return Buffer.alloc(2 * bounded(characters) + 1024);
}

/** A PDH_FMT_COUNTERVALUE of format PDH_FMT_DOUBLE. */
function parseValue(buffer: Buffer): FormattedValue {
  return { status: buffer.readUInt32LE(PDH_FMT_COUNTERVALUE.CStatus), value: buffer.readDoubleLE(PDH_FMT_COUNTERVALUE.doubleValue) };
}

/** PDH_FMT_COUNTERVALUE_ITEMs, whose names lie in the same memory, at `address`. */
export function parseValues(memory: Buffer, address: bigint, count: number): InstanceValue[] {
  const { size, szName, FmtValue } = PDH_FMT_COUNTERVALUE_ITEM;
  const values: InstanceValue[] = [];
  for (let at = 0; at < count && (at + 1) * size <= memory.length; at += 1) {
    const item = memory.subarray(at * size);
    const place = Number(item.readBigUInt64LE(szName) - address);
    if (place < 0 || place >= memory.length) continue;
    values.push({ name: wideText(memory, place), ...parseValue(item.subarray(FmtValue)) });
  }
  return values;
}
