// A process of its own that the test kills: it works on a spool as a collector does, and tells each step before it is begun and when it is done.
// Arguments: path, seed, most bytes the spool may hold, number of the next sample.
import { writeSync } from 'node:fs';
import { systemClock } from '../model/clock.js';
import { sample } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

/** A line of the journal. Samples have numbers one after the other. */
export type Line =
  | { readonly step: 'open' }
  /** Samples up to before this one are being put, or are. */
  | { readonly step: 'put'; readonly until: number; readonly done: boolean }
  /** Everything before this one is acknowledged or evicted; `at`: milliseconds, monotonic. */
  | { readonly step: 'gone'; readonly until: number; readonly at: number };

/** The bytes of a record: by its number, so that both sides know. */
export function sizeOf(number: number): number {
  return 150 + ((number * 37) % 300);
}

function tell(line: Line): void {
  writeSync(1, JSON.stringify(line) + '\n');
}

async function work(path: string, seed: number, maxBytes: number, start: number): Promise<never> {
  const next = random(seed);
  const report = (event: unknown): void => void writeSync(2, JSON.stringify(event) + '\n');
  const queue = await openSpool({ path, maxBytes, maxAge: 1e6, clock: systemClock, report });
  tell({ step: 'open' });
  for (let number = start; ; ) {
    if (next() < 0.6) {
      const until = number + 1 + Math.floor(next() ** 4 * 1500);
      tell({ step: 'put', until, done: false });
      // Several calls at once, as entries that are due together make them.
      const size = Math.ceil((until - number) / (1 + Math.floor(next() * 3)));
      const puts = [];
      for (let part = number; part < until; part += size) {
        puts.push(queue.put(Array.from({ length: Math.min(size, until - part) }, (_, index) => sample(part + index, sizeOf(part + index)))));
      }
      await Promise.all(puts);
      tell({ step: 'put', until, done: true });
      number = until;
    } else {
      const found = await queue.read(0, 1 + Math.floor(next() * 800));
      const last = found[Math.floor(next() * found.length)];
      if (last !== undefined) queue.ack(last.position);
    }
    // What was evicted is gone too.
    const [oldest] = await queue.read(0, 1);
    tell({ step: 'gone', until: oldest === undefined ? number : Number(oldest.envelope.id.slice('sample-'.length)), at: performance.now() });
  }
}

const [path, seed, maxBytes, start] = process.argv.slice(2);
if (path !== undefined && start !== undefined) await work(path, Number(seed), Number(maxBytes), Number(start));
