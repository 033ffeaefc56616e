import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { freePort } from '../test/support/broker.js';
import { until } from '../test/support/wait.js';
import { Rig, settingsFor, stopRigs } from './rig.test.support.js';

after(stopRigs);

describe('AmqpTransport without a broker', () => {
  it('stops before it was started, and twice', async () => {
    const rig = new Rig(settingsFor(1, 'none'));
    await rig.put(3);
    await rig.transport.stop(600_000);
    await rig.transport.stop(600_000);
    assert.equal(rig.queue.stats().count, 3);
    await rig.stop();
  });

  it('goes on trying, through a log that throws, and tells the same fault only once at warn', async () => {
    const levels: string[] = [];
    const rig = new Rig(settingsFor(await freePort(), 'none', { reconnect: { initial: 0.01, maximum: 0.02 } }), {
      report: ({ level }) => {
        levels.push(level);
        throw new Error('the log is full');
      },
    });
    rig.transport.start();
    await rig.put(3);
    await until('some attempts', () => levels.length >= 4);
    await rig.transport.stop(600_000);
    assert.deepEqual([...new Set(levels.slice(1))], ['debug']);
    assert.equal(levels[0], 'warn');
    const { connected, lastError } = rig.transport.state();
    assert.deepEqual([connected, lastError?.code], [false, 'PSA_BROKER_UNREACHABLE']);
    assert.equal(rig.queue.stats().count, 3);
    await rig.stop();
  });

  it('takes its delays from the random source: a fleet with different ones does not come back in one moment', async () => {
    const waits: string[] = [];
    const rig = new Rig(settingsFor(await freePort(), 'none', { reconnect: { initial: 0.1, maximum: 0.4 } }), {
      random: () => 0.5,
      report: ({ message }) => { waits.push(/again in ([\d.]+) s/.exec(message)?.[1] ?? ''); },
    });
    rig.transport.start();
    await until('five attempts', () => waits.length >= 5);
    await rig.stop();
    // Half of 0.1, 0.2, 0.4, 0.4, ... to one decimal.
    assert.deepEqual(waits.slice(0, 5), ['0.1', '0.1', '0.2', '0.2', '0.2']);
  });
});
