import type { Win32 } from '../../providers/windows/bindings.js';
import { FakeWindows, never } from './fakeWindows.js';

/** A value of an instance, or the status that stands in its place. */
export type FakeValue = number | { readonly status: number };

/** A performance object: names in English and in the language of this Windows, and what its counters are now. */
export interface FakeObject {
  readonly english: string;
  readonly local: string;
  /** By English name: its local name, whether it is a rate, and its values by instance (`''` where the object has none). */
  readonly counters: Readonly<Record<string, { readonly local: string; readonly rate?: boolean; values(): readonly (readonly [instance: string, value: FakeValue])[] }>>;
}

/** Statuses of pdhmsg.h, written down once more. */
export const pdhmsg = {
  MORE_DATA: 0x800007d2, NO_INSTANCE: 0x800007d1, NO_DATA: 0x800007d5, NO_OBJECT: 0xc0000bb8, NO_COUNTER: 0xc0000bb9, CSTATUS_INVALID_DATA: 0xc0000bba,
  INVALID_DATA: 0xc0000bc6, INVALID_HANDLE: 0xc0000bbc,
} as const;

interface Added {
  readonly query: bigint;
  readonly object: FakeObject;
  readonly counter: FakeObject['counters'][string];
  readonly instance: string;
  /** Instances that the collection before, and the last, had. */
  before: ReadonlySet<string>;
  now: readonly (readonly [string, FakeValue])[];
}

/** The address of every buffer. */
const base = 0x10_0000n;

/**
 * PDH as Windows documents it: queries of counters that are added by English paths, values by collection, rates between two of
 * them, objects that were not there when it was first asked seen only after a refresh.
 */
export class FakePdh {
  objects: FakeObject[] = [];
  /** What collecting fails with. */
  collecting = 0;
  /** What reading all instances fails with. */
  arrays = 0;
  /** The English name of an object whose collection never ends. */
  hanging: string | undefined;
  readonly calls: string[] = [];
  readonly win32: Win32;
  #known: readonly FakeObject[] | undefined;
  #handle = 1n;
  readonly #queries = new Set<bigint>();
  readonly #added = new Map<bigint, Added>();
  #number = 0;

  constructor() {
    const { win32 } = new FakeWindows({
      PdhOpenQueryW: (source: unknown, user: number, handle: Buffer) => this.#open(source, user, handle),
      PdhAddEnglishCounterW: (query: bigint, path: string, user: number, handle: Buffer) => this.#add(query, path, user, handle),
      PdhRemoveCounter: (counter: bigint) => { this.calls.push(`remove ${String(counter)}`); return this.#added.delete(counter) ? 0 : pdhmsg.INVALID_HANDLE; },
      PdhCollectQueryData: (query: bigint) => this.#collect(query),
      PdhGetFormattedCounterValue: (counter: bigint, format: number, kind: unknown, value: Buffer) => this.#value(counter, format, kind, value),
      PdhGetFormattedCounterArrayW: (...args: [bigint, number, Buffer, Buffer, Buffer | null]) => this.#array(...args),
      PdhCloseQuery: (query: bigint) => { this.calls.push('close'); return this.#queries.delete(query) ? 0 : pdhmsg.INVALID_HANDLE; },
      PdhEnumObjectsW: (...args: [null, null, Buffer | null, Buffer, number, number]) => this.#enumObjects(...args),
      PdhEnumObjectItemsW: (...args: [null, null, string, Buffer | null, Buffer, Buffer | null, Buffer, number, number]) => this.#enumItems(...args),
      RegQueryValueExW: (...args: [number, string, null, null, Buffer, Buffer]) => this.#names(...args),
      addressOf: () => base,
    });
    this.win32 = win32;
  }

  /** How often a call was made. */
  count(call: string): number {
    return this.calls.filter((made) => made === call || made.startsWith(`${call} `)).length;
  }

  /** The objects that PDH knows of: those at its first look, until it is made to look anew. */
  get #there(): readonly FakeObject[] {
    return (this.#known ??= [...this.objects]);
  }

  #open(source: unknown, user: number, handle: Buffer): number {
    this.calls.push('open');
    if (source !== null || user !== 0) return 0xc0000bbd;
    this.#queries.add(++this.#handle);
    handle.writeBigInt64LE(this.#handle);
    return 0;
  }

  #add(query: bigint, path: string, user: number, handle: Buffer): number {
    this.calls.push(`add ${path}`);
    if (!this.#queries.has(query) || user !== 0) return pdhmsg.INVALID_HANDLE;
    const [, name = '', instance = '', counterName = ''] = /^\\([^\\(]+)(?:\((.*)\))?\\(.+)$/.exec(path) ?? [];
    const object = this.#there.find(({ english }) => english.toLowerCase() === name.toLowerCase());
    if (object === undefined) return pdhmsg.NO_OBJECT;
    const counter = Object.entries(object.counters).find(([english]) => english.toLowerCase() === counterName.toLowerCase())?.[1];
    if (counter === undefined) return pdhmsg.NO_COUNTER;
    this.#added.set(++this.#handle, { query, object, counter, instance, before: new Set(), now: [] });
    handle.writeBigInt64LE(this.#handle);
    return 0;
  }

  #collect(query: bigint): number | symbol {
    this.calls.push('collect');
    for (const added of this.#added.values()) if (added.query === query && added.object.english === this.hanging) return never;
    if (!this.#queries.has(query)) return pdhmsg.INVALID_HANDLE;
    if (this.collecting !== 0) return this.collecting;
    for (const added of this.#added.values()) {
      if (added.query !== query) continue;
      added.before = new Set(added.now.map(([name], at) => keyOf(added.now, name, at)));
      added.now = this.objects.includes(added.object) ? added.counter.values() : [];
    }
    return 0;
  }

  /** What an instance comes to: a rate only where the collection before had it too. */
  #formatted(added: Added, at: number): { status: number; value: number } {
    const [name, value] = added.now[at]!;
    if (typeof value !== 'number') return { status: value.status, value: 0 };
    const known = added.counter.rate !== true || added.before.has(keyOf(added.now, name, at));
    return known ? { status: 0, value } : { status: pdhmsg.CSTATUS_INVALID_DATA, value: 0 };
  }

  #value(counter: bigint, format: number, kind: unknown, value: Buffer): number {
    const added = this.#added.get(counter);
    if (added === undefined) return pdhmsg.INVALID_HANDLE;
    if (format !== 0x8200 || kind !== null || value.length !== 16) return 0xc0000bbd;
    const at = added.now.findIndex(([name]) => name.toLowerCase() === added.instance.toLowerCase());
    const found = at < 0 ? { status: pdhmsg.NO_INSTANCE, value: 0 } : this.#formatted(added, at);
    value.writeUInt32LE(found.status, 0);
    value.writeDoubleLE(found.value, 8);
    return found.status > 1 ? pdhmsg.INVALID_DATA : 0;
  }

  #array(counter: bigint, format: number, size: Buffer, count: Buffer, items: Buffer | null): number {
    this.calls.push('array');
    const added = this.#added.get(counter);
    if (added === undefined || added.instance !== '*') return pdhmsg.INVALID_HANDLE;
    if (format !== 0x8200) return 0xc0000bbd;
    if (this.arrays !== 0) return this.arrays;
    if (added.now.length === 0) return pdhmsg.NO_INSTANCE;
    const names = added.now.map(([name]) => Buffer.from(`${name}\0`, 'utf16le'));
    const needed = 24 * names.length + names.reduce((sum, name) => sum + name.length, 0);
    const room = size.readUInt32LE();
    // Of memory that is too small Windows does not tell the right size.
    size.writeUInt32LE(items === null ? needed : 0);
    if (items === null || room < needed) return pdhmsg.MORE_DATA;
    if (items.length !== room) return 0xc0000bc1;
    count.writeUInt32LE(names.length);
    let place = 24 * names.length;
    for (const [at, name] of names.entries()) {
      const { status, value } = this.#formatted(added, at);
      items.writeBigUInt64LE(base + BigInt(place), 24 * at);
      items.writeUInt32LE(status, 24 * at + 8);
      items.writeDoubleLE(value, 24 * at + 16);
      place += name.copy(items, place);
    }
    return 0;
  }

  #enumObjects(source: unknown, machine: unknown, list: Buffer | null, characters: Buffer, detail: number, refresh: number): number {
    this.calls.push(`objects ${String(refresh)}`);
    if (source !== null || machine !== null || detail !== 400) return 0xc0000bbd;
    if (refresh === 1) this.#known = [...this.objects];
    return fill(this.#there.map(({ local }) => local), list, characters);
  }

  #enumItems(...args: [null, null, string, Buffer | null, Buffer, Buffer | null, Buffer, number, number]): number {
    const [, , name, counters, counterCharacters, instances, instanceCharacters, detail] = args;
    this.calls.push(`items ${name}`);
    if (detail !== 400) return 0xc0000bbd;
    const object = this.#there.find(({ local }) => local === name);
    if (object === undefined) return pdhmsg.NO_OBJECT;
    const all = Object.values(object.counters);
    const there = new Set(all.flatMap((counter) => counter.values().map(([instance]) => instance)).filter((instance) => instance !== ''));
    const first = fill(all.map(({ local }) => local), counters, counterCharacters);
    return Math.max(first, fill([...there], instances, instanceCharacters));
  }

  #names(key: number, name: string, reserved: unknown, type: unknown, text: Buffer, size: Buffer): number {
    const english = key === -2147483568;
    if ((!english && key !== -2147483552) || name !== 'Counter' || reserved !== null || type !== null) return 87;
    this.#number = 0;
    const list = this.objects.flatMap((object) => [
      this.#numbered(english ? object.english : object.local),
      ...Object.entries(object.counters).map(([own, { local }]) => this.#numbered(english ? own : local)),
    ]).flat();
    const bytes = Buffer.from(`${[...list, ''].join('\0')}\0`, 'utf16le');
    const room = size.readUInt32LE();
    size.writeUInt32LE(bytes.length);
    if (room < bytes.length) return 234;
    bytes.copy(text);
    return 0;
  }

  #numbered(name: string): string[] {
    this.#number += 2;
    return [String(this.#number), name];
  }
}

/** Equal names are told apart by how many come before. */
function keyOf(all: readonly (readonly [string, FakeValue])[], name: string, at: number): string {
  return `${name} ${String(all.slice(0, at).filter(([other]) => other === name).length)}`;
}

function fill(texts: readonly string[], list: Buffer | null, characters: Buffer): number {
  const bytes = Buffer.from(`${texts.map((text) => `${text}\0`).join('')}\0`, 'utf16le');
  const room = characters.readUInt32LE();
  characters.writeUInt32LE(bytes.length / 2);
  if (list === null || 2 * room < bytes.length) return pdhmsg.MORE_DATA;
  bytes.copy(list);
  return 0;
}
