/**
 * Preloaded into the command that the chaos suite torments (NODE_OPTIONS=--import): writes the journal of what the collector has
 * promised, and steps its wall clock. Nothing else of the collector is touched.
 *
 * - PSUTIL_CHAOS_JOURNAL: the journal. A sample's line is written, synchronously, when the spool has taken the sample, so a journal
 *   holds what was promised and nothing more.
 * - PSUTIL_CHAOS_CLOCK: a file with the milliseconds that the wall clock is ahead of the machine's, looked at all the time.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, readFileSync, writeSync } from 'node:fs';
import { journalLine } from './journal.js';

const { PSUTIL_CHAOS_JOURNAL: journal, PSUTIL_CHAOS_CLOCK: clock } = process.env;
/** How often the clock's file is looked at, milliseconds. */
const clockPoll = 20;
const machine = Date.now.bind(Date);

/** What a batch on the channel is to have. */
interface Spooled {
  readonly id: string;
  readonly body: string | Uint8Array;
}

if (journal !== undefined) {
  let file: number | undefined;
  subscribe('psutil-agent:spooled', (batch) => {
    const lines = (batch as readonly Spooled[]).map(({ id, body }) => journalLine(id, body, machine())).join('');
    // The one before may have been killed in the middle of a line.
    writeSync((file ??= opened(journal)), lines);
  });
}

function opened(path: string): number {
  const file = openSync(path, 'a');
  writeSync(file, '\n');
  return file;
}

if (clock !== undefined) {
  let ahead = 0;
  const look = (): void => { ahead = Number(readFileSync(clock, 'utf8')) || 0; };
  look();
  setInterval(look, clockPoll).unref();
  Date.now = () => machine() + ahead;
}
