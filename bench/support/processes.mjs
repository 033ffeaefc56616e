// What a process and those it started use, by /proc. Processor time is the scheduler's own, in nanoseconds: /proc/PID/stat
// counts in hundredths of a second, of which a thrifty program takes a handful in a run.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread or process that ended meanwhile.
    return '';
  }
}

function threads(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A process and all that came of it. */
function family(pid) {
  const children = threads(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
  return [String(pid), ...children.flatMap(family)];
}

/** Milliseconds of processor time that a process and those it started have had; of threads that ended it has none. */
export function cpuOf(pid) {
  const nanoseconds = family(pid).flatMap((one) => threads(one).map((thread) => Number(read(`/proc/${one}/task/${thread}/schedstat`).split(' ')[0])));
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

const kilobytes = (text, key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);

/** MB (10^6 bytes): resident now and at the highest, and what is its own share of what it shares with others. */
export function memoryOf(pid) {
  const sum = { rss: 0, peak: 0, pss: 0 };
  for (const one of family(pid)) {
    const status = read(`/proc/${one}/status`);
    sum.rss += kilobytes(status, 'VmRSS') * 1.024e-3;
    sum.peak += kilobytes(status, 'VmHWM') * 1.024e-3;
    sum.pss += kilobytes(read(`/proc/${one}/smaps_rollup`), 'Pss') * 1.024e-3;
  }
  return sum;
}

/** Starts a program; `end` is SIGTERM, then SIGKILL where it is still there after 15 s, and resolves with the milliseconds to its end. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => { errors = (errors + text).slice(-4000); });
  const gone = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  let ending = false;
  gone.then((code) => { if (!ending) console.error(`${program} ended with ${code}\n${errors}`); }, () => undefined);
  return {
    child,
    pid: child.pid,
    async end() {
      const began = performance.now();
      ending = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => { child.kill('SIGKILL'); }, 15_000);
      await gone;
      clearTimeout(timer);
      return performance.now() - began;
    },
  };
}

/** The one in the middle. */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Polls until a condition holds; throws with what it waited for after so many seconds. */
export async function until(what, condition, seconds = 60, every = 20) {
  for (const deadline = Date.now() + seconds * 1000; !(await condition()); ) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
