import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../test/support/clock.js';
import { afterPowerCut, MemoryDisk, unsyncedOperations, type Fate, type Operation } from './disk.test.support.js';
import type { SampleQueue } from './queue.js';
import { all, sample } from './queue.test.support.js';
import { TestClock } from '../test/support/clock.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

const maxBytes = 300_000;
const bytesOf = (number: number): number => 200 + ((number * 37) % 600);

/** What was true from an operation on. */
interface Mark {
  readonly operations: number;
  /** Samples whose put had resolved. */
  readonly put: number;
  /** Samples that a completed synchronization covers. */
  readonly synced: number;
  /** Everything before it was acknowledged or evicted by now. */
  readonly gone: number;
  /** Everything before it was so when the last synchronization began. */
  readonly goneSynced: number;
}

interface Recorded {
  readonly operations: readonly Operation[];
  readonly marks: readonly Mark[];
}

const numberOf = (id: string): number => Number(id.slice('sample-'.length));

async function open(disk: MemoryDisk): Promise<{ queue: SampleQueue; clock: TestClock; events: unknown[] }> {
  const clock = new TestClock();
  const events: unknown[] = [];
  const queue = await openSpool({ path: '/disk/spool', maxBytes, maxAge: 1e6, clock, files: disk, report: (event) => events.push(event) });
  return { queue, clock, events };
}

/** What the log does to a disk; it truncates too, where it finds a torn end. */
const kinds: readonly Operation['kind'][] = ['create', 'remove', 'sync', 'syncFolder', 'write'];

/** Puts, acknowledgements, rotation, eviction and restarts, with what was true after each: `steps` of them at least, and, within bounds, until all `kinds` are among them. */
async function record(seed: number, steps: number): Promise<Recorded> {
  const next = random(seed);
  const disk = new MemoryDisk();
  let { queue, clock } = await open(disk);
  const marks: Mark[] = [];
  let [put, synced, gone, goneSynced] = [0, 0, 0, 0];
  const mark = async (): Promise<void> => {
    const [oldest] = await queue.read(0, 1);
    gone = oldest === undefined ? put : numberOf(oldest.envelope.id);
    marks.push({ operations: disk.operations.length, put, synced, gone, goneSynced });
  };
  await mark();
  const missing = (): string[] => kinds.filter((kind) => !disk.operations.some((operation) => operation.kind === kind));
  for (let step = 0; step < steps || (missing().length > 0 && step < 100 * steps); step += 1) {
    const dice = next();
    if (dice < 0.45) {
      const count = 1 + Math.floor(next() ** 3 * 120);
      await queue.put(Array.from({ length: count }, (_, index) => sample(put + index, bytesOf(put + index))));
      put += count;
    } else if (dice < 0.65) {
      const found = await queue.read(0, 1 + Math.floor(next() * 150));
      if (found.length > 0) queue.ack(found[Math.floor(next() * found.length)]?.position ?? 0);
    } else if (dice < 0.75) {
      clock.advance(50);
      await settle();
    } else {
      await mark();
      if (dice < 0.95) {
        clock.advance(1000);
        await settle();
      } else {
        await queue.close();
        ({ queue, clock } = await open(disk));
      }
      synced = put;
      goneSynced = gone;
    }
    await mark();
  }
  assert.deepEqual(missing(), []);
  return { operations: disk.operations, marks };
}

/** Opens the disk and looks whether it is as it may be. */
async function examine(disk: MemoryDisk, mark: Mark, kept: boolean, recorded: number, where: string): Promise<void> {
  const { queue, events } = await open(disk);
  assert.equal(queue.stats().kept, 'disk', where);
  const found = await all(queue);
  const numbers = found.map(({ envelope }) => numberOf(envelope.id));
  found.forEach(({ envelope, position }, index) => {
    const number = numbers[index] ?? NaN;
    assert.deepEqual(envelope, sample(number, bytesOf(number)), `${where}: not what was put`);
    assert.ok(index === 0 || (number > (numbers[index - 1] ?? 0) && position > (found[index - 1]?.position ?? 0)), `${where}: out of order`);
    assert.ok(number >= mark.goneSynced && number < recorded, `${where}: ${String(number)} came back`);
  });
  const there = new Set(numbers);
  for (let number = mark.gone; number < (kept ? mark.put : mark.synced); number += 1) assert.ok(there.has(number), `${where}: ${String(number)} is missing`);
  const { count, dropped } = queue.stats();
  assert.equal(count, found.length, where);
  if (kept) assert.deepEqual([dropped.damage, events], [0, []], `${where}: nothing is damaged where a process is killed`);
  // And it goes on.
  await queue.put([sample(recorded, bytesOf(recorded))]);
  queue.ack(found.at(-1)?.position ?? 0);
  await queue.close();
  const again = await open(disk);
  assert.deepEqual((await all(again.queue)).map(({ envelope }) => numberOf(envelope.id)), [recorded], `${where}: after going on`);
  await again.queue.close();
}

/** What may have become of the unsynced operations: all or nothing of them, each torn, each lost alone, and some at random. */
function* fates(unsynced: readonly Operation[], next: () => number): Generator<readonly [string, Fate]> {
  const all_ = Infinity;
  yield ['lost', () => 0];
  yield ['kept', () => all_];
  for (let torn = 0; torn < unsynced.length; torn += 1) {
    const operation = unsynced[torn];
    yield [`${String(torn)} lost alone`, (_, index) => (index === torn ? 0 : all_)];
    if (operation?.kind !== 'write') continue;
    const { length } = operation.data;
    const places = new Set([1, 4, 8, 43, 44, 45, length >> 1, length - 1, 1 + Math.floor(next() * length)].filter((place) => place > 0 && place < length));
    for (const place of places) {
      yield [`${String(torn)} torn at ${String(place)}, later lost`, (_, index) => (index < torn ? all_ : index === torn ? place : 0)];
    }
    const place = 1 + Math.floor(next() * length);
    yield [`${String(torn)} torn at ${String(place)}, others kept`, (_, index) => (index === torn ? place : all_)];
  }
  for (let round = 0; round < 4 && unsynced.length > 1; round += 1) {
    const chosen = unsynced.map((operation) => (next() < 0.4 ? 0 : next() < 0.6 ? all_ : operation.kind === 'write' ? Math.floor(next() * operation.data.length) : 0));
    yield [`random ${chosen.join(' ')}`, (_, index) => chosen[index] ?? 0];
  }
}

test('a power cut after any operation, whatever became of what was not synced', { timeout: 600_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  const steps = Number(process.env['PSUTIL_STEPS'] ?? 30);
  context.diagnostic(`seed ${String(seed)} (PSUTIL_SEED replays it; PSUTIL_STEPS=${String(steps)})`);
  const { operations, marks } = await record(seed, steps);
  const next = random(seed);
  let disks = 0;
  for (let prefix = 0; prefix <= operations.length; prefix += 1) {
    const part = operations.slice(0, prefix);
    const before = marks.filter((mark) => mark.operations <= prefix);
    // Several marks may stand at the same place: the last of them is what was told there.
    const mark = before.at(-1);
    if (mark === undefined) continue;
    const after = marks.find((one) => one.operations > prefix)?.put ?? mark.put;
    for (const [name, fate] of fates(unsyncedOperations(part), next)) {
      await examine(afterPowerCut(part, fate), mark, name === 'kept', Math.max(after, mark.put), `seed ${String(seed)}, ${String(prefix)} operations, ${name}`);
      disks += 1;
    }
  }
  context.diagnostic(`${String(operations.length)} operations, ${String(disks)} disks`);
});
