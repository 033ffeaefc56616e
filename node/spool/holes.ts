/** Positions that nobody has, in disjoint ranges in their order: few, since only damage and a failing disk make them. */
export class Holes {
  #ranges: { from: number; until: number }[] = [];
  #total = 0;

  /** How many positions. */
  get total(): number {
    return this.#total;
  }

  /** Adds those from one position to before another; gives how many of them are new. */
  add(from: number, until: number): number {
    if (from >= until) return 0;
    const touched = this.#ranges.filter((range) => range.from <= until && range.until >= from);
    const merged = { from: Math.min(from, ...touched.map((range) => range.from)), until: Math.max(until, ...touched.map((range) => range.until)) };
    const fresh = merged.until - merged.from - touched.reduce((sum, range) => sum + range.until - range.from, 0);
    const index = this.#ranges.findIndex((range) => range.until >= from);
    this.#ranges.splice(index === -1 ? this.#ranges.length : index, touched.length, merged);
    this.#total += fresh;
    return fresh;
  }

  /** The first position from one on that is none of them; forgets those before it. */
  behind(position: number): number {
    let at = position;
    for (let first = this.#ranges[0]; first !== undefined && first.from <= at; first = this.#ranges[0]) {
      if (first.until > at) at = first.until;
      this.#total -= first.until - first.from;
      this.#ranges.shift();
    }
    return at;
  }

  /** Moves all of them. */
  move(by: number): void {
    for (const range of this.#ranges) {
      range.from += by;
      range.until += by;
    }
  }
}
