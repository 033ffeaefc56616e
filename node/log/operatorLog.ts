import { join } from 'node:path';
import type { Clock } from '../model/clock.js';
import { display } from '../model/display.js';
import { readRegular } from '../model/regularFile.js';
import { replaceFile } from '../model/replaceFile.js';
import { operatorEvents, type OperatorEvent, type OperatorKind } from '../model/operator.js';

/** An event of a kind is written once in this time, milliseconds, whether or not the collector was started anew meanwhile. */
export const quietTime = 3_600_000;
/** Characters of a message that are written. */
const longestText = 2000;
/** In the data directory: when each kind was last written, milliseconds since 1970. */
const stampName = 'events.json';

/** Tells the operator, at most once an hour of a kind. Until there is something to tell it does nothing. */
export class OperatorLog {
  readonly #counts = new Map<OperatorKind, number>();
  readonly #last = new Map<OperatorKind, number>();
  #loaded = false;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param folder the data directory, which the events name too; undefined where there is none.
   * @param write writes an event; where it rejects, the event is lost. Undefined where there is nowhere to write.
   */
  constructor(
    private readonly clock: Clock,
    private readonly folder: string | undefined,
    private readonly write: ((event: OperatorEvent) => Promise<void>) | undefined,
  ) {}

  /** Tells of something. Never throws; `settled` waits until it is written. */
  tell(kind: OperatorKind, message: string): void {
    const { write } = this;
    if (write === undefined) return;
    this.#load();
    const now = this.clock.wall();
    const last = this.#last.get(kind);
    if (last !== undefined && last <= now && now - last < quietTime) {
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
      return;
    }
    const unsaid = this.#counts.get(kind) ?? 0;
    const more = unsaid === 0 ? '' : `\r\n${String(unsaid)} more of this kind since the last event.`;
    const where = this.folder === undefined ? '' : `\r\nThe collector of ${display(this.folder, 300)}: its psutil.log and status.json tell more.`;
    this.#counts.delete(kind);
    this.#last.set(kind, now);
    const { id, severity } = operatorEvents[kind];
    const event = { id, severity, text: `${display(message, longestText)}${more}${where}` };
    // Where it was not written in time, a collector after this one tells it.
    this.#writing = this.#writing.then(() => write(event)).then(() => { this.#store(); }).catch(() => undefined);
  }

  /** Resolves when everything is written, or after so many milliseconds. */
  async settled(ms: number): Promise<void> {
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => { cancel = this.clock.after(ms, resolve); });
    await Promise.race([this.#writing, late]);
    cancel();
  }

  /** What a collector before this one wrote counts as well: one that ends and is started again every few seconds is told of once. */
  #load(): void {
    if (this.#loaded || this.folder === undefined) return;
    this.#loaded = true;
    try {
      const stamps = JSON.parse(readRegular(join(this.folder, stampName))) as Readonly<Record<string, unknown>>;
      for (const [kind, last] of Object.entries(stamps)) {
        if (Object.hasOwn(operatorEvents, kind) && typeof last === 'number') this.#last.set(kind as OperatorKind, last);
      }
    } catch {
      // None was written yet, or it was torn, or is null, or no file.
    }
  }

  #store(): void {
    if (this.folder === undefined) return;
    try {
      replaceFile(join(this.folder, stampName), [JSON.stringify(Object.fromEntries(this.#last))]);
    } catch {
      // On a full disk: this process remembers.
    }
  }
}
