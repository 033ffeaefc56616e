import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseText } from '../config/document.js';
import { validate } from '../config/validation.js';
import { psutilAgent } from '../test/support/command.js';
import { told } from '../test/support/told.js';
import { settingsText, type HostParts } from './init.js';
import { runProgram } from './program.js';

const windows: HostParts = {
  host: 'WEB-1', volumes: ['C:\\', 'D:\\data "old"\\'], adapters: ['Ethernet 2', 'Ethernet-2', 'vEthernet (Default: Switch)', 'a.b*c'], services: ['W3SVC', 'MSSQL$A'], broker: 'rabbit.example.com', windows: true,
};

describe('init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-init-'));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  it('makes settings that are valid as they are, whatever volumes, adapters and services are called', () => {
    for (const parts of [windows, { ...windows, broker: undefined, services: [] }, { ...windows, windows: false, volumes: ['/', '/mnt/a\u001bb: #c'] }]) {
      const parsed = parseText(settingsText(parts)) as { psutil_config: { alias?: string }[] };
      const { faults, warnings } = validate(parsed, false, parts.windows ? 'win32' : 'linux');
      assert.deepEqual([faults, warnings.filter(({ pointer }) => !pointer.startsWith('/broker'))], [[], []]);
      const names = parsed.psutil_config.flatMap(({ alias }) => (alias === undefined ? [] : [alias]));
      assert.equal(new Set(names).size, names.length, 'each metric has a name of its own');
    }
  });

  it('names what the host has', () => {
    const { psutil_config: entries } = parseText(settingsText(windows)) as { psutil_config: unknown[] };
    const text = JSON.stringify(entries);
    for (const part of ['"path":"C:\\\\"', '"path":"D:\\\\data \\"old\\"\\\\"', 'vEthernet (Default: Switch).bytes_recv', '"service":"MSSQL$A"', '"alias":"W3SVC_running"']) {
      assert.ok(text.includes(part), part);
    }
  });

  it('asks of each service whether it runs, what memory it takes and what processor time, on Windows; elsewhere of its processes', () => {
    const of = (parts: HostParts): string[] => (parseText(settingsText(parts)) as { psutil_config: { method: string; args?: unknown; result_argument?: string; alias?: string; interval: number }[] }).psutil_config
      .filter(({ args }) => JSON.stringify(args ?? '').includes('W3SVC')).map(({ method, result_argument: part, alias, interval }) => `${method} ${String(part)} ${String(alias)} ${String(interval)}`);
    const processes = ['Process memory_info.rss W3SVC_memory 30', 'Process cpu_percent W3SVC_cpu_percent 30'];
    assert.deepEqual(of(windows), ['win_service_get running W3SVC_running 30', ...processes]);
    assert.deepEqual(of({ ...windows, windows: false }), processes);
  });

  it('puts no character that steers a terminal into the file', () => {
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(settingsText({ ...windows, volumes: ['/mnt/a\u001b[2J\nx'], adapters: ['e\u0007'] }).replace(/\n/g, ''), /[\u0000-\u001f\u007f]/);
  });

  it('writes the file, keeps one that is there, and the file runs', async () => {
    const path = join(folder, 'settings.yaml');
    const written = await psutilAgent(['init', '--output', path]);
    assert.equal(written.code, 0, written.err);
    assert.match(written.err, /is written; psutil-agent run --config /);
    const text = readFileSync(path, 'utf8');
    const again = await psutilAgent(['init', '--output', path]);
    assert.equal(again.code, 2);
    assert.match(again.err, /expected a file that is not there yet, found .*; --force writes over it/);
    assert.equal(readFileSync(path, 'utf8'), text);
    writeFileSync(path, 'old');
    assert.equal((await psutilAgent(['init', '--output', path, '--force'])).code, 0);
    const ran = await psutilAgent(['run', '--config', path, '--once', '--output', 'stdout'], { env: { PROGRAMDATA: folder, XDG_STATE_HOME: folder, CELERY_WORK_DIR: folder } });
    assert.equal(ran.code, 0, ran.err);
    const names = new Set(ran.out.trim().split('\n').map((line) => (JSON.parse(line) as { name: string }).name));
    for (const name of ['cpu_percent', 'memory_percent', 'disk_root_percent', 'boot_time']) assert.ok(names.has(name), `${name} of ${[...names].join()}`);
  });

  it('samples the services that it is told of, to the broker that it is told of; --json: one object', async () => {
    const { out, err } = await told(() => runProgram(['init', '--services', ' cron, sshd ,', '--broker', 'rabbit.example.com', '--json']));
    assert.equal(err, '');
    const { text, ...rest } = JSON.parse(out) as { text: string };
    assert.deepEqual(rest, {});
    const { broker, psutil_config: entries } = parseText(text) as { broker: object; psutil_config: { method: string; args?: Record<string, unknown> }[] };
    assert.deepEqual(broker, { hostnames: ['rabbit.example.com'], username: 'guest', password_env: 'RABBITMQ_PASSWORD' });
    assert.deepEqual([...new Set(entries.flatMap(({ method, args }) => (method === 'Process' ? [args?.['service']] : [])))], ['cron', 'sshd']);
    assert.equal(entries.some(({ method }) => method === 'win_service_get'), process.platform === 'win32');
    const path = join(folder, 'json.yaml');
    const written = JSON.parse((await told(() => runProgram(['init', '--output', path, '--json']))).out) as { text: string; path: string };
    assert.deepEqual([written.path, written.text], [path, readFileSync(path, 'utf8')]);
  });

  it('refuses what would not be valid, and leaves nothing', async () => {
    const path = join(folder, 'none.yaml');
    const { code, err } = await psutilAgent(['init', '--output', path, '--broker', 'amqp://user:secret@host']);
    assert.equal(code, 3);
    assert.match(err, /would not be valid; nothing was written/);
    assert.match(err, /\/broker\/hostnames\/0: expected a host name or address alone/);
    assert.doesNotMatch(err, /secret/);
    assert.equal(existsSync(path), false);
    const nowhere = await psutilAgent(['init', '--output', join(folder, 'no', 'such', 'folder.yaml')]);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /cannot be written \(ENOENT\): check that its folder is there/);
  });
});
