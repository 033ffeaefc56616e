/** Each entry of the settings: as a running collector tells of it, or tried once. */
import { functionNamed } from '../../catalog/functions.js';
import { sleep, systemClock } from '../../model/clock.js';
import type { Entry } from '../../model/settings.js';
import { openReader, type Reader } from '../../sample/reader.js';
import { shortestWindow } from '../../sample/round.js';
import { Sampler } from '../../sample/sampler.js';
import { openCalls } from '../call.js';
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
  const open = new Map<Entry, string>();
  const faults: Missing[] = [];
  const begin = Date.now();
  const tick = { at: systemClock.now() };
  const runs = entries.flatMap((entry) => {
    // A time server is asked by the check of the clock, and may not be asked twice in a row.
    if (entry.method === 'clock_offset') return [];
    const reader = openReader(provider, systemClock, entry);
    if (reader.window > trialTime / 2) return [];
    open.set(entry, `no answer within ${String(trialTime / 1000)} s`);
    return [takeOne(entry, reader, tick, (fault) => faults.push({ name: entry.name, fault })).finally(() => open.delete(entry))];
  });
  await Promise.race([Promise.all(runs), sleep(systemClock, trialTime - (Date.now() - begin))]);
  provider.close();
  const late = [...open].map(([{ name }, fault]) => ({ name, fault }));
  return { faults: [...faults, ...late], tried: runs.length };
}

async function takeOne(entry: Entry, reader: Reader, tick: { at: number }, miss: (fault: string) => void): Promise<void> {
  const definition = functionNamed(entry.method);
  if (definition === undefined) return;
  const reasons = new Set<string>();
  const observer = { took: () => undefined, complete: () => undefined, skipped: () => undefined, missed: (_wall: number, _count: number, reason: string) => { reasons.add(reason); } };
  const sampler = new Sampler(entry, definition, reader, observer, { units: false, overloaded: () => false, sink: () => undefined, wall: () => Date.now() });
  await sampler.prime(tick).catch(() => undefined);
  await sleep(systemClock, shortestWindow);
  await sampler.run({ at: tick.at + 1 });
  for (const reason of reasons) miss(reason);
}
