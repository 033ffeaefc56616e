import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Clock } from '../model/clock.js';
import type { Envelope } from '../model/message.js';
import type { SpoolEvent } from './event.js';
import type { SpoolOptions } from './options.js';
import type { Queued, SampleQueue } from './queue.js';
import { recordBytes } from './record.js';
import { openSpool } from './spool.js';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #wall = Date.UTC(2024, 0, 1);
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Sets the wall clock alone, as somebody with a wristwatch would. */
  step(ms: number): void {
    this.#wall += ms;
  }

  /** Lets time pass; whatever falls due is called in its order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#wall += due.at - this.#now;
      this.#now = due.at;
      due.callback();
    }
    this.#wall += end - this.#now;
    this.#now = end;
  }
}

/** A sample with a number to know it by. `bytes`: what its record takes, where that is more than it needs. */
export function sample(number: number, bytes = 0): Envelope {
  const body = JSON.stringify({ name: 'memory_free', metric: number, unit: bytes > 0 ? '' : 'é' });
  const envelope = { id: `sample-${String(number)}`, time: 1_700_000_000 + number, routingKey: 'deployment', body };
  return { ...envelope, body: body.padEnd(body.length + bytes - recordBytes(envelope)) };
}

/** Samples from one number to before another. */
export function samples(from: number, until: number, bytes = 0): Envelope[] {
  return Array.from({ length: until - from }, (_, index) => sample(from + index, bytes));
}

/** Everything in a queue behind a position, oldest first. */
export async function all(queue: SampleQueue, after = 0): Promise<Queued[]> {
  const found: Queued[] = [];
  for (;;) {
    const more = await queue.read(found.at(-1)?.position ?? after, 1000);
    if (more.length === 0) return found;
    found.push(...more);
  }
}

/** The numbers of everything in a queue, oldest first. */
export async function numbers(queue: SampleQueue): Promise<number[]> {
  return (await all(queue)).map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
}

/** Numbers from one to before another. */
export function range(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, index) => from + index);
}

/** A directory that goes when the test ends. */
export async function temporary(test: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'psutil-agent-spool-'));
  test.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** A spool, its clock, and what it reported; closed when the test ends. */
export async function spool(
  test: TestContext,
  path: string,
  options: Partial<SpoolOptions> = {},
): Promise<{ queue: SampleQueue; clock: FakeClock; events: SpoolEvent[] }> {
  const clock = new FakeClock();
  const events: SpoolEvent[] = [];
  const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock, report: (event) => events.push(event), ...options });
  test.after(() => queue.close());
  return { queue, clock, events };
}
