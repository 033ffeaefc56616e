import { sleep, type Clock } from '../../model/clock.js';
import { messageOf } from '../../model/errors.js';
import type { SharedProvider } from '../../providers/shared.js';
import type { Call, CallReading } from '../call.js';
import type { Source, Watched } from './source.js';

/** How a call went: what it read, or why it could not. */
export type Outcome = CallReading | { readonly wall: number; readonly fault: string };

/** Calls that are read again and again, each by itself: one that hangs holds up no other. */
export class CallSource implements Source {
  readonly #entries: Watched[];
  #ended = false;

  constructor(
    private readonly calls: readonly Call[],
    private readonly clock: Clock,
  ) {
    this.#entries = calls.map(({ label }, key) => ({ key, name: label, last: undefined, fault: undefined, stale: false }));
  }

  /** Reads each call `count` times, `interval` milliseconds apart, until `stop`; each reading is told. */
  async run(provider: SharedProvider, interval: number, count: number, tell: (call: Call, outcome: Outcome) => void): Promise<void> {
    await Promise.all(this.calls.map(async (call, at) => {
      let read: (() => Promise<CallReading>) | undefined;
      for (let taken = 1; !this.#stopped(); taken++) {
        const began = this.clock.now();
        let outcome: Outcome;
        try {
          read ??= await call.open(provider, this.clock);
          outcome = await read();
        } catch (error) {
          outcome = { wall: this.clock.wall(), fault: messageOf(error) };
        }
        // Nothing is told after the end.
        if (this.#stopped()) return;
        this.#take(at, outcome);
        tell(call, outcome);
        if (taken >= count) return;
        await sleep(this.clock, interval - (this.clock.now() - began));
      }
    }));
  }

  stop(): void {
    this.#ended = true;
  }

  /** Whether `stop` was called, meanwhile. */
  #stopped(): boolean {
    return this.#ended;
  }

  #take(at: number, outcome: Outcome): void {
    const before = this.#entries[at];
    if (before === undefined) return;
    if ('fault' in outcome) {
      this.#entries[at] = { ...before, fault: outcome.fault, stale: true };
      return;
    }
    const { wall, leaves, missing } = outcome;
    const selected = leaves.flatMap(({ path, value, unit }) => (typeof value === 'number' || typeof value === 'boolean' ? [{ path, value: Number(value), unit }] : []));
    const reasons = [...leaves.flatMap(({ path, reason }) => (reason === undefined ? [] : [`${path}: ${reason}`])), ...missing];
    const fault = reasons.length > 0 ? reasons.slice(0, 3).join('; ') : selected.length === 0 ? 'it gave no number' : undefined;
    this.#entries[at] = { ...before, last: selected.length === 0 ? undefined : { wall, selected }, fault, stale: selected.length === 0 };
  }

  entries(): readonly Watched[] {
    return this.#entries;
  }

  status(): readonly string[] {
    return [];
  }
}
