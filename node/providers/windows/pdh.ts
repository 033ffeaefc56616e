import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import { onThread } from './thread.js';
import { wordSize } from './encoding.js';
import { failure } from './failure.js';
import { PDH_FMT_COUNTERVALUE } from './layouts.js';

const PDH_FMT_DOUBLE = 0x200;

/**
 * One performance counter by its English path. The query stays open from the first reading on, as opening one costs
 * Windows far more than collecting; after a failure it is closed, and opened anew by the next reading.
 */
export class PerformanceCounter {
  #query: bigint | undefined;
  #counter = 0n;
  #collecting = false;
  #closed = false;

  constructor(
    private readonly win32: Win32,
    private readonly isolation: Isolation,
    readonly path: string,
  ) {}

  get #subject(): string {
    return `The performance counter ${this.path}`;
  }

  /** The value now, of a counter that needs one sample. Throws UnavailableError. */
  value(): Promise<number> {
    if (this.#closed) return Promise.reject(new UnavailableError(`The performance counter ${this.path} is closed`));
    return this.isolation.run(this.#subject, answerTimeout, () => this.#collect());
  }

  /** Closes the query, at the end of a reading that is under way. */
  close(): void {
    this.#closed = true;
    if (!this.#collecting) void this.isolation.run(this.#subject, answerTimeout, () => this.#closeQuery()).catch(() => undefined);
  }

  async #collect(): Promise<number> {
    this.#collecting = true;
    try {
      const query = (this.#query ??= await this.#openQuery());
      if (this.#counter === 0n) await this.#addCounter(query);
      const { value: status } = await onThread(this.win32, this.win32.PdhCollectQueryData, query);
      if (status !== 0) throw failure(`PdhCollectQueryData of ${this.path}`, status);
      return await this.#formatted();
    } catch (error) {
      await this.#closeQuery();
      throw error;
    } finally {
      this.#collecting = false;
      if (this.#closed) await this.#closeQuery();
    }
  }

  async #openQuery(): Promise<bigint> {
    const handle = Buffer.alloc(wordSize);
    const { value: status } = await onThread(this.win32, this.win32.PdhOpenQueryW, null, 0, handle);
    if (status !== 0) throw failure('PdhOpenQueryW', status);
    return handle.readBigInt64LE();
  }

  async #addCounter(query: bigint): Promise<void> {
    const handle = Buffer.alloc(wordSize);
    const { value: status } = await onThread(this.win32, this.win32.PdhAddEnglishCounterW, query, this.path, 0, handle);
    if (status !== 0) {
      const { message } = failure(`PdhAddEnglishCounterW of ${this.path}`, status);
      throw new UnavailableError(`${message}: where a Windows has lost its counters, lodctr /R restores them`);
    }
    this.#counter = handle.readBigInt64LE();
  }

  async #formatted(): Promise<number> {
    const value = Buffer.alloc(PDH_FMT_COUNTERVALUE.size);
    const { value: status } = await onThread(this.win32, this.win32.PdhGetFormattedCounterValue, this.#counter, PDH_FMT_DOUBLE, null, value);
    if (status !== 0) throw failure(`PdhGetFormattedCounterValue of ${this.path}`, status);
    return parseCounterValue(this.path, value);
  }

  async #closeQuery(): Promise<void> {
    const query = this.#query;
    this.#query = undefined;
    this.#counter = 0n;
    if (query !== undefined) await onThread(this.win32, this.win32.PdhCloseQuery, query);
  }
}

/** The number in a PDH_FMT_COUNTERVALUE of format PDH_FMT_DOUBLE; statuses 0 and 1 (new data) are valid. */
export function parseCounterValue(path: string, value: Buffer): number {
  const status = value.readUInt32LE(PDH_FMT_COUNTERVALUE.CStatus);
  if (status > 1) throw failure(`The performance counter ${path}`, status);
  return value.readDoubleLE(PDH_FMT_COUNTERVALUE.doubleValue);
}
