// A process of its own for the memory that a backlog costs: it fills a spool with nothing read, then drains it, and prints figures.
// Arguments: path, number of samples.
import { setTimeout as delay } from 'node:timers/promises';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Envelope } from '../model/message.js';
import { systemClock } from '../model/clock.js';
import type { SampleQueue } from './queue.js';
import { openSpool } from './spool.js';

/** What the process prints, as JSON. Memory in MB (10^6 bytes), resident, settled. */
export interface Figures {
  readonly body: number;
  readonly idle: number;
  readonly full: number;
  readonly drained: number;
  readonly peak: number;
  readonly putRate: number;
  readonly drainRate: number;
  readonly diskBytesPerSample: number;
  readonly diskBytesAfter: number;
  readonly drainedCount: number;
  readonly openMs: number;
}

function message(number: number): Envelope {
  const time = 1_700_000_000 + Math.floor(number / 50);
  const name = `memory_free_${String(number % 10)}`;
  const body = JSON.stringify({
    node_id: 'vm_3fk2j1', node_name: 'vm', deployment_id: 'deployment-17', name, path: '', metric: Math.round(Math.random() * 1e10),
    unit: '', type: 'GAUGE', host: 'vm_3fk2j1', service: `deployment-17.vm.vm_3fk2j1.${name}`, time,
  });
  return { id: `${String(number)}-0123456789abcdef`, time, routingKey: 'deployment-17', body };
}

const resident = (): number => process.memoryUsage.rss() / 1e6;

async function settled(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await delay(300);
  }
  return resident();
}

async function diskBytes(path: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(path)) bytes += (await stat(join(path, name))).size;
  return bytes;
}

async function fill(queue: SampleQueue, from: number, until: number): Promise<void> {
  for (let number = from; number < until; number += 10) {
    await queue.put(Array.from({ length: Math.min(10, until - number) }, (_, index) => message(number + index)));
  }
}

async function drain(queue: SampleQueue): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const found = await queue.read(after, 100 + (count % 400));
    const last = found.at(-1);
    if (last === undefined) return count;
    after = last.position;
    count += found.length;
    await queue.remove(found.map(({ position }) => position));
  }
}

async function measure(path: string, count: number): Promise<Figures> {
  const report = (event: { message: string }): void => {
    throw new Error(event.message);
  };
  const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock: systemClock, report });
  // What a collector with a broker does, for long enough that the heap is as large as that makes it.
  for (let round = 0; round < 400; round += 1) {
    await fill(queue, round * 100, round * 100 + 100);
    await drain(queue);
  }
  const idle = await settled();
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, resident())), 20);
  const filling = performance.now();
  await fill(queue, 0, count);
  const putRate = (count / (performance.now() - filling)) * 1000;
  const full = await settled();
  const diskBytesPerSample = (await diskBytes(join(path, 'v1'))) / count;
  const draining = performance.now();
  const drainedCount = await drain(queue);
  const drainRate = (count / (performance.now() - draining)) * 1000;
  const drained = await settled();
  clearInterval(watch);
  await queue.close();
  const opening = performance.now();
  const again = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock: systemClock, report });
  await again.read(0, 1);
  const openMs = performance.now() - opening;
  const diskBytesAfter = await diskBytes(join(path, 'v1'));
  await again.close();
  const body = Buffer.byteLength(message(count - 1).body);
  return { body, idle, full, drained, peak, putRate, drainRate, diskBytesPerSample, diskBytesAfter, drainedCount, openMs };
}

const [path, count] = process.argv.slice(2);
if (path !== undefined && count !== undefined) process.stdout.write(JSON.stringify(await measure(path, Number(count))));
