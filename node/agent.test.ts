import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { Agent } from './agent.js';
import type { Result } from './catalog/value.js';
import { completeSettings } from './config/reader.js';
import { validate } from './config/validation.js';
import { systemClock } from './model/clock.js';
import { UnavailableError } from './model/errors.js';
import type { Envelope } from './model/message.js';
import { silentOutput } from './output/lines.js';
import type { Provider } from './providers/provider.js';
import { until } from './test/support/wait.js';

describe('Agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-agent-'));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  it('neither counts nor hands on what a call answers after the flush of a stop', async () => {
    let answer: (result: Result) => void = () => undefined;
    let asked = 0;
    const provider: Provider = {
      platform: 'linux',
      read: (method) => {
        if (method === 'boot_time') return Promise.resolve(5);
        asked += 1;
        return new Promise((resolve) => { answer = resolve; });
      },
      processes: () => Promise.reject(new UnavailableError('none here')),
      close: () => undefined,
    };
    const { document } = validate({
      psutil_config: [{ method: 'cpu_count', interval: 0.1 }, { method: 'boot_time', interval: 0.1 }], status: { path: folder },
    });
    const taken: Envelope[] = [];
    const output = { ...silentOutput(), put: (batch: readonly Envelope[]) => { taken.push(...batch); return Promise.resolve(); } };
    const agent = new Agent({
      settings: completeSettings(document, folder, {}), provider, clock: systemClock, output, onStopRequest: () => undefined,
      log: { logger: pino({ level: 'silent' }), close: () => Promise.resolve() },
    });
    agent.start();
    await until('a healthy sample beside the call that hangs', () => taken.length > 0 && asked === 1);
    await agent.stop();
    const [before, counted] = [taken.length, agent.report().taken];
    assert.equal(before, counted);
    answer(8);
    await new Promise((resolve) => { setImmediate(() => { setImmediate(resolve); }); });
    assert.deepEqual([taken.length, agent.report().taken], [before, counted]);
    assert.equal(asked, 1);
  });
});
