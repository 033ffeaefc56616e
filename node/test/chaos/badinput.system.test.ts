import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { command, psutilAgent, psutilAgentHere, type Ended } from '../support/command.js';
import { until } from '../support/wait.js';

// What a person can get wrong about where samples wait and how the broker is reached, by the real command.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-bad-'));
const silent = createServer((socket) => socket.destroy());
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
const { port } = silent.address() as { port: number };
let folders = 0;

after(() => {
  silent.close();
  rmSync(home, { recursive: true, force: true });
});

function configure(spool: object, broker: object = {}): string {
  const data = join(home, String(++folders));
  const config = `${data}.json`;
  writeFileSync(config, JSON.stringify({
    node: { deployment_id: 'dep', node_name: 'web', node_id: 'web_1' },
    status: { path: data }, log: { path: data }, spool: { path: join(data, 'spool'), ...spool },
    broker: { hostnames: ['127.0.0.1'], port, ...broker }, psutil_config: [{ method: 'boot_time', interval: 1 }],
  }));
  return config;
}

/** One clear sentence and this exit code. */
function refused(ended: Ended, code: number, pattern: RegExp): void {
  assert.equal(ended.code, code, ended.out + ended.err);
  assert.match(ended.err, pattern);
  assert.doesNotMatch(ended.out + ended.err, /\n\s+at |node:internal|Error:|LEVEL_/);
}

describe('a spool that cannot be used: samples of one round that reach no broker are not kept, exit 6', () => {
  const file = join(home, 'file');
  before(() => { writeFileSync(file, 'text'); });

  const places: [string, () => string, RegExp][] = [
    ['a path that is a file', () => file, /file cannot be written: there is a file of that name: set spool\.path to a directory/],
    ['a path below a file', () => join(file, 'spool'), /cannot be written: a part of the path is a file: set spool\.path to a directory/],
    ['a directory that cannot be made', () => '/proc/no-drive/spool', /\/proc\/no-drive\/spool cannot be written: the drive or a directory above it is missing/],
  ];
  for (const [name, path, pattern] of places) {
    it(name, async () => {
      const ended = await psutilAgent(['run', '--config', configure({ path: path() }), '--once']);
      refused(ended, 6, pattern);
      assert.match(ended.err, /1 samples? (?:is|are) lost/);
      assert.doesNotMatch(ended.err, /kept/);
    });
  }

  it('a directory without permission', async () => {
    const shut = join(home, 'shut');
    mkdirSync(shut);
    chmodSync(shut, 0o555);
    const ended = await psutilAgent(['run', '--config', configure({ path: join(shut, 'spool') }), '--once'], { bound: true });
    refused(ended, 6, /shut\/spool cannot be written: this account has no permission to write there: grant it, or set spool\.path/);
  });

  it('a collector that runs on says so once and samples from memory', async () => {
    const config = configure({ path: file });
    const ended = await psutilAgent(['run', '--config', config, '--duration', '2.5']);
    assert.equal(ended.code, 0, ended.err);
    const data = config.replace('.json', '');
    const log = readFileSync(join(data, 'psutil.log'), 'utf8');
    assert.equal(log.match(/Samples are kept in memory until it can/g)?.length, 1);
    const status = JSON.parse(readFileSync(join(data, 'status.json'), 'utf8')) as { taken: number; spool_kept: string; dropped_by: { closed: number } };
    assert.ok(status.taken >= 2);
    assert.deepEqual([status.spool_kept, status.dropped_by.closed], ['memory', status.taken]);
    assert.match(ended.err, /samples are lost/);
  });
});

describe('bounds of the spool: exit 3', () => {
  const cases: [string, object, RegExp][] = [
    ['max_bytes too small for one sample', { max_bytes: 100 }, /\/spool\/max_bytes: expected a number of at least 65536, found 100/],
    ['max_bytes 0', { max_bytes: 0 }, /\/spool\/max_bytes: .*found 0/],
    ['a negative max_bytes', { max_bytes: -1 }, /\/spool\/max_bytes: .*found -1/],
    ['a negative age', { max_age: -5 }, /\/spool\/max_age: expected a number of at least 1, found -5/],
    ['age 0', { max_age: 0 }, /\/spool\/max_age: .*found 0/],
    ['an endless age', { max_age: 'for ever' }, /\/spool\/max_age: expected a number, found "for ever"/],
  ];
  for (const [at, [name, spool, pattern]] of cases.entries()) {
    it(name, async () => {
      const config = configure(spool);
      refused(await psutilAgentHere(['validate', '--config', config]), 3, pattern);
      // The first by the command itself, which does the same with each.
      refused(await (at === 0 ? psutilAgent : psutilAgentHere)(['run', '--config', config, '--once']), 3, pattern);
    });
  }
});

describe('a CA file that is no certificate: exit 4, named', () => {
  const text = join(home, 'ca.pem');
  before(() => { writeFileSync(text, 'this is no certificate\n'); });

  const files: [string, string, RegExp][] = [
    ['text', text, /broker\.tls\.ca_cert: .*ca\.pem must hold a certificate in PEM and holds none/],
    ['a missing file', join(home, 'no.pem'), /broker\.tls\.ca_cert: .*no\.pem cannot be read/],
    ['a directory', home, /broker\.tls\.ca_cert: .*cannot be read/],
  ];
  for (const [at, [name, ca_cert, pattern]] of files.entries()) {
    it(name, async () => {
      const config = configure({}, { tls: { enabled: true, ca_cert } });
      refused(await (at === 0 ? psutilAgent : psutilAgentHere)(['check-broker', '--config', config]), 4, pattern);
      refused(await psutilAgent(['run', '--config', config, '--once']), 4, pattern);
    });
  }
});

describe('two collectors on one spool', () => {
  it('the second ends with 6 and says who is in the way; the first goes on', async () => {
    const config = configure({});
    const first = spawn(process.execPath, [command, 'run', '--config', config], { stdio: 'ignore' });
    const ended = new Promise((resolve) => first.once('exit', resolve));
    try {
      const status = join(config.replace('.json', ''), 'status.json');
      await until('the first samples', () => stateIs(status, 'sampling'));
      for (const more of [['--once'], ['--duration', '5']]) {
        refused(await psutilAgent(['run', '--config', config, ...more]), 6, /The spool at .* is in use: another collector holds the spool\. Stop that one, or give this one a spool\.path of its own/);
      }
      assert.ok(stateIs(status, 'sampling'));
    } finally {
      first.kill('SIGTERM');
    }
    assert.equal(await ended, 0);
  });
});

function stateIs(status: string, state: string): boolean {
  try {
    return (JSON.parse(readFileSync(status, 'utf8')) as { state: string }).state === state;
  } catch {
    return false;
  }
}
