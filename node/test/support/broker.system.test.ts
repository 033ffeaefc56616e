import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { freePort, quickFolder, startBroker } from './broker.js';

const homes = (): string[] => readdirSync(quickFolder()).filter((name) => name.startsWith('psutil-agent-broker-'));

/** The port of the broker that has a folder; undefined where it is gone already, or not told yet. */
function portOf(name: string): number | undefined {
  try {
    return Number(/^listeners\.tcp\.1 = .*:(\d+)$/m.exec(readFileSync(`${quickFolder()}/${name}/rabbitmq.conf`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** Processes whose environment has a text. */
const processesWith = (text: string): string[] => readdirSync('/proc').filter((id) => {
  try {
    return /^\d+$/.test(id) && readFileSync(`/proc/${id}/environ`, 'latin1').includes(text);
  } catch {
    return false;
  }
});

describe('a broker that does not start', () => {
  it('leaves no program and no folder behind', async () => {
    const port = await freePort();
    const before = new Set(homes());
    await assert.rejects(startBroker({ port, config: 'no_such_setting = 1' }), /RabbitMQ did not start/);
    // Other tests' brokers come and go beside it.
    assert.deepEqual(processesWith(`RABBITMQ_NODENAME=psutil${String(port)}@`), []);
    assert.deepEqual(homes().filter((name) => !before.has(name) && portOf(name) === port), []);
  });
});
