/** Time as the collector sees it; tests put their own in its place. */
export interface Clock {
  /** Monotonic milliseconds, with fractions, from an arbitrary start. */
  now(): number;
  /** Wall-clock milliseconds since 1970. It may be stepped either way at any time. */
  wall(): number;
  /** Calls back once after `ms` milliseconds; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** The moment at which entries fall due; those due together share one reading where they ask the same. */
export interface Tick {
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** The last moment asked for, and its text: entries that share a reading share its time. */
let asked = NaN;
let told = '';

/** ISO 8601 in UTC of wall-clock milliseconds. */
export function isoTime(wall: number): string {
  if (wall !== asked) {
    told = new Date(wall).toISOString();
    asked = wall;
  }
  return told;
}

/** setTimeout's longest delay; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  // Not performance.now: what is loaded for it touches a megabyte.
  now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
  wall: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), longestDelay));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `ms` milliseconds of a clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
