/** Callbacks without an argument. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** The returned function takes it out again. */
  add(listener: () => void): () => void {
    // Its own function: the same callback may be added twice.
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  call(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
