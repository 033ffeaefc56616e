// A process that works a spool at random until it is killed, and tells on stdout what it is about to do and what it has done.
// Arguments: path, seed, bytes the spool may hold, number of the next sample.
import { writeSync } from 'node:fs';
import { systemClock } from '../model/clock.js';
import { sample, samples } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

/** A line of the journal: before and after every step. */
export type Line =
  | { readonly step: 'put'; readonly from: number; readonly until: number; readonly done: boolean }
  | { readonly step: 'remove'; readonly numbers: readonly number[]; readonly done: boolean }
  | { readonly step: 'open'; readonly done: true };

/** The bytes of a body: by its number, so that both sides know. */
export function sizeOf(number: number): number {
  return 100 + ((number * 37) % 300);
}

function tell(line: Line): void {
  writeSync(1, JSON.stringify(line) + '\n');
}

async function work(path: string, seed: number, maxBytes: number, start: number): Promise<never> {
  const next = random(seed);
  const report = (event: unknown): void => void writeSync(2, JSON.stringify(event) + '\n');
  const queue = await openSpool({ path, maxBytes, maxAge: 1e6, clock: systemClock, report });
  tell({ step: 'open', done: true });
  for (let number = start; ; ) {
    const dice = next();
    if (dice < 0.6) {
      const until = number + 1 + Math.floor(next() ** 4 * 1500);
      tell({ step: 'put', from: number, until, done: false });
      // Several calls at once, as entries that are due together make them.
      const parts = 1 + Math.floor(next() * 3);
      const size = Math.ceil((until - number) / parts);
      const puts = [];
      for (let part = number; part < until; part += size) {
        puts.push(queue.put(samples(part, Math.min(until, part + size)).map((_, index) => sample(part + index, sizeOf(part + index)))));
      }
      await Promise.all(puts);
      tell({ step: 'put', from: number, until, done: true });
      number = until;
    } else {
      const found = await queue.read(0, 1 + Math.floor(next() * 800));
      // Mostly all, as confirms come; sometimes with holes.
      const chosen = dice < 0.9 ? found : found.filter(() => next() < 0.7);
      const numbers = chosen.map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
      tell({ step: 'remove', numbers, done: false });
      await queue.remove(chosen.map(({ position }) => position));
      tell({ step: 'remove', numbers, done: true });
    }
  }
}

const [path, seed, maxBytes, start] = process.argv.slice(2);
if (path !== undefined && start !== undefined) await work(path, Number(seed), Number(maxBytes), Number(start));
