/** What docs/consumers.md tells of the broker's side, tried: examples/rabbitmq/definitions.json on a real RabbitMQ. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { load } from 'js-yaml';
import { startBroker, type TestBroker } from './support/broker.js';
import { command } from './support/command.js';
import { until } from './support/wait.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const text = readFileSync(join(examples, 'rabbitmq/definitions.json'), 'utf8');
/** Messages that the queue of this test holds before it refuses. */
const limit = 50;

describe('A broker with the definitions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-consumers-'));
  let broker: TestBroker;
  let connection: ChannelModel;
  let channel: Channel;
  let collector: ChildProcess | undefined;

  before(async () => {
    broker = await startBroker();
    assert.equal(await importDefinitions(join(examples, 'rabbitmq/definitions.json')), 'ok');
    connection = await connect({ hostname: '127.0.0.1', port: broker.port });
    channel = await connection.createChannel();
  });
  after(async () => {
    collector?.kill('SIGKILL');
    await connection.close();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const importDefinitions = (file: string): Promise<string> => broker.ctl('eval', `{ok, Text} = file:read_file("${file}"), rabbit_definitions:import_raw(Text).`);
  const status = (): Readonly<Record<string, unknown>> => {
    try {
      return JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  const count = (key: string): number => Number(status()[key] ?? 0);
  const depth = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;

  it('has a quorum queue with a policy, and a stream for dead letters', async () => {
    const policy = 'case rabbit_policy:name(Q) of none -> none; Policy -> binary_to_list(Policy) end';
    const queues = await broker.ctl('eval', `lists:sort([{binary_to_list(element(4, amqqueue:get_name(Q))), amqqueue:get_type(Q), ${policy}} || Q <- rabbit_amqqueue:list()]).`);
    assert.equal(queues.replace(/\s/g, ''), '[{"metrics",rabbit_quorum_queue,"metrics"},{"metrics.dead",rabbit_stream_queue,none}]');
  });

  it('refuses what a full queue cannot take, and the samples wait on the host', async () => {
    const small = join(folder, 'definitions.json');
    writeFileSync(small, text.replace('"max-length": 1000000', `"max-length": ${String(limit)}`));
    assert.equal(await importDefinitions(small), 'ok');
    const example = load(readFileSync(join(examples, 'durable.yaml'), 'utf8')) as { broker: object };
    const settings = {
      ...example,
      broker: { ...example.broker, hostnames: ['127.0.0.1'], port: broker.port },
      spool: { path: join(folder, 'spool') }, log: { path: folder }, status: { path: folder, interval: 1 },
      psutil_config: [{ method: 'virtual_memory', result_argument: 'free', interval: 0.1 }, { method: 'cpu_count', interval: 0.1 }],
    };
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify(settings));
    collector = spawn(process.execPath, [command, 'run', '--config', file], { env: { ...process.env, RABBITMQ_PASSWORD: 'guest' }, stdio: 'ignore' });
    await until('samples kept on the host beyond the full queue', () => count('published') >= limit && count('spooled') > 20);
    // A quorum queue begins to refuse some messages after its limit.
    assert.ok((await depth('metrics')) < 4 * limit);
  });

  it('takes them when it is read, in order, each once by its message_id; what a consumer rejects is kept as a dead letter', async () => {
    const ids = new Set<string>();
    const times: number[] = [];
    let rejected: string | undefined;
    await channel.prefetch(20);
    await channel.consume('metrics', (message) => {
      if (message === null) return;
      const id = String(message.properties.messageId);
      const body = JSON.parse(message.content.toString('utf8')) as { name: string; time: number };
      if (rejected === undefined) {
        rejected = id;
        channel.nack(message, false, false);
        return;
      }
      if (!ids.has(id) && body.name === 'cpu_count') times.push(body.time);
      ids.add(id);
      channel.ack(message);
    });
    const goal = count('taken') + 50;
    await until('every sample taken', () => ids.size >= goal && count('spooled') < 5);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));

    const dead = await connection.createChannel();
    await dead.prefetch(1);
    const found: string[] = [];
    await dead.consume('metrics.dead', (message) => {
      if (message !== null) found.push(String(message.properties.messageId));
    }, { arguments: { 'x-stream-offset': 'first' } });
    await until('the dead letter', () => found.length > 0);
    assert.deepEqual(found, [rejected]);
  });
});
