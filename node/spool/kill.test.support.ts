// A process of its own that the test kills: it works on a spool as a collector does, holds it against a plain list, and tells each step before it is
// begun and when it is done. Arguments: path, seed, most bytes the spool may hold, the oldest sample it holds, the next one.
import { writeSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../model/clock.js';
import { diskFiles, type Files, type OpenFile } from './files.js';
import { range, sample } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

/** A line of the journal. Samples have numbers one after the other. */
export type Line =
  | { readonly step: 'open' }
  /** Samples up to before this one are being put, or are. */
  | { readonly step: 'put'; readonly until: number; readonly done: boolean }
  /** Everything before this one is being acknowledged. */
  | { readonly step: 'ack'; readonly until: number }
  /** It is written that everything before this position is acknowledged or evicted. */
  | { readonly step: 'saved'; readonly head: number };

/** The bytes of a record: by its number, so that both sides know. */
export function sizeOf(number: number): number {
  return 150 + ((number * 37) % 300);
}

/** What size leaves of some samples: none that is older than one that was dropped. */
export function fitting(held: readonly number[], maxBytes: number): readonly number[] {
  let bytes = 0;
  const last = held.findLastIndex((number) => (bytes += sizeOf(number)) > maxBytes);
  return held.slice(last + 1);
}

function tell(line: Line): void {
  writeSync(1, JSON.stringify(line) + '\n');
}

/** This machine's files, telling of each cursor that was written. */
const files: Files = {
  ...diskFiles,
  create: async (path) => observed(path, await diskFiles.create(path)),
  open: async (path, access) => observed(path, await diskFiles.open(path, access)),
};

function observed(path: string, file: OpenFile): OpenFile {
  if (basename(path) !== 'cursor') return file;
  return {
    write: async (data, length, at) => {
      await file.write(data, length, at);
      const head = data.readDoubleLE(16);
      if (head > 0) tell({ step: 'saved', head });
    },
    read: (into, length, at) => file.read(into, length, at), truncate: (size) => file.truncate(size), sync: () => file.sync(),
    unlinked: () => file.unlinked(), close: () => file.close(),
  };
}

async function work(path: string, seed: number, maxBytes: number, oldest: number, start: number): Promise<never> {
  const next = random(seed);
  const report = (event: unknown): void => void writeSync(2, JSON.stringify(event) + '\n');
  const queue = await openSpool({ path, maxBytes, maxAge: 1e6, clock: systemClock, report, files });
  tell({ step: 'open' });
  let held: readonly number[] = range(oldest, start);
  for (let number = start; ; ) {
    if (next() < 0.6) {
      const until = number + 1 + Math.floor(next() ** 4 * 1500);
      tell({ step: 'put', until, done: false });
      // Several calls at once, as entries that are due together make them.
      const size = Math.ceil((until - number) / (1 + Math.floor(next() * 3)));
      const puts = [];
      for (let part = number; part < until; part += size) puts.push(queue.put(range(part, Math.min(until, part + size)).map((one) => sample(one, sizeOf(one)))));
      await Promise.all(puts);
      tell({ step: 'put', until, done: true });
      held = fitting([...held, ...range(number, until)], maxBytes);
      number = until;
    } else {
      const found = await queue.read(0, 1 + Math.floor(next() * 800));
      const index = Math.floor(next() * found.length);
      const last = found[index];
      if (last !== undefined) {
        tell({ step: 'ack', until: (held[index] ?? NaN) + 1 });
        queue.ack(last.position);
        held = held.slice(index + 1);
      }
    }
    const id = (await queue.read(0, 1))[0]?.envelope.id;
    const { count } = queue.stats();
    if (count !== held.length || (id ?? 'sample-undefined') !== `sample-${String(held[0])}`) {
      throw new Error(`${String(count)} samples from ${String(id)} on instead of ${String(held.length)} from ${String(held[0])} on`);
    }
  }
}

const [path, seed, maxBytes, oldest, start] = process.argv.slice(2);
if (path !== undefined && start !== undefined) await work(path, Number(seed), Number(maxBytes), Number(oldest), Number(start));
