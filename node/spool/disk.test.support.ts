import { basename, dirname } from 'node:path';
import { systemError } from './diskError.js';
import type { Files, OpenFile } from './files.js';

/** What was done to a disk that may matter after a power cut. */
export type Operation =
  | { readonly kind: 'create'; readonly path: string; readonly file: MemoryFile }
  | { readonly kind: 'remove'; readonly path: string; readonly file: MemoryFile }
  | { readonly kind: 'write'; readonly file: MemoryFile; readonly at: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly file: MemoryFile; readonly size: number }
  | { readonly kind: 'sync'; readonly file: MemoryFile }
  | { readonly kind: 'syncFolder'; readonly path: string };

/** A file of a MemoryDisk. */
export class MemoryFile {
  data = Buffer.alloc(0);
  linked = true;

  write(data: Buffer, at: number): void {
    if (at + data.length > this.data.length) {
      const grown = Buffer.alloc(at + data.length);
      this.data.copy(grown);
      this.data = grown;
    }
    data.copy(this.data, at);
  }

  truncate(size: number): void {
    const cut = Buffer.alloc(size);
    this.data.copy(cut);
    this.data = cut;
  }
}

/** A disk in memory that writes down what is done to it, and fails and hangs as the test says. */
export class MemoryDisk implements Files {
  readonly operations: Operation[] = [];
  /** Paths of files that are open, each as often as it is. */
  readonly opened: string[] = [];
  /** Bytes that still fit. */
  room = Infinity;
  /** Called before everything: it may throw, or take its time. */
  before: (call: string, path: string) => Promise<void> | void = () => undefined;

  constructor(readonly files = new Map<string, MemoryFile>()) {}

  /** The paths of the segments, oldest first. */
  get segments(): string[] {
    return [...this.files.keys()].filter((path) => path.endsWith('.seg')).sort();
  }

  async create(path: string): Promise<OpenFile> {
    await this.before('create', path);
    if (this.files.has(path)) throw systemError('EEXIST');
    const file = new MemoryFile();
    this.files.set(path, file);
    this.operations.push({ kind: 'create', path, file });
    return this.#handle(path, file);
  }

  async open(path: string, access: 'read' | 'write' | 'through' = 'read'): Promise<OpenFile> {
    await this.before('open', path);
    const file = this.files.get(path);
    if (file === undefined) throw systemError('ENOENT');
    const handle = this.#handle(path, file);
    if (access !== 'through') return handle;
    return {
      ...handle,
      write: async (data, length, at) => {
        await handle.write(data, length, at);
        await handle.sync();
      },
    };
  }

  async list(folder: string): Promise<{ name: string; size: number }[]> {
    await this.before('list', folder);
    return [...this.files].filter(([path]) => dirname(path) === folder).map(([path, { data }]) => ({ name: basename(path), size: data.length }));
  }

  async folders(folder: string): Promise<string[]> {
    await this.before('folders', folder);
    const below = [...this.files.keys()].map(dirname).filter((path) => dirname(path) === folder);
    return [...new Set(below)].map((path) => basename(path));
  }

  async remove(path: string): Promise<void> {
    await this.before('remove', path);
    const file = this.files.get(path);
    if (file === undefined) throw systemError('ENOENT');
    this.files.delete(path);
    file.linked = false;
    this.room += file.data.length;
    this.operations.push({ kind: 'remove', path, file });
  }

  async makeFolder(path: string): Promise<void> {
    await this.before('makeFolder', path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.before('syncFolder', path);
    this.operations.push({ kind: 'syncFolder', path });
  }

  lock(): Promise<() => Promise<void>> {
    return Promise.resolve(() => Promise.resolve());
  }

  #handle(path: string, file: MemoryFile): OpenFile {
    this.opened.push(path);
    return {
      write: async (data, length, at) => {
        await this.before('write', path);
        const growth = Math.max(0, at + length - file.data.length);
        // As much as fits is there.
        const fits = growth > this.room ? Math.max(0, length - growth + this.room) : length;
        const part = Buffer.from(data.subarray(0, fits));
        this.room -= Math.max(0, at + fits - file.data.length);
        file.write(part, at);
        this.operations.push({ kind: 'write', file, at, data: part });
        if (fits < length) throw systemError('ENOSPC');
      },
      read: async (into, length, at) => {
        await this.before('read', path);
        return file.data.copy(into, 0, at, Math.min(file.data.length, at + length));
      },
      truncate: async (size) => {
        await this.before('truncate', path);
        this.room += Math.max(0, file.data.length - size);
        file.truncate(size);
        this.operations.push({ kind: 'truncate', file, size });
      },
      sync: async () => {
        await this.before('sync', path);
        this.operations.push({ kind: 'sync', file });
      },
      unlinked: () => Promise.resolve(!file.linked),
      close: () => {
        this.opened.splice(this.opened.indexOf(path), 1);
        return Promise.resolve();
      },
    };
  }
}

/** What becomes of one operation that the disk was not made to take: how many bytes of a write, of another whether it happened. */
export type Fate = (operation: Operation, unsynced: number) => number;

/** The disk after a power cut behind some operations: what was synced is there, and of the rest what `fate` says. */
export function afterPowerCut(operations: readonly Operation[], fate: Fate): MemoryDisk {
  const safe = safeOperations(operations);
  const files = new Map<string, MemoryFile>();
  const copies = new Map<MemoryFile, MemoryFile>();
  let unsynced = 0;
  operations.forEach((operation, index) => {
    if (operation.kind === 'sync' || operation.kind === 'syncFolder') return;
    const kept = safe.has(index) ? Infinity : fate(operation, unsynced++);
    if (kept <= 0) return;
    const { file } = operation;
    const copy = copies.get(file) ?? new MemoryFile();
    copies.set(file, copy);
    if (operation.kind === 'create') files.set(operation.path, copy);
    else if (operation.kind === 'remove') files.delete(operation.path);
    else if (operation.kind === 'truncate') copy.truncate(operation.size);
    else copy.write(operation.data.subarray(0, kept), operation.at);
  });
  return new MemoryDisk(files);
}

/** How many operations a disk was not made to take. */
export function unsyncedOperations(operations: readonly Operation[]): Operation[] {
  const safe = safeOperations(operations);
  return operations.filter((operation, index) => operation.kind !== 'sync' && operation.kind !== 'syncFolder' && !safe.has(index));
}

function safeOperations(operations: readonly Operation[]): Set<number> {
  const safe = new Set<number>();
  const synced = new Set<MemoryFile>();
  let folder = false;
  for (let index = operations.length - 1; index >= 0; index -= 1) {
    const operation = operations[index];
    if (operation === undefined) continue;
    if (operation.kind === 'sync') synced.add(operation.file);
    else if (operation.kind === 'syncFolder') folder = true;
    else if (operation.kind === 'create' || operation.kind === 'remove' ? folder : synced.has(operation.file)) safe.add(index);
  }
  return safe;
}
