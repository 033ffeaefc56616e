/**
 * The positions that a log spans, from its oldest sample to behind its newest, and which of them nobody has: disjoint ranges, few, since only damage
 * and a failing disk make them.
 */
export class Positions {
  #missing: { from: number; until: number }[] = [];
  #missingCount = 0;
  #head: number;
  #next: number;

  /** From one position to before another. */
  constructor(head: number, next: number) {
    this.#head = head;
    this.#next = next;
  }

  /** The oldest sample's; `next` where there is none. */
  get head(): number {
    return this.#head;
  }

  /** The one behind the newest sample. */
  get next(): number {
    return this.#next;
  }

  /** Those that somebody has. */
  get count(): number {
    return this.#next - this.#head - this.#missingCount;
  }

  /** A position, or where it is one that nobody has the first behind it that is none of those. */
  firstFrom(position: number): number {
    return this.#missing.find(({ from, until }) => from <= position && position < until)?.until ?? position;
  }

  /** It reaches as far as to before a position. */
  extend(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /** It begins at a position, or at the first behind it that somebody has. */
  advance(head: number): void {
    this.#head = Math.max(this.#head, Math.min(head, this.#next));
    for (let [first] = this.#missing; first !== undefined && first.from <= this.#head; [first] = this.#missing) {
      this.#head = Math.max(this.#head, first.until);
      this.#missingCount -= first.until - first.from;
      this.#missing.shift();
    }
  }

  /** Nobody has those from one position to before another; gives for how many that is new. */
  skip(start: number, until: number): number {
    const from = Math.max(start, this.#head);
    if (from >= until) return 0;
    const touched = this.#missing.filter((range) => range.from <= until && range.until >= from);
    const merged = { from: Math.min(from, ...touched.map((range) => range.from)), until: Math.max(until, ...touched.map((range) => range.until)) };
    const fresh = merged.until - merged.from - touched.reduce((sum, range) => sum + range.until - range.from, 0);
    const index = this.#missing.findIndex((range) => range.until >= from);
    this.#missing.splice(index === -1 ? this.#missing.length : index, touched.length, merged);
    this.#missingCount += fresh;
    this.advance(this.#head);
    return fresh;
  }

  /** Moves all of them. */
  move(by: number): void {
    this.#head += by;
    this.#next += by;
    for (const range of this.#missing) {
      range.from += by;
      range.until += by;
    }
  }
}
