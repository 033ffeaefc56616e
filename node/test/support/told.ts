import { exitTime } from '../../cli/stopSignal.js';
import { systemClock } from '../../model/clock.js';
import { settle } from './clock.js';

/** What was written meanwhile, and what came of it. */
export interface Told<T> {
  readonly out: string;
  readonly err: string;
  readonly result: T | undefined;
  readonly error: unknown;
}

/** Runs something that writes to stdout and stderr, and keeps that. `terminal`: stdout is one. */
export async function told<T>(run: () => Promise<T> | T, options: { readonly terminal?: boolean } = {}): Promise<Told<T>> {
  // What the test runner has to say of the test before is said first.
  await settle();
  const texts = { stdout: '', stderr: '' };
  const before = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };
  const terminal = process.stdout.isTTY;
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    stream.write = ((text: unknown, ...rest: unknown[]) => {
      // The runner's own messages are no text.
      if (typeof text !== 'string') return before[name](text as Uint8Array);
      texts[name] += text;
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
      done?.();
      return true;
    });
  }
  process.stdout.isTTY = options.terminal === true;
  // Some seconds after a stop the process is to end, whatever still runs: not that of the tests, which would end as if all had passed.
  const after = systemClock.after.bind(systemClock);
  const ends: (() => void)[] = [];
  systemClock.after = (ms, callback) => {
    const cancel = after(ms, callback);
    if (ms === exitTime) ends.push(cancel);
    return cancel;
  };
  let result: T | undefined;
  let error: unknown;
  try {
    result = await run();
  } catch (thrown) {
    error = thrown;
  } finally {
    systemClock.after = after;
    for (const cancel of ends) cancel();
    process.stdout.write = before.stdout;
    process.stderr.write = before.stderr;
    process.stdout.isTTY = terminal;
  }
  return { out: texts.stdout, err: texts.stderr, result, error };
}
