/** Each entry of the settings: as a running collector tells of it, or tried once. */
import { sleep, systemClock } from '../../model/clock.js';
import type { Entry } from '../../model/settings.js';
import { openReader } from '../../sample/reader.js';
import { beginRound } from '../../sample/round.js';
import { openCalls } from '../call.js';
import { Trial } from '../dryRun.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Milliseconds: what measures for longer is not waited for, and nothing is waited for longer. */
const trialTime = 12_000;
/** Entries that are named. */
const mostNamed = 10;

export async function checkMetrics({ settings, collector }: Subject, note: Note): Promise<void> {
  if (settings === undefined || settings.entries.length === 0) return;
  if (collector?.life === 'running') {
    const { entries, pid } = collector.report;
    judge(entries.flatMap(({ name, fault }) => (fault === null ? [] : [{ name, fault }])), entries.length, `as the running collector (pid ${String(pid)}) tells`, note);
    return;
  }
  const { faults, tried } = await trial(settings.entries);
  judge(faults, tried, 'tried once', note);
}

interface Missing {
  readonly name: string;
  readonly fault: string;
}

function judge(missing: readonly Missing[], all: number, how: string, note: Note): void {
  if (missing.length === 0) {
    note('ok', `all ${String(all)} metrics can be had, ${how}`);
    return;
  }
  note('warning', `${String(missing.length)} of ${String(all)} metrics cannot be had, or not in full, ${how}: correct their entries, or take them out; the others are not touched by it`);
  for (const { name, fault } of missing.slice(0, mostNamed)) note('warning', `${name}: ${fault}`);
  if (missing.length > mostNamed) note('warning', `and ${String(missing.length - mostNamed)} more, which psutil-agent run --once leaves in the status`);
}

/** Takes a reading of each, all at the same time. */
async function trial(entries: readonly Entry[]): Promise<{ faults: Missing[]; tried: number }> {
  const provider = await openCalls();
  // A time server is asked by the check of the clock, and may not be asked twice in a row.
  const read = entries.filter(({ method }) => method !== 'clock_offset').map((entry) => ({ entry, reader: openReader(provider, systemClock, entry) }));
  const trials = read.filter(({ reader }) => reader.window <= trialTime / 2).map(({ entry, reader }) => new Trial(entry, reader, systemClock));
  const answered = new Set<number>();
  const runs = beginRound(trials.map(({ sampler }) => sampler), systemClock).map((run, at) => run.then(() => answered.add(at)));
  await Promise.race([Promise.all(runs), sleep(systemClock, trialTime)]);
  provider.close();
  const faults = trials.flatMap(({ entry, rows }, at) => {
    const reasons = answered.has(at) ? rows.map(({ reason }) => reason) : [`no answer within ${String(trialTime / 1000)} s`];
    return reasons.flatMap((fault) => (fault === null ? [] : [{ name: entry.name, fault }]));
  });
  return { faults, tried: trials.length };
}
