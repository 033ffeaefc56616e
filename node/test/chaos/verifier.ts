import type { Promised } from './journal.js';

/** What a stretch of a run came to. */
export interface Findings {
  /** Samples that arrived for the first time. */
  readonly arrived: number;
  /** Promised, and neither arrived nor excused. */
  readonly lost: number;
  /** Promised, not arrived, and excused. */
  readonly excused: number;
  /** Arrivals of a sample that had arrived before, by the collector's doing. */
  readonly repeats: number;
  /** Samples that arrived, for the first time, after a later one of the same metric. */
  readonly disorder: number;
  /** Arrivals whose metric or value is not the promised one. */
  readonly wrong: number;
}

interface Awaited extends Promised {
  /** Its place in the journal. */
  readonly place: number;
}

/** Holds what arrived against what was promised. */
export class Verifier {
  /** Lines of the journal so far. */
  promises = 0;
  /** The furthest place in the journal from which anything has arrived. */
  reached = 0;
  /** Arrivals that a broker repeated to a consumer whose connection it lost. */
  redelivered = 0;
  readonly #runs = new Map<string, number>();
  readonly #awaited = new Map<string, Awaited>();
  /** Arrived before its line in the journal was read. */
  readonly #early = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #latest = new Map<string, readonly [run: number, number: number]>();
  #counts = { arrived: 0, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0 };

  promised(line: Promised): void {
    this.promises += 1;
    this.#rankOf(runOf(line.id));
    const early = this.#early.get(line.id);
    if (early === undefined) this.#awaited.set(line.id, { ...line, place: this.promises });
    else this.#fulfil({ ...line, place: this.promises }, early);
    this.#early.delete(line.id);
  }

  /** A message came. `redelivered`: by AMQP's flag, the consumer may have been sent it before. */
  arrived(id: string, metric: string, value: number, redelivered: boolean): void {
    if (this.#seen.has(id)) {
      if (redelivered) this.redelivered += 1;
      else this.#counts.repeats += 1;
      return;
    }
    this.#seen.add(id);
    this.#counts.arrived += 1;
    this.#order(id, metric);
    const content = contentOf(metric, value);
    const awaited = this.#awaited.get(id);
    if (awaited === undefined) this.#early.set(id, content);
    else this.#fulfil(awaited, content);
    this.#awaited.delete(id);
  }

  /** Whether everything promised up to a place in the journal has arrived. */
  fulfilled(place: number): boolean {
    for (const oldest of this.#awaited.values()) return oldest.place > place;
    return true;
  }

  /** What was promised up to a place in the journal and has not arrived. */
  missing(place: number): readonly Promised[] {
    return [...this.#awaited.values()].filter((awaited) => awaited.place <= place);
  }

  /** Gives up on a sample. */
  giveUp(id: string, excused: boolean): void {
    if (!this.#awaited.delete(id)) return;
    this.#counts[excused ? 'excused' : 'lost'] += 1;
  }

  /** What was found since the last call. */
  findings(): Findings {
    const found = this.#counts;
    this.#counts = { arrived: 0, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0 };
    return found;
  }

  #order(id: string, metric: string): void {
    const run = runOf(id);
    const place = [this.#rankOf(run), Number(id.slice(run.length + 1))] as const;
    const [latestRun, latestNumber] = this.#latest.get(metric) ?? [-1, -1];
    if (place[0] < latestRun || (place[0] === latestRun && place[1] < latestNumber)) this.#counts.disorder += 1;
    else this.#latest.set(metric, place);
  }

  /** Runs stand in the order in which they are first heard of: a collector starts when the one before has ended. */
  #rankOf(run: string): number {
    const rank = this.#runs.get(run) ?? this.#runs.size;
    this.#runs.set(run, rank);
    return rank;
  }

  #fulfil(promised: Awaited, content: string): void {
    this.reached = Math.max(this.reached, promised.place);
    if (content !== contentOf(promised.metric, promised.value)) this.#counts.wrong += 1;
  }
}

/** Message ids are `<run>-<number>`. */
function runOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}

function contentOf(metric: string, value: number): string {
  return `${metric}=${String(value)}`;
}
