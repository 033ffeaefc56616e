// What the spool alone costs, in CPU (user and system) of this process, and what a large backlog takes. Run after npm run build.
//   node bench/spool.mjs [samples=200000]          puts, reads, acknowledges: one at a time, a tick of 50 at a time, a backlog drained
//   node bench/spool.mjs open [samples=5000000]    fills a spool, opens it anew in another process, reports time and memory
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../dist/model/clock.js';
import { openSpool } from '../dist/spool/spool.js';

function message(number) {
  const time = 1_700_000_000 + Math.floor(number / 50);
  const name = `memory_free_${number % 10}`;
  const body = JSON.stringify({
    node_id: 'vm_3fk2j1', node_name: 'vm', deployment_id: 'deployment-17', name, path: '', metric: number * 7919, unit: '', type: 'GAUGE', host: 'vm_3fk2j1',
    service: `deployment-17.vm.vm_3fk2j1.${name}`, time,
  });
  return { id: `${number}-0123456789abcdef`, time, routingKey: 'deployment-17', body };
}

const open = (path) => openSpool({ path, maxBytes: 1e12, maxAge: 1e9, clock: systemClock, report: ({ message: text }) => { console.error(text); } });
const resident = () => process.memoryUsage.rss() / 1e6;
const rounded = (figures) => Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Math.round(value * 100) / 100]));

/** Microseconds of CPU a sample that some work takes. */
async function cpu(count, work) {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu_us: (user + system) / count, user_us: user / count, wall_us: ((performance.now() - start) * 1000) / count };
}

async function live(queue, messages, batch) {
  let position = 0;
  for (let at = 0; at < messages.length; at += batch) {
    await queue.put(messages.slice(at, at + batch));
    const found = await queue.read(position, batch);
    position = found.at(-1).position;
    queue.ack(position);
  }
}

async function drain(queue) {
  let count = 0;
  for (let position = 0; ; ) {
    const found = await queue.read(position, 500);
    if (found.length === 0) return count;
    count += found.length;
    position = found.at(-1).position;
    queue.ack(position);
  }
}

async function costs(path, count) {
  const queue = await open(path);
  const messages = Array.from({ length: count }, (_, number) => message(number));
  await live(queue, messages.slice(0, 20_000), 1);
  for (const batch of [1, 10, 50, 500]) {
    const part = messages.slice(0, Math.min(count, batch === 1 ? 50_000 : count));
    console.log(JSON.stringify({ put_read_ack_of: batch, ...rounded(await cpu(part.length, () => live(queue, part, batch))) }));
  }
  let put = 0;
  console.log(JSON.stringify({ backlog_put_of: 50, ...rounded(await cpu(count, async () => {
    for (; put < count; put += 50) await queue.put(messages.slice(put, put + 50));
  })) }));
  messages.length = 0;
  console.log(JSON.stringify({ drained: count, ...rounded(await cpu(count, async () => {
    if ((await drain(queue)) !== count) throw new Error('samples are missing');
  })) }));
  await queue.close();
}

async function fill(path, count) {
  const queue = await open(path);
  let peak = 0;
  for (let number = 0; number < count; number += 1000) {
    await queue.put(Array.from({ length: Math.min(1000, count - number) }, (_, index) => message(number + index)));
    if (number % 100_000 === 0) peak = Math.max(peak, resident());
  }
  await queue.close();
  console.log(JSON.stringify({ filled: count, ...rounded({ peak_rss_mb: peak }) }));
}

async function reopen(path) {
  const idle = resident();
  const start = performance.now();
  const queue = await open(path);
  const first = await queue.read(0, 1);
  const opened_ms = performance.now() - start;
  const { count, bytes } = queue.stats();
  const opened_rss_mb = resident();
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, resident()); }, 20);
  const drained = await cpu(count, () => drain(queue));
  clearInterval(watch);
  console.log(JSON.stringify({ count, ...rounded({ bytes_each: bytes / count, opened_ms, idle_rss_mb: idle, opened_rss_mb, drain_peak_rss_mb: peak, drain_cpu_us: drained.cpu_us, drain_a_second: 1e6 / drained.wall_us }), first: first[0].position }));
  await queue.close();
}

const [what, ...rest] = process.argv.slice(2);
if (what === 'fill') await fill(rest[0], Number(rest[1]));
else if (what === 'reopen') await reopen(rest[0]);
else {
  const path = mkdtempSync(join(tmpdir(), 'psutil-agent-bench-'));
  try {
    if (what === 'open') {
      const again = (...args) => spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' });
      again('fill', path, rest[0] ?? '5000000');
      const folder = join(path, 'v2');
      console.log(JSON.stringify({ files: readdirSync(folder).length, gigabytes: readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e9 }));
      again('reopen', path);
    } else await costs(path, Number(what ?? 200_000));
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
