import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettings } from '../../config/reader.js';
import { systemClock } from '../../model/clock.js';
import { noBroker } from '../../output/lines.js';
import { writeStatus } from '../../status/file.js';
import type { EntryReport, StatusReport } from '../../status/report.js';
import { makeCertificates } from '../../test/support/certificates.js';
import { closeChannel, methodOf, startScriptedBroker } from '../../test/support/scriptedBroker.js';
import { soundAnswer, startTimeServer } from '../../test/support/timeServer.js';
import { checkBroker } from './broker.js';
import { checkClock } from './clock.js';
import { checkCollector } from './collector.js';
import type { Note } from './finding.js';
import { checkDisk, checkFolders } from './folders.js';
import { checkAccount } from './host.js';
import { checkMetrics } from './metrics.js';
import { checkSettings } from './settings.js';
import { openSubject, type Subject } from './subject.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-finds-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

/** What a check notes, a line each. */
async function noted(run: (note: Note) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  await run((result, message) => { lines.push(`${result}: ${message}`); });
  return lines;
}

/** The path of a settings file in a folder of its own. */
function written(settings: object): string {
  const path = join(mkdtempSync(join(home, 's-')), 'settings.json');
  writeFileSync(path, JSON.stringify({ psutil_config: [{ method: 'boot_time', interval: 5 }], status: { path: '.' }, ...settings }));
  return path;
}

/** What is examined with settings, as they are read. */
function subjectWith(settings: object, more: Partial<Subject> = {}): Subject {
  const file = written(settings);
  return { file, account: { name: 'me', privileged: true }, settings: readSettings(file, {}).settings, ...more };
}

const broker = { hostnames: ['127.0.0.1'], port: 1, username: 'u', password: 'p' };

describe('doctor finds', () => {
  it('a folder that is there, one that can be made, and one that cannot, each once', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    const there = mkdtempSync(join(home, 'there-'));
    const found = await noted((note) => checkFolders(subjectWith({ broker, status: { path: there }, log: { path: there }, spool: { path: join(there, 'a', 'b') } }), note));
    assert.deepEqual(found, [`ok: ${there} can be written by me`, `ok: ${join(there, 'a', 'b')} is not there yet and can be made by me`]);
    assert.deepEqual(readdirSync(there), []);
    const [fault] = await noted((note) => checkFolders(subjectWith({ status: { path: there }, log: { path: file } }), note)).then((lines) => lines.filter((line) => line.startsWith('fault')));
    assert.equal(fault, `fault: ${file} cannot be used (${file} is a file): make the folder above it, or set log.path to another folder`);
    assert.equal((await noted((note) => checkFolders(subjectWith({ status: { path: there }, log: { path: there }, spool: { path: file } }), note))).length, 1, 'without a broker nothing is spooled');
    assert.deepEqual(await noted((note) => checkFolders({ file: undefined, account: { name: 'me', privileged: true } }, note)), []);
  });

  it('the room for the spool, where samples are spooled', async () => {
    const of = (settings: object): Promise<string[]> => noted((note) => checkDisk(subjectWith(settings), note));
    const path = join(home, 'spool', 'below');
    assert.match((await of({ broker, spool: { path } })).join(), new RegExp(`^\\w+: [\\d.]+ .?i?B are free where the spool stands \\(${path.replaceAll('\\', '\\\\')}\\)`));
    assert.deepEqual(await of({ spool: { path } }), []);
  });

  it('what is wrong with the settings, the first faults of them, and what is hardly meant', async () => {
    const of = async (settings: object): Promise<string[]> => {
      const subject = await openSubject(written(settings));
      return noted((note) => checkSettings(subject, note));
    };
    const entry = { method: 'boot_time', interval: 5 };
    const [first, ...faults] = await of({ psutil_config: Array.from({ length: 9 }, (_, n) => ({ ...entry, method: `none_${String(n)}` })) });
    assert.match(first ?? '', /^fault: .*settings\.json/);
    assert.equal(faults.length, 5);
    assert.ok(faults.every((fault, n) => fault.startsWith(`fault: /psutil_config/${String(n)}/method: `)), faults.join('\n'));
    assert.match((await of({ psutil_config: [entry] }))[0] ?? '', /settings\.json: valid, one entry$/);
    const [valid, warning] = await of({ psutil_config: [entry, entry] });
    assert.match(valid ?? '', /^ok: .*valid, 2 entries$/);
    assert.match(warning ?? '', /^warning: .*boot_time/);
    assert.match((await noted((note) => checkSettings({ file: undefined, account: { name: null, privileged: null } }, note))).join(), /^ok: no settings file was named: only this host was looked at\./);
  });

  it('brokers that cannot be reached: each with its step, a fault where none can', async () => {
    const found = await noted((note) => checkBroker(subjectWith({ broker: { ...broker, hostnames: ['127.0.0.1', '127.0.0.2'] } }), note));
    assert.deepEqual(found.map((line) => /^(\w+: \w+ fails on [\d.]+): ./.exec(line)?.[1]), ['fault: connect fails on 127.0.0.1', 'fault: connect fails on 127.0.0.2']);
    assert.deepEqual(await noted((note) => checkBroker(subjectWith({}), note)), ['ok: none is configured: samples go to standard output. Add the key broker to have them sent']);
  });

  it('a broker that works, and nobody bound there; another host that does not is a warning beside it', async () => {
    const certificates = await makeCertificates();
    try {
      /** A broker of which the user asks for an exchange that is not there, or is. */
      const found = async (isThere: boolean, more: object = {}, tls?: { cert: string; key: string }): Promise<string[]> => {
        let looked = false;
        const scripted = await startScriptedBroker({
          received: (socket, received) => {
            const name = methodOf(received);
            if (name === '60.40') socket.write(closeChannel(received.channel, 406, 'no number'));
            else if (name === '40.10' && !isThere && !looked) socket.write(closeChannel(received.channel, 404, 'not there'));
            else return received.type === 2 || received.type === 3;
            looked = true;
            return true;
          },
        }, tls);
        try {
          const lines = await noted((note) => checkBroker(subjectWith({ broker: { ...broker, port: scripted.port, ...more } }), note));
          return lines.map((line) => line.replaceAll(String(scripted.port), 'PORT'));
        } finally {
          await scripted.close();
        }
      };
      const works = 'ok: 127.0.0.1: Rabbit 1.2.3 accepts user "u"; the user may publish with the routing key "default"';
      assert.deepEqual(await found(true), [works]);
      const [first, second, third, ...none] = await found(false, { hostnames: ['127.0.0.1', '127.0.0.2'] });
      assert.deepEqual([first, none], [works, []]);
      assert.match(second ?? '', /^warning: no queue is bound, .*; bind a queue with that routing key, or see what arrives with psutil-agent consume$/);
      assert.match(third ?? '', /^warning: connect fails on 127\.0\.0\.2: ./);
      const { cert, key } = certificates.server;
      const [, unverified] = await found(true, { tls: { enabled: true, verify: false } }, { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
      assert.equal(unverified, 'warning: the certificate is NOT VERIFIED: broker.tls.verify is off');
    } finally {
      await certificates.remove();
    }
  });

  it('a clock: by the time server of the settings, set back since the collector wrote, and one that jumps meanwhile', async () => {
    const server = await startTimeServer((question) => [soundAnswer(question)]);
    const subject = subjectWith({ psutil_config: [{ method: 'clock_offset', args: { server: '127.0.0.1', port: server.port }, interval: 60 }] });
    try {
      assert.match((await noted((note) => checkClock(subject, note))).join('\n'), /^ok: within 0\.\d{3} s of 127\.0\.0\.1$/);
      const wrote = (ms: number): Subject => ({ ...subject, collector: { life: 'running', report: { updated: new Date(Date.now() + ms).toISOString() } as StatusReport } });
      assert.match((await noted((note) => checkClock(wrote(60_000), note)))[0] ?? '', /^warning: the collector's last word is dated (60|59) s ahead of this clock: the clock was set back meanwhile/);
      assert.equal((await noted((note) => checkClock(wrote(-60_000), note))).length, 1);
      let looked = 0;
      const jumping = await noted((note) => checkClock(subject, note, { ...systemClock, wall: () => Date.now() + (looked++ === 0 ? 0 : 10_000) }));
      assert.match(jumping.at(-1) ?? '', /^fault: the clock jumped by 10 s during this check: two services set it, or the host was asleep; /);
    } finally {
      server.close();
    }
    const [silent] = await noted((note) => checkClock(subject, note));
    assert.match(silent ?? '', /^(warning: the clock could not be compared: The time server 127\.0\.0\.1, port \d+, .* \(the settings' clock_offset names it\)\. Where UDP port 123 is closed on the way, compare it by hand|ok: the kernel takes it for synchronised, within [\d.]+ s)$/);
  });

  it('metrics that cannot be had, by name, and no more than can be read', async () => {
    const entries = Array.from({ length: 13 }, (_, n) => ({ method: 'disk_usage', args: { path: `/no/such/${String(n)}` }, interval: 5, alias: `disk_${String(n)}` }));
    const found = await noted((note) => checkMetrics(subjectWith({ psutil_config: [...entries, { method: 'boot_time', interval: 5 }] }), note));
    assert.equal(found[0], 'warning: 13 of 14 metrics cannot be had, or not in full, tried once: correct their entries, or take them out; the others are not touched by it');
    assert.equal(found.length, 12);
    assert.match(found.join('\n'), /^warning: disk_\d+: .*\/no\/such/m);
    assert.equal(found[11], 'warning: and 3 more, which psutil-agent run --once leaves in the status');
  });

  it('no word of a collector, or one that it has left', async () => {
    const report: StatusReport = {
      version: '1', state: 'stopped', pid: 1, account: null, since: '2026-01-01T00:00:00Z', updated: '2026-01-01T00:01:00Z', summary: 'stopped', reload: null, taken: 1, skipped: 7, unavailable: 0, ...noBroker,
      dropped_by: { ...noBroker.dropped_by, overload: 0 }, entries: [] as EntryReport[],
    };
    const path = written({});
    const of = async (file: string | undefined): Promise<string[]> => {
      const subject = await openSubject(file);
      return noted((note) => checkCollector(subject, note));
    };
    assert.deepEqual(await of(path), [`warning: no collector has run with these settings yet: start one with Start-PsutilMonitor, or psutil-agent run --config ${path}`]);
    writeStatus(join(path, '..'), report);
    assert.deepEqual(await of(path), [`warning: stopped, since 2026-01-01T00:01:00Z: start it with Start-PsutilMonitor, or psutil-agent run --config ${path}`]);
    writeFileSync(join(path, '..', 'status.json'), '{');
    assert.match((await of(path)).join(), /^warning: .*status\.json.*: start one with /);
    rmSync(join(path, '..', 'status.json'));
    mkdirSync(join(path, '..', 'status.json'));
    assert.match((await of(path)).join(), /^warning: .*: start one with /);
    assert.deepEqual(await of(undefined), []);
    const running: Subject = { ...subjectWith({}), collector: { life: 'running', report: { ...report, state: 'sampling', pid: 41 } } };
    assert.deepEqual(await noted((note) => checkCollector(running, note)), [
      'ok: pid 41, since 2026-01-01T00:00:00Z: stopped', 'warning: 7 ticks were skipped, for readings take longer than their intervals, or samples come faster than they can be kept: raise the intervals of those that status tells of',
    ]);
  });

  it('an account to which not everything is open', { skip: process.platform === 'win32' }, async () => {
    const of = (name: string | null, privileged: boolean | null): Promise<string[]> => noted((note) => checkAccount({ file: undefined, account: { name, privileged } }, note));
    assert.deepEqual(await of('me', true), ['ok: this check runs as me, to whom every reading is open']);
    assert.deepEqual(await of('me', false), ['ok: this check runs as me: what root alone may read is absent']);
    assert.deepEqual(await of(null, null), ['ok: this check runs as an account that the system does not name: what root alone may read is absent']);
  });
});
