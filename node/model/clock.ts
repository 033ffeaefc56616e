/** Time as the collector sees it; tests put their own in its place. */
export interface Clock {
  /** Monotonic milliseconds, with fractions, from an arbitrary start. */
  now(): number;
  /** Wall-clock milliseconds since 1970. It may be stepped either way at any time. */
  wall(): number;
  /**
   * Calls back once after `ms` milliseconds; the returned function cancels. With `slack` it may be up to so many milliseconds later, or twice as many
   * earlier: then the process wakes once for several.
   */
  after(ms: number, callback: () => void, slack?: number): () => void;
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
    told = inUtc(new Date(wall));
    asked = wall;
  }
  return told;
}

/** Not Date's own toISOString: its first call reads the time zones' data, which touches a megabyte. */
function inUtc(at: Date): string {
  const year = at.getUTCFullYear();
  // Only years of four digits look so; of what is no time Date says so.
  if (!(year >= 0 && year <= 9999)) return at.toISOString();
  const digits = (value: number, length = 2): string => String(value).padStart(length, '0');
  const day = `${digits(year, 4)}-${digits(at.getUTCMonth() + 1)}-${digits(at.getUTCDate())}`;
  return `${day}T${digits(at.getUTCHours())}:${digits(at.getUTCMinutes())}:${digits(at.getUTCSeconds())}.${digits(at.getUTCMilliseconds(), 3)}Z`;
}

/** setTimeout's longest delay; a longer one would fire at once. */
const longestDelay = 2 ** 31 - 1;

/** The slack of what is done again and again, as a share of its period. */
export const looseness = 0.05;

/** What may be early or late: from when on, monotonic milliseconds. */
interface Loose {
  readonly from: number;
  readonly fire: () => void;
}

/** A handful, of a collector's own. No Set: what comes and goes in one that lives as long as the process does grows old with each of its tables. */
const loose: Loose[] = [];

function remove(one: Loose): void {
  const at = loose.indexOf(one);
  if (at >= 0) loose.splice(at, 1);
}

/** Calls back what may be called by now, since the process is awake. */
function fireLoose(now: number): void {
  for (const one of loose.filter(({ from }) => from <= now)) if (loose.includes(one)) one.fire();
}

/** The clock of this machine. */
export const systemClock: Clock = {
  // Not performance.now: what is loaded for it touches a megabyte.
  now() {
    const time = process.hrtime();
    return time[0] * 1000 + time[1] / 1e6;
  },
  wall: () => Date.now(),
  after(ms, callback, slack = 0) {
    const one: Loose = {
      // What came late, alone, is so far early the next time that it can come with the others again.
      from: slack > 0 ? systemClock.now() + ms - 2 * slack : 0,
      fire: () => {
        cancel();
        callback();
      },
    };
    const timer = setTimeout(() => {
      one.fire();
      if (loose.length > 0) fireLoose(systemClock.now());
    }, delayOf(ms + slack));
    if (slack > 0) loose.push(one);
    const cancel = (): void => {
      remove(one);
      clearTimeout(timer);
    };
    return cancel;
  },
};

/** Node's timers count whole milliseconds from the last whole one: what is due at a moment would be woken before it, for nothing, and once more. */
function delayOf(ms: number): number {
  return Math.min(Math.max(0, Number.isInteger(ms) ? ms : Math.ceil(ms) + 1), longestDelay);
}

/** Resolves after `ms` milliseconds of a clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
