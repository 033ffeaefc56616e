/** Moments as people read them, in the host's own zone. */

const two = (value: number): string => String(value).padStart(2, '0');

/** Day and time of day in the host's own zone, of milliseconds since 1970. */
export function moment(at: number, withSeconds = false): string {
  const date = new Date(at);
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOfDay(at, withSeconds)}`;
}

/** Time of day in the host's own zone, of milliseconds since 1970. */
export function timeOfDay(at: number, withSeconds = false): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? `:${two(date.getSeconds())}` : ''}`;
}

/** Whether two moments, milliseconds since 1970, are of one day in the host's own zone. */
export function sameDay(one: number, other: number): boolean {
  return moment(one).slice(0, -5) === moment(other).slice(0, -5);
}

/** The zone that `moment` tells times in, as an offset from UTC. */
export function zone(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  return `UTC${minutes === 0 ? '' : `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`}`;
}
