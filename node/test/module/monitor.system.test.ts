/**
 * Monitors on Windows (Wine): real pwsh.exe and Pester, nssm.exe, node.exe and RabbitMQ. First Pester/EndToEnd.Tests.ps1, which leaves
 * some running; then a power cut, and what comes after it. The rest of Pester/ is pester.system.test.ts's.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker, type TestBroker } from '../support/broker.js';
import { consume, type Consumer } from '../support/consumer.js';
import { until } from '../support/wait.js';
import type { WineEnded } from '../support/wine.js';
import { allParts, endParts } from './parts.js';
import { makeWindowsHost, type WindowsHost } from '../support/windowsHost.js';

/** A word of this run's password that is nowhere else on the machine, with what quoting may break around it. */
const secret = `Secret${randomBytes(6).toString('hex')}`;
const password = `Wine "${secret}" 4711\\`;
const aliases = ['cpu_total_system', 'cpu_total_user', 'memory_MemFree'];

let host: WindowsHost;
let broker: TestBroker;
let consumer: Consumer;
let module: string;

/** Runs the tests that `filter` leaves; throws where one failed. */
function pester(...filter: string[]): Promise<void> {
  const env = { PSUTIL_AGENT_E2E: host.prefix.path(join(host.prefix.home, 'e2e.json')) };
  // What hangs is told with each test that did not.
  return host.pester(module, ['EndToEnd.Tests.ps1'], ['-Output', 'Detailed', ...filter], { env, timeout: 1200 });
}

/** The command lines of all processes that ran while `work` did. */
async function watchCommandLines(work: () => Promise<void>): Promise<string[]> {
  const seen = new Set<string>();
  // How often each process was looked at: a program's line stands soon after its start, most of them then run for long.
  // It is read at ever wider intervals.
  let looked = new Map<string, number>();
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      const before = looked;
      looked = new Map();
      for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const times = before.get(id) ?? 0;
        looked.set(id, times + 1);
        if (times > 16 || (times & (times - 1)) !== 0) continue;
        try {
          seen.add(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
        } catch {
          // It ended meanwhile.
        }
      }
      await delay(100);
    }
  })();
  try {
    await work();
  } finally {
    watch.abort();
    await watching;
  }
  return [...seen];
}

/** Waits until every metric of the example has come, after the first `skip` messages. */
async function arrive(skip: number): Promise<void> {
  const names = (): Set<unknown> => new Set(consumer.received.slice(skip).filter(({ body }) => body['node_id'] === 'host_1').map(({ body }) => body['name']));
  await until('a sample of every metric', () => aliases.every((alias) => names().has(alias)), 90);
}

/** Every file under a folder that holds the text, in UTF-8 or UTF-16. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    // The pinned programs are large, and known.
    if (!entry.isFile() || file.includes('/windows/') || file.endsWith('.exe')) continue;
    const content = await readFile(file);
    if (needles.some((needle) => content.includes(needle))) found.push(file);
  }
  return found;
}

before(async () => {
  [host, broker] = await allParts<[WindowsHost, TestBroker]>([makeWindowsHost(), startBroker({ users: [{ name: 'sampler', password, permissions: { '/': ['.*', '.*', '.*'] } }] })]);
  module = await host.layOut();
  await writeFile(join(host.prefix.home, 'e2e.json'), JSON.stringify({ port: broker.port, user: 'sampler', password, secret }));
  consumer = await consume(broker.port);
});

after(() => endParts(host, consumer, broker));

describe('the module under Wine', () => {
  it('passes the tests from end to end: monitors start, their samples come, and no secret is on a command line', async () => {
    const lines = await watchCommandLines(() => pester('-ExcludeTag', 'Booted'));
    await arrive(0);
    assert.ok(consumer.received.some(({ body }) => body['name'] === 'second' && body['node_id'] === 'second'));
    assert.ok(lines.some((line) => line.includes('nssm.exe set')), 'the calls of NSSM were seen');
    assert.deepEqual(lines.filter((line) => line.includes(secret)), []);
  });

  it('samples again after a power cut, and no secret is in a file or the registry', async () => {
    await host.prefix.powerCut();
    assert.deepEqual(await filesWith(host.drive, secret), []);
    assert.ok(!host.registry().includes(secret));
    assert.match(host.registry(), /EventLog\\\\Application\\\\PsutilAgent\][^[]*"EventMessageFile"="[^"]*EventCreate\.exe"/i);
    const skip = consumer.received.length;
    await host.prefix.boot();
    await arrive(skip);
  });

  it('has a collector write its faults into the event log, as the source that the module made known', async () => {
    const folder = join(host.drive, 'faulty');
    // The tests before have set NODE_OPTIONS for the whole machine, to something that no node.exe starts with.
    const lines = ['@set NODE_OPTIONS=', `@"${host.prefix.path(module)}\\bin\\node.exe" "${host.prefix.path(module)}\\dist\\cli\\launcher.cjs" run --config C:\\faulty\\settings.json`];
    // Wine's event log writes to its own debug output, and nowhere else.
    const run = (): Promise<WineEnded> => host.prefix.wine(['cmd', '/c', 'C:\\faulty\\run.cmd'], { env: { WINEDEBUG: '-all,err+eventlog,fixme+advapi' } });
    const anew = async (): Promise<WineEnded> => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      await writeFile(join(folder, 'settings.json'), JSON.stringify({ status: { path: 'C:\\faulty' }, psutil_config: [{ method: 'no_such', interval: 1 }] }));
      await writeFile(join(folder, 'run.cmd'), lines.join('\r\n'));
      return await run();
    };
    let first = await anew();
    // The log has ten seconds to take it, which a very busy machine may not do.
    for (let tries = 1; tries < 3 && !first.err.includes('ReportEventW'); tries += 1) first = await anew();
    const second = await run();
    assert.deepEqual([first.code, second.code], [3, 3], first.err);
    // EVENTLOG_ERROR_TYPE, id 100.
    assert.match(first.err, /ReportEventW \(\w+,0x0001,0x0000,0x00000064,/);
    assert.match(first.err, /err:eventlog:ReportEventW L".*one fault; \/psutil_config\/0\/method: expected a psutil function .*found \\"no_such\\"\\r\\nThe collector of C:\\\\faulty: /);
    assert.doesNotMatch(second.err, /ReportEventW/, 'once an hour');
  });

  it('stops its monitors', () => pester('-Tag', 'Booted'));

  it('leaves nothing in the registry', async () => {
    await host.prefix.powerCut();
    assert.doesNotMatch(host.registry(), /cloudify-psutil|neill|Application\\\\PsutilAgent/);
  });
});
