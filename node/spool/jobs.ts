/** Runs one job at a time, in the order of the calls: whatever a disk does, no more than one thread waits for it. */
export class Jobs {
  #queue: (() => Promise<void>)[] = [];
  #running = false;
  /** How many were begun. */
  #begun = 0;
  #seen = 0;
  #checks = 0;

  /** Runs a job after those before it. */
  run<T>(job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => job().then(resolve, reject));
      if (!this.#running) void this.#work();
    });
  }

  /** How many times in a row this was called while the same job was at work. */
  check(): number {
    this.#checks = this.#running && this.#seen === this.#begun ? this.#checks + 1 : 0;
    this.#seen = this.#begun;
    return this.#checks;
  }

  async #work(): Promise<void> {
    this.#running = true;
    // What is put by the same turn of the event loop is written together.
    await Promise.resolve();
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#begun += 1;
      await job();
    }
    this.#running = false;
  }
}
