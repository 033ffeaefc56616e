/* global setInterval, clearInterval */
// What publishing alone costs: samples from a queue in memory to a RabbitMQ of its own, processor time a sample.
//   node bench/publisher.mjs [samples a second] [seconds]      once a second all at once, after a drain of 100,000
import { consume } from '../dist/test/support/consumer.js';
import { startBroker } from '../dist/test/support/broker.js';
import { until } from '../dist/test/support/wait.js';
import { systemClock } from '../dist/model/clock.js';
import { MemoryQueue } from '../dist/spool/memory.test.support.js';
import { settingsFor } from '../dist/transport/harness.test.support.js';
import { Transport } from '../dist/transport/transport.js';

const perSecond = Number(process.argv[2] ?? 1000);
const seconds = Number(process.argv[3] ?? 10);
const backlog = 100_000;

const broker = await startBroker();
// Declares the exchange and is bound for one sample in none: what is sent must reach a queue, and is not to cost this process anything.
const consumer = await consume(broker.port, 'bench', 'none');
await broker.ctl('eval', `
  {ok, Q} = {ok, rabbit_misc:r(<<"/">>, queue, <<"bench">>)},
  rabbit_amqqueue:declare(Q, false, false, [{<<"x-max-length">>, long, 1000}], none, <<"bench">>),
  rabbit_binding:add({binding, rabbit_misc:r(<<"/">>, exchange, <<"bench">>), <<"#">>, Q, []}, <<"bench">>).`);
const queue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e6, clock: systemClock });
const transport = new Transport({
  broker: settingsFor(broker.port, 'bench', { maxInFlight: 256, drainRate: 1e6, confirmTimeout: 30, connectTimeout: 30 }),
  unroutable: 'hold', queue, clock: systemClock, log: ({ message }) => { console.error(message); },
});

const body = JSON.stringify({
  node_id: 'node_abc123', node_name: 'node', deployment_id: 'deployment', name: 'cpu_percent', path: '', metric: 12.5, unit: '', type: 'GAUGE',
  host: 'node_abc123', service: 'deployment.node.node_abc123.cpu_percent', time: 1_700_000_000,
});
let taken = 0;
const batch = (count) => Array.from({ length: count }, () => ({ id: `0123456789abcdef-${String(taken++)}`, time: 1_700_000_000, routingKey: 'deployment', body }));

/** Runs a part and tells what a sample of it cost. */
async function measured(what, samples, run) {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - start;
  console.log(`${what}: ${((samples / ms) * 1000).toFixed(0)} a second, ${((user + system) / samples).toFixed(1)} us of processor time a sample`);
}

await queue.put(batch(backlog));
await measured('drain', backlog, async () => {
  transport.start();
  await until('the backlog', () => transport.state().published >= backlog, 600);
});
await measured('live', perSecond * seconds, async () => {
  const timer = setInterval(() => void queue.put(batch(perSecond)), 1000);
  await until('the last', () => transport.state().published >= backlog + perSecond * seconds, seconds * 10);
  clearInterval(timer);
});
await transport.stop(5000);
await queue.close();
await consumer.close();
await broker.stop();
