// What a backlog costs and how fast it drains to a real RabbitMQ, at the default drain_rate and without that limit:
// `npm run build && node bench/drain.mjs [samples]`. Needs rabbitmq-server, and root for a disk of its own.
import { measureBacklog } from '../dist/test/chaos/backlog.js';

const samples = Number(process.argv[2] ?? 180_000);
for (const [name, drainRate] of [['drain_rate 5,000 (default)', undefined], ['no limit', 1e6]]) {
  const { fresh, idle, full, draining, drained, waiting, drainRate: rate } = await measureBacklog(samples, drainRate);
  const megabytes = Object.entries({ fresh, idle, full, draining, drained }).map(([when, bytes]) => `${when} ${bytes.toFixed(0)} MB`).join(', ');
  console.log(`${name}: ${waiting.toLocaleString('en')} samples waited and drained at ${rate.toFixed(0)} a second; ${megabytes}`);
}
process.exit(0);
