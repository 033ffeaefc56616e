import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { Isolation } from '../isolation.js';
import { EVT_VARIANT } from './layouts.js';
import { windowsProvider } from './provider.js';

/** An event of a fake log. */
interface FakeEvent {
  readonly record: number;
  readonly source?: string | null;
  readonly id?: number | null;
  readonly level?: number | null;
  readonly keywords?: bigint | null;
}

const base = 0x7000_0000n;

/** EvtRenderContextSystem's 18 values as Windows renders them, texts behind them. */
function rendered({ record, source = 'Service Control Manager', id = 7036, level = 4, keywords = 0x80_0000_0000_0000n }: FakeEvent): Buffer {
  const values = Buffer.alloc(18 * EVT_VARIANT.size);
  const put = (place: number, type: number, value: bigint): void => {
    values.writeBigUInt64LE(value, place * EVT_VARIANT.size);
    values.writeUInt32LE(type, place * EVT_VARIANT.size + EVT_VARIANT.Type);
  };
  put(0, source === null ? 0 : 1, base + BigInt(values.length));
  // The high bytes of a small number are whatever stood there.
  put(2, id === null ? 0 : 6, BigInt(id ?? 77) | 0xabcd_0000n);
  put(4, level === null ? 0 : 4, BigInt(level ?? 1) | 0xffff_ff00n);
  put(7, keywords === null ? 0 : 21, keywords ?? 0x8010_0000_0000_0000n);
  put(9, record === 0 ? 0 : 10, BigInt(record));
  return Buffer.concat([values, Buffer.from(`${String(source)}\0`, 'utf16le')]);
}

/** A Windows with one log, System, that a test writes to. Handles that are not closed are left in `open`. */
class FakeLog {
  events: FakeEvent[] = [];
  readonly open = new Map<number, FakeEvent | readonly FakeEvent[] | 'context'>();
  /** Events that were handed out. */
  given = 0;
  queryError = 0;
  nextError = 0;
  contextError = 0;
  renderError = 0;
  /** Whether it says how much room an event needs. */
  telling = true;
  /** How many values an event has. */
  values = 18;
  /** What happens while events are handed out. */
  meanwhile = (): void => undefined;
  #last = 0;
  readonly #position = new Map<number, number>();
  readonly fake: FakeWindows;
  readonly provider: ReturnType<typeof windowsProvider>;

  constructor() {
    this.fake = new FakeWindows({
      EvtQuery: (...args: [number, string, string, number]) => {
        assert.deepEqual([args[0], args[2], args[3]], [0, '*', 0x201]);
        this.fake.lastError = args[1] === 'System' ? this.queryError : 15007;
        return this.fake.lastError === 0 ? this.#handle([...this.events].reverse()) : 0;
      },
      EvtNext: (...[query, count, events, timeout, flags, returned]: [number, number, Buffer, number, number, Buffer]) => {
        assert.deepEqual([flags, events.length, timeout > 0], [0, count * 8, true]);
        this.fake.lastError = this.nextError;
        if (this.nextError !== 0) return 0;
        const all = this.open.get(query) as readonly FakeEvent[];
        const at = this.#position.get(query) ?? 0;
        const some = all.slice(at, at + count);
        this.#position.set(query, at + some.length);
        this.given += some.length;
        this.meanwhile();
        for (const [index, event] of some.entries()) events.writeBigInt64LE(BigInt(this.#handle(event)), index * 8);
        returned.writeUInt32LE(some.length);
        this.fake.lastError = 259;
        return some.length === 0 ? 0 : 1;
      },
      EvtCreateRenderContext: (...args: [number, null, number]) => {
        assert.deepEqual(args, [0, null, 1]);
        this.fake.lastError = this.contextError;
        return this.contextError === 0 ? this.#handle('context') : 0;
      },
      EvtRender: (...[context, event, flags, size, values, used, count]: [number, bigint, number, number, Buffer, Buffer, Buffer]) => {
        assert.deepEqual([this.open.get(context), flags, size], ['context', 0, values.length]);
        const content = rendered(this.open.get(Number(event)) as FakeEvent);
        if (this.telling) used.writeUInt32LE(content.length);
        count.writeUInt32LE(this.values);
        this.fake.lastError = this.renderError === 0 ? 122 : this.renderError;
        if (size < content.length || this.renderError !== 0) return 0;
        content.copy(values);
        return 1;
      },
      EvtClose: (handle: number | bigint) => { assert.ok(this.open.delete(Number(handle)), `closed twice: ${String(handle)}`); return 1; },
      addressOf: () => base,
      FormatMessageW: () => 0,
    });
    this.provider = windowsProvider(this.fake.win32, new Isolation(4));
  }

  #handle(what: FakeEvent | readonly FakeEvent[] | 'context'): number {
    this.#last += 1;
    this.open.set(this.#last, what);
    return this.#last;
  }

  write(...events: Omit<FakeEvent, 'record'>[]): void {
    for (const event of events) this.events.push({ record: (this.events.at(-1)?.record ?? 0) + 1, ...event });
  }

  count(args: object = {}): Promise<unknown> {
    return this.provider.read('event_count', { log: 'System', level: null, source: null, id: null, by: null, ...args });
  }
}

describe('event_count', () => {
  let log: FakeLog;
  beforeEach(() => { log = new FakeLog(); });

  it('counts from the first reading on, and reads no more than there is new', async () => {
    log.write(...Array.from({ length: 1000 }, () => ({})));
    assert.equal(await log.count(), 0);
    assert.ok(log.given <= 64);
    log.given = 0;
    log.write({}, {}, {});
    assert.equal(await log.count(), 3);
    assert.equal(await log.count(), 3);
    log.write({});
    assert.equal(await log.count(), 4);
    assert.ok(log.given <= 3 * 64);
    assert.deepEqual([...log.open.values()], ['context']);
    log.provider.close();
    assert.equal(log.open.size, 0);
  });

  it('counts by level, source and id, alone and together, each from its own first reading on', async () => {
    const all = [{ level: 'error' }, { source: 'service*' }, { id: 41 }, { level: 'critical', source: '*Power', id: 41 }, { level: 'information' }];
    for (const args of all) assert.equal(await log.count(args), 0);
    log.write(
      { level: 2 }, { level: 1, source: 'Microsoft-Windows-Kernel-Power', id: 41 }, { level: 0 }, { level: 4, source: 'disk', id: 41 }, { level: 3 }, { level: 5 },
    );
    assert.deepEqual(await Promise.all(all.map((args) => log.count(args))), [1, 4, 2, 1, 2]);
    assert.equal(await log.count({ level: 'warning' }), 0);
    log.write({ level: 3 });
    assert.equal(await log.count({ level: 'warning' }), 1);
  });

  it('counts them apart by level, source or id', async () => {
    for (const by of ['level', 'source', 'id']) assert.deepEqual(await log.count({ by }), {});
    log.write({ level: 2, source: 'disk', id: 7 }, { level: 2, source: 'disk', id: 11 }, { level: 3, id: 7 });
    assert.deepEqual(await log.count({ by: 'level' }), { error: 2, warning: 1 });
    assert.deepEqual(await log.count({ by: 'source' }), { 'Service Control Manager': 1, disk: 2 });
    assert.deepEqual(await log.count({ by: 'id' }), { 7: 2, 11: 1 });
    log.write({ source: null, id: 5 });
    assert.deepEqual(await log.count({ by: 'source' }), { '': 1, 'Service Control Manager': 1, disk: 2 });
    await log.count({ by: 'id', source: 'disk' });
    log.write({ source: 'disk', id: 99 }, { source: 'ntfs', id: 98 });
    assert.deepEqual(await log.count({ by: 'id', source: 'disk' }), { 99: 1 });
    for (const id of [7, 11]) await log.count({ id });
    log.write({ id: 7 }, { id: 11 }, { id: 7 });
    assert.deepEqual([await log.count({ id: 7 }), await log.count({ id: 11 })], [2, 1]);
  });

  it('audits go by their outcome', async () => {
    for (const level of ['audit_failure', 'audit_success', 'information']) await log.count({ level });
    log.write({ level: 0, keywords: 0x8010_0000_0000_0000n }, { level: 0, keywords: 0x8020_0000_0000_0000n }, { level: 0, keywords: 0x8020_0000_0000_0000n });
    assert.deepEqual(await Promise.all(['audit_failure', 'audit_success', 'information'].map((level) => log.count({ level }))), [1, 2, 0]);
  });

  it('a log that is empty at first, or was cleared, counts what comes; numbers may begin anew or go on', async () => {
    assert.equal(await log.count(), 0);
    log.write({}, {});
    assert.equal(await log.count(), 2);
    log.events = [];
    assert.equal(await log.count(), 2);
    log.write({});
    assert.equal(await log.count(), 3, 'numbers begin at 1 again');
    log.events = [];
    log.write({}, {}, {});
    log.events = log.events.map((event) => ({ ...event, record: event.record + 5000 }));
    assert.equal(await log.count(), 6, 'numbers go on');
    log.write({});
    log.events = [{ record: 1 }];
    assert.equal(await log.count(), 7, 'cleared, and written to before it was read');
  });

  it('thousands of new events are all counted, in batches, and every handle is closed', async () => {
    await log.count({ by: 'id' });
    log.write(...Array.from({ length: 5000 }, (_, at) => ({ id: at % 3000 })));
    const counts = (await log.count({ by: 'id' })) as Record<string, number>;
    assert.equal(Object.values(counts).reduce((sum, count) => sum + count, 0), 5000);
    assert.ok(Object.keys(counts).length <= 1001 && counts['others']! > 0, 'what is kept by key is bounded');
    assert.equal(log.open.size, 1);
  });

  it('what fails counts nothing, and is made up for by the next reading', async () => {
    await log.count();
    log.write({}, {});
    log.nextError = 1460;
    await assert.rejects(log.count(), { message: 'EvtNext of System failed with Win32 error 1460' });
    log.nextError = 0;
    log.queryError = 5;
    await assert.rejects(log.count(), { message: 'EvtQuery of System failed with Win32 error 5' });
    log.queryError = 0;
    log.write({});
    assert.equal(await log.count(), 3);
    assert.equal(log.open.size, 1);
  });

  it('an event that lacks what may be absent is one of information without a source or an id; one without its number is a fault', async () => {
    for (const by of ['level', 'source', 'id']) await log.count({ by });
    log.write({ source: null, id: null, level: null, keywords: null });
    assert.deepEqual([await log.count({ by: 'level' }), await log.count({ by: 'source' }), await log.count({ by: 'id' })], [{ information: 1 }, { '': 1 }, { 0: 1 }]);
    const numberless = { message: 'EvtRender gave an event without its number' };
    log.values = 17;
    await assert.rejects(log.count(), numberless);
    log.values = 18;
    log.events.push({ record: 0 });
    await assert.rejects(log.count(), numberless);
    assert.equal(log.open.size, 1);
  });

  it('what of an event cannot be had is told by its call', async () => {
    log.write({});
    log.contextError = 8;
    await assert.rejects(log.count(), { message: 'EvtCreateRenderContext failed with Win32 error 8' });
    log.contextError = 0;
    log.renderError = 13;
    await assert.rejects(log.count(), { message: 'EvtRender failed with Win32 error 13' });
    log.renderError = 0;
    assert.equal(await log.count(), 0);
    assert.equal(log.open.size, 1);
  });

  it('once it is closed is no more, also where it is being read, and leaves nothing open', async () => {
    await log.count();
    log.write(...Array.from({ length: 200 }, () => ({})));
    log.meanwhile = () => { log.provider.close(); };
    await assert.rejects(log.count(), { message: 'the collector is stopping' });
    await assert.rejects(log.count(), { message: 'the collector is stopping' });
    assert.deepEqual([log.open.size, log.given <= 64], [0, true]);
  });

  it('a log that is not there says so', async () => {
    await assert.rejects(log.count({ log: 'Nothing' }), { message: 'there is no event log "Nothing"' });
  });

  it('an event with a long source is read with more room', async () => {
    await log.count({ source: `${'x'.repeat(5000)}*` });
    log.write({ source: `${'x'.repeat(5000)}y` });
    assert.equal(await log.count({ source: `${'x'.repeat(5000)}*` }), 1);
    // Windows need not say how much; nor is there more than a megabyte for one.
    log.telling = false;
    log.write({ source: 'x'.repeat(400_000) });
    assert.equal(await log.count({ source: `${'x'.repeat(5000)}*` }), 2);
    log.write({ source: 'x'.repeat(800_000) });
    await assert.rejects(log.count(), { message: 'EvtRender failed with Win32 error 122' });
  });
});
