import type { Arguments, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { matches } from '../../model/pattern.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { Handle, Win32 } from './bindings.js';
import { textAt, wordSize } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { EVT_VARIANT as Variant } from './layouts.js';
import { onThread } from './thread.js';

/** Newest events first, of a channel. */
const EvtQueryChannelPath = 1;
const EvtQueryReverseDirection = 0x200;
const EvtRenderContextSystem = 1;
const EvtRenderEventValues = 0;
/** Places of EvtRenderContextSystem's values. */
const System = { ProviderName: 0, EventID: 2, Level: 4, Keywords: 7, EventRecordId: 9, count: 18 } as const;
const EvtVarTypeNull = 0;

const auditFailure = 0x10_0000_0000_0000n;
const auditSuccess = 0x20_0000_0000_0000n;
const levels: Readonly<Record<number, string>> = { 1: 'critical', 2: 'error', 3: 'warning', 5: 'verbose' };

/** Events that Windows hands over at once. */
const batch = 64;
/** Bytes that the values of an event's head take at first, and at most. */
const headSize = 4096;
const mostHead = 1024 * 1024;
/** Sources, levels and ids that are counted by themselves; what more there are is counted together. */
const mostKeys = 1000;

/** What of an event is looked at. */
export interface EventHead {
  readonly record: bigint;
  readonly source: string;
  readonly id: number;
  readonly level: string;
}

/** Counts the events that fit what was asked for, since it was first asked for. */
class Counter {
  readonly counts = new Map<string, number>();

  constructor(private readonly args: Arguments) {}

  /** The key under which an event counts; undefined where it does not. */
  keyOf({ source, id, level }: EventHead): string | undefined {
    const { args } = this;
    if (typeof args['level'] === 'string' && args['level'] !== level) return undefined;
    if (typeof args['id'] === 'number' && args['id'] !== id) return undefined;
    if (typeof args['source'] === 'string' && !matches(args['source'].toLowerCase(), source.toLowerCase())) return undefined;
    return { level, source, id: String(id) }[String(args['by'])] ?? '';
  }

  add(counts: ReadonlyMap<string, number>): void {
    for (const [key, count] of counts) {
      const under = this.counts.has(key) || this.counts.size < mostKeys ? key : 'others';
      this.counts.set(under, (this.counts.get(under) ?? 0) + count);
    }
  }

  result(): Result {
    return typeof this.args['by'] === 'string' ? Object.fromEntries(this.counts) : (this.counts.get('') ?? 0);
  }
}

/** A log: the newest event that was seen, and what is counted of it. */
interface Log {
  newest: bigint | undefined;
  readonly counters: Map<string, Counter>;
}

/**
 * Windows' event logs, of which events are counted. A reading goes through a log from its newest event back to the newest of the
 * reading before, so that it costs as much as there is new, however large the log; what was cleared since then ends it sooner.
 */
export class EventLogs {
  readonly #logs = new Map<string, Log>();
  #context: Handle = 0;
  #closed = false;

  constructor(private readonly win32: Win32, private readonly isolation: Isolation) {}

  /** Events counted since these arguments were first read: a number, or with `by` numbers by key. Throws UnavailableError. */
  async read(args: Arguments): Promise<Result> {
    const name = String(args['log']);
    const subject = `The event log ${name}`;
    let log = this.#logs.get(name);
    if (log === undefined) this.#logs.set(name, (log = { newest: undefined, counters: new Map() }));
    const { counters } = log;
    const key = JSON.stringify([args['level'], args['source'], args['id'], args['by']]);
    await this.isolation.run(subject, answerTimeout, () => this.#catchUp(name, log));
    let counter = counters.get(key);
    if (counter === undefined) counters.set(key, (counter = new Counter(args)));
    return counter.result();
  }

  /** Lets go of what Windows keeps for it. */
  close(): void {
    this.#closed = true;
    if (BigInt(this.#context) !== 0n) this.win32.EvtClose(this.#context);
    this.#context = 0;
  }

  /** Counts what is newer than what was seen. Nothing counts before all of it has been read, so that a failure is made up for. */
  async #catchUp(name: string, log: Log): Promise<void> {
    const { win32 } = this;
    if (this.#closed) throw new UnavailableError('the collector is stopping');
    const { value: query, code } = await onThread(win32, win32.EvtQuery, 0, name, '*', EvtQueryChannelPath | EvtQueryReverseDirection);
    if (BigInt(query) === 0n) throw code === ErrorCode.EVT_CHANNEL_NOT_FOUND ? new UnavailableError(`there is no event log "${name}"`) : failure(`EvtQuery of ${name}`, code, win32);
    const counted = [...log.counters.values()].map((counter) => ({ counter, counts: new Map<string, number>() }));
    let newest: bigint | undefined;
    try {
      for await (const head of this.#heads(name, query)) {
        newest ??= head.record;
        // The first reading notes where the log ends. A log whose numbers begin anew was cleared: all that is in it is new.
        if (log.newest === undefined || (head.record <= log.newest && newest >= log.newest)) break;
        for (const { counter, counts } of counted) {
          const key = counter.keyOf(head);
          if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    } finally {
      win32.EvtClose(query);
    }
    // An empty log: whatever is written to it is new.
    log.newest = newest ?? 0n;
    for (const { counter, counts } of counted) counter.add(counts);
  }

  /** The heads of a query's events, one after another; each event is let go of, also where nobody wants the rest. */
  async *#heads(name: string, query: Handle): AsyncGenerator<EventHead> {
    const { win32 } = this;
    for (;;) {
      const [events, returned] = [Buffer.alloc(batch * wordSize), Buffer.alloc(4)];
      const { value, code } = await onThread(win32, win32.EvtNext, query, batch, events, answerTimeout, 0, returned);
      if (value === 0) {
        if (code === ErrorCode.NO_MORE_ITEMS) return;
        throw failure(`EvtNext of ${name}`, code, win32);
      }
      const handles = Array.from({ length: Math.min(batch, returned.readUInt32LE()) }, (_, at) => events.readBigInt64LE(at * wordSize));
      try {
        if (this.#closed) throw new UnavailableError('the collector is stopping');
        // Windows has handed the event over whole: its head is read out of this process's memory.
        for (const handle of handles) yield this.#head(handle);
      } finally {
        for (const handle of handles) win32.EvtClose(handle);
      }
    }
  }

  #head(event: Handle): EventHead {
    const { win32 } = this;
    if (BigInt(this.#context) === 0n) {
      this.#context = win32.EvtCreateRenderContext(0, null, EvtRenderContextSystem);
      if (BigInt(this.#context) === 0n) throw failure('EvtCreateRenderContext', win32.GetLastError(), win32);
    }
    for (let size = headSize; ; ) {
      const [values, used, count] = [Buffer.alloc(size), Buffer.alloc(4), Buffer.alloc(4)];
      if (win32.EvtRender(this.#context, event, EvtRenderEventValues, size, values, used, count) !== 0) return parseEventHead(values, win32.addressOf(values), count.readUInt32LE());
      const code = win32.GetLastError();
      size = Math.max(2 * size, used.readUInt32LE());
      if (code !== ErrorCode.INSUFFICIENT_BUFFER || size > mostHead) throw failure('EvtRender', code, win32);
    }
  }
}

/** EvtRenderContextSystem's values, texts of which lie behind them in the same buffer at `base`. */
function parseEventHead(values: Buffer, base: bigint, count: number): EventHead {
  const at = (place: number): Buffer | undefined => {
    const variant = values.subarray(place * Variant.size, (place + 1) * Variant.size);
    return variant.readUInt32LE(Variant.Type) === EvtVarTypeNull ? undefined : variant;
  };
  const record = count < System.count ? undefined : at(System.EventRecordId);
  if (record === undefined) throw new UnavailableError('EvtRender gave an event without its number');
  const keywords = at(System.Keywords)?.readBigUInt64LE() ?? 0n;
  const level = at(System.Level)?.readUInt8() ?? 0;
  return {
    record: record.readBigUInt64LE(),
    id: at(System.EventID)?.readUInt16LE() ?? 0,
    source: at(System.ProviderName) === undefined ? '' : textAt(values, base, System.ProviderName * Variant.size),
    // As Event Viewer has it: an audit goes by its outcome, and a level of 0 is information.
    level: (keywords & auditFailure) !== 0n ? 'audit_failure' : (keywords & auditSuccess) !== 0n ? 'audit_success' : (levels[level] ?? 'information'),
  };
}
