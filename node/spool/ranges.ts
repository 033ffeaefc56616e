/** A run of positions, `until` not among them. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/** A set of positions kept as sorted, disjoint runs. */
export class Ranges {
  #runs: Range[] = [];
  #total = 0;

  /** How many positions are in it. */
  get total(): number {
    return this.#total;
  }

  /** The lowest run. */
  get first(): Range | undefined {
    return this.#runs[0];
  }

  /** The runs, lowest first. */
  get runs(): readonly Range[] {
    return this.#runs;
  }

  /** Puts in every position from `from` to before `until`. */
  add(from: number, until: number): void {
    if (until <= from) return;
    const start = this.#search(from);
    let end = start;
    let merged = { from, until };
    for (let run = this.#runs[end]; run !== undefined && run.from <= until; run = this.#runs[++end]) {
      merged = { from: Math.min(merged.from, run.from), until: Math.max(merged.until, run.until) };
      this.#total -= run.until - run.from;
    }
    this.#runs.splice(start, end - start, merged);
    this.#total += merged.until - merged.from;
  }

  /** The run that `position` is in, else the next one above it. */
  at(position: number): Range | undefined {
    const run = this.#runs[this.#search(position)];
    // A run that ends at `position` only touches it.
    return run !== undefined && run.until === position ? this.#runs[this.#search(position) + 1] : run;
  }

  has(position: number): boolean {
    const run = this.at(position);
    return run !== undefined && run.from <= position;
  }

  /** Takes out every run that ends at or below `position`, and the part of one that reaches over it. */
  trim(position: number): void {
    let whole = 0;
    for (let run = this.#runs[whole]; run !== undefined && run.until <= position; run = this.#runs[++whole]) {
      this.#total -= run.until - run.from;
    }
    if (whole > 0) this.#runs.splice(0, whole);
    const first = this.#runs[0];
    if (first !== undefined && first.from < position) {
      this.#total -= position - first.from;
      this.#runs[0] = { from: position, until: first.until };
    }
  }

  /** The index of the first run that ends at or above `position`. */
  #search(position: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const run = this.#runs[middle];
      if (run !== undefined && run.until < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
