import type { Clock, Tick } from '../model/clock.js';

/** Something to be done on an interval. */
export interface Task {
  /** Milliseconds between its ticks. */
  readonly interval: number;
  /**
   * Whether a tick that fell due while the task ran is made up for at once when it ends. So do tasks that mostly wait
   * (measuring windows); a task that is slow because the system is slow leaves it a rest instead.
   */
  readonly catchUp: boolean;
  /** Must neither throw nor reject. Gives nothing where it has ended at once. */
  run(tick: Tick): Promise<void> | undefined;
  /** Told of ticks that were not run. */
  skipped(count: number): void;
}

/** When ticks fall. */
export interface Alignment {
  /** Milliseconds by which all ticks of this host are shifted. */
  readonly offset: number;
  /** On whole multiples of the interval since 1970; else from the start. */
  readonly align: boolean;
}

/** A task in its turn. */
interface Slot {
  readonly task: Task;
  running: boolean;
  /** A tick that fell due while the task ran and is made up for. */
  pendingTick: boolean;
  removed: boolean;
}

/** So many tasks are run at once: what is to be done with the samples of one part begins while the next are taken, which bounds what waits. */
const mostAtOnce = 1000;

/** Tasks that always fall due together. */
interface Group {
  slots: Slot[];
  readonly interval: number;
  /** The first tick, monotonic milliseconds; tick n falls at base + n * interval, so nothing adds up. */
  readonly base: number;
  /** The number of the next tick. */
  next: number;
}

/**
 * Runs every task on its own interval. One timer serves all: groups of tasks that fall due together stand in a binary heap by their next tick.
 * Monotonic and without drift; a task that is late skips ticks and counts them, and never runs beside itself.
 */
export class Scheduler {
  readonly #heap: Group[] = [];
  #running = 0;
  #idle = (): void => undefined;
  #cancel: (() => void) | undefined;
  /** Tasks are being run, part by part. */
  #firing = false;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly alignment: Alignment = { offset: 0, align: false },
  ) {}

  /** Starts the tasks; their first ticks fall now, or at the next aligned moment. */
  start(tasks: readonly Task[]): void {
    const now = this.clock.now();
    const groups = new Map<number, Slot[]>();
    for (const task of tasks) {
      const slot: Slot = { task, running: false, pendingTick: false, removed: false };
      const slots = groups.get(task.interval);
      if (slots === undefined) groups.set(task.interval, [slot]);
      else slots.push(slot);
    }
    for (const [interval, slots] of groups) this.#push({ slots, interval, base: this.#firstTick(interval, now), next: 0 });
    this.#arm();
  }

  /** Gives tasks no more ticks; a run under way ends by itself. */
  remove(tasks: ReadonlySet<Task>): void {
    for (const group of this.#heap.splice(0)) {
      for (const slot of group.slots) slot.removed = tasks.has(slot.task);
      group.slots = group.slots.filter(({ removed }) => !removed);
      if (group.slots.length > 0) this.#push(group);
    }
    this.#arm();
  }

  #firstTick(interval: number, now: number): number {
    const { offset, align } = this.alignment;
    if (!align) return now + offset;
    const late = (this.clock.wall() - offset) % interval;
    return now + (late === 0 ? 0 : interval - late);
  }

  /** Ends all ticks and resolves when the tasks under way have ended, or after `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    if (this.#running === 0) return;
    let cancel = (): void => undefined;
    const enough = new Promise<void>((resolve) => {
      cancel = this.clock.after(patience, resolve);
    });
    await Promise.race([new Promise<void>((resolve) => { this.#idle = resolve; }), enough]);
    cancel();
  }

  #arm(): void {
    this.#cancel?.();
    const first = this.#heap[0];
    if (first === undefined || this.#stopped || this.#firing) return;
    this.#cancel = this.clock.after(due(first) - this.clock.now(), () => {
      this.#fire();
    });
  }

  #fire(): void {
    const now = this.clock.now();
    const slots: Slot[] = [];
    for (let group = this.#heap[0]; group !== undefined && due(group) <= now; group = this.#heap[0]) {
      const passed = Math.max(0, Math.floor((now - due(group)) / group.interval));
      group.next += passed + 1;
      this.#sink(0);
      group.slots.forEach((slot) => {
        // Ticks in between are lost: the host slept, the process was stopped.
        if (passed > 0) slot.task.skipped(passed);
        slots.push(slot);
      });
    }
    this.#firing = true;
    this.#offerFrom(slots, 0, { at: now });
  }

  #offerFrom(slots: readonly Slot[], from: number, tick: Tick): void {
    if (this.#stopped) return;
    const until = from + mostAtOnce;
    slots.slice(from, until).forEach((slot) => { this.#offer(slot, tick); });
    if (until < slots.length) {
      setImmediate(() => { this.#offerFrom(slots, until, tick); });
      return;
    }
    this.#firing = false;
    this.#arm();
  }

  #offer(slot: Slot, tick: Tick): void {
    if (slot.removed) return;
    if (!slot.running) {
      this.#run(slot, tick);
    } else if (slot.task.catchUp && !slot.pendingTick) {
      slot.pendingTick = true;
    } else {
      slot.task.skipped(1);
    }
  }

  #run(slot: Slot, tick: Tick): void {
    const run = slot.task.run(tick);
    if (run === undefined) return;
    slot.running = true;
    this.#running += 1;
    void run.then(() => { this.#ended(slot); });
  }

  #ended(slot: Slot): void {
    slot.running = false;
    this.#running -= 1;
    if (slot.pendingTick && !this.#stopped && !slot.removed) {
      slot.pendingTick = false;
      this.#run(slot, { at: this.clock.now() });
    }
    if (this.#running === 0) this.#idle();
  }

  #push(group: Group): void {
    const heap = this.#heap;
    heap.push(group);
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swap(parent, i)) return;
      i = parent;
    }
  }

  #sink(from: number): void {
    for (let i = from; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = this.#heap[right] !== undefined && earlier(this.#heap[right], this.#heap[left]) ? right : left;
      if (!this.#swap(i, child)) return;
      i = child;
    }
  }

  /** Swaps a parent and its child where the child is due earlier. */
  #swap(parent: number, child: number): boolean {
    const [above, below] = [this.#heap[parent], this.#heap[child]];
    if (above === undefined || below === undefined || !earlier(below, above)) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}

function due(group: Group): number {
  return group.base + group.next * group.interval;
}

function earlier(group: Group, other: Group | undefined): boolean {
  return other === undefined || due(group) < due(other);
}
