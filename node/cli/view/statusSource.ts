import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.js';
import { messageOf } from '../../model/errors.js';
import { readStatus, statusName } from '../../status/file.js';
import { isStale, type EntryReport, type StatusReport } from '../../status/report.js';
import { alive } from '../status.js';
import { overviewLines } from './overview.js';
import type { Source, Watched } from './source.js';

/** A collector of another process, by its status.json, which is read again when it was replaced. */
export class StatusSource implements Source {
  #report: StatusReport;
  #entries: readonly Watched[];
  #version: string;
  #fault: string | undefined;

  /** Throws PlatformError where there is none. */
  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
  ) {
    this.#version = versionOf(directory);
    this.#report = readStatus(directory);
    this.#entries = watchedOf(this.#report);
  }

  /** The last that could be read. */
  get report(): StatusReport {
    return this.#report;
  }

  entries(): readonly Watched[] {
    try {
      const version = versionOf(this.directory);
      if (version !== this.#version || this.#fault !== undefined) {
        this.#report = readStatus(this.directory);
        this.#entries = watchedOf(this.#report);
        this.#version = version;
      }
      this.#fault = undefined;
    } catch (error) {
      this.#fault = messageOf(error);
    }
    return this.#entries;
  }

  status(): readonly string[] {
    const [first = '', ...rest] = overviewLines(this.#report, this.clock.wall());
    if (this.#fault !== undefined) return [`no longer told: ${this.#fault}`, first, ...rest];
    const { state, pid } = this.#report;
    const gone = state !== 'stopped' && state !== 'failed' && !alive(pid);
    return [gone ? `the collector is gone; it last said: ${first}` : first, ...rest];
  }
}

/** What changes with the file: it is replaced, never written to. */
function versionOf(directory: string): string {
  const { ino, mtimeMs, size } = statSync(join(directory, statusName), { throwIfNoEntry: false }) ?? { ino: 0, mtimeMs: 0, size: 0 };
  return [ino, mtimeMs, size].join(' ');
}

function watchedOf({ entries }: StatusReport): Watched[] {
  return entries.map((entry) => ({ key: `${String(entry.index)} ${entry.name}`, name: entry.name, last: lastOf(entry), fault: entry.fault ?? undefined, stale: isStale(entry) }));
}

function lastOf({ last, unit, units }: EntryReport): Watched['last'] {
  if (last === null) return undefined;
  const selected = Object.entries(last.values).map(([path, value]) => ({ path: path === 'value' ? '' : path, value, unit: units?.[path] ?? unit }));
  return { wall: Date.parse(last.time), selected };
}
