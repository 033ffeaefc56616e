import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Envelope } from '../model/message.js';
import type { SpoolEvent } from './event.js';
import type { SpoolOptions } from './options.js';
import type { Queued, SampleQueue } from './queue.js';
import { recordBytes } from './record.js';
import { openSpool } from './spool.js';
import { TestClock } from '../test/support/clock.js';

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
): Promise<{ queue: SampleQueue; clock: TestClock; events: SpoolEvent[] }> {
  const clock = new TestClock();
  const events: SpoolEvent[] = [];
  const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock, report: (event) => events.push(event), ...options });
  test.after(() => queue.close());
  return { queue, clock, events };
}
