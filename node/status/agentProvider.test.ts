import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnReading } from '../sample/agentReader.js';
import { fakeProvider } from '../test/support/fakeProcesses.js';
import { AgentProvider } from './agentProvider.js';
import type { StatusTotals } from './report.js';

const totals = {
  updated: '2026-01-01T00:01:00.000Z', connected: true, taken: 9, skipped: 1, unavailable: 2, published: 6, dropped: 1, reconnects: 3, returned: 0, nacked: 0,
  unroutable: 0, spooled: 2, spooled_bytes: 400, spool_oldest: '2026-01-01T00:00:15.500Z',
} as unknown as StatusTotals;

const told = async (state?: StatusTotals): Promise<OwnReading> =>
  (await new AgentProvider(fakeProvider(() => []), state === undefined ? undefined : () => ({ totals: state, confirms: [1] })).read('agent', {})) as OwnReading;

describe('AgentProvider', () => {
  it('tells the numbers of status.json, and the age of the oldest sample in the spool', async () => {
    const { fields, confirms } = await told(totals);
    const { rss, heap_used: heap, ...rest } = fields;
    assert.ok(Number(rss) > Number(heap) && Number(heap) > 1e6);
    assert.deepEqual(rest, {
      taken: 9, skipped: 1, unavailable: 2, published: 6, dropped: 1, connected: true, reconnects: 3, returned: 0, nacked: 0,
      unroutable: 0, spooled: 2, spooled_bytes: 400, spool_age: 44.5,
    });
    assert.deepEqual(confirms, [1]);
  });

  it('an empty spool, and a clock that was set back, give the age 0', async () => {
    assert.equal((await told({ ...totals, spool_oldest: null })).fields['spool_age'], 0);
    assert.equal((await told({ ...totals, spool_oldest: '2026-01-01T01:00:00.000Z' })).fields['spool_age'], 0);
  });

  it('unknown is null, not zero: without a broker, and without a collector', async () => {
    const without = (await told({ ...totals, connected: null })).fields;
    assert.deepEqual([without['spooled'], without['spool_age'], without['reconnects'], without['taken']], [null, null, null, 9]);
    const alone = await told();
    assert.deepEqual([alone.fields['taken'], alone.fields['spooled'], alone.reason], [null, null, 'no collector runs in this process']);
  });

  it('leaves every other function to the system', async () => {
    const provider = new AgentProvider(fakeProvider(() => [], { boot_time: 5 }));
    assert.equal(await provider.read('boot_time', {}), 5);
  });
});
