import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, { chmodSync, mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncBuiltinESMExports } from 'node:module';
import { after, afterEach, describe, it, mock } from 'node:test';
import { PlatformError } from '../model/errors.js';
import { TestClock } from '../test/support/clock.js';
import { readStatus, RequestFile, StatusFile, writeStatus } from './file.js';
import type { StatusReport } from './report.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-status-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const report = (taken: number): StatusReport => ({ pid: 1, taken, state: 'sampling', entries: [] as readonly unknown[] }) as StatusReport;

describe('status.json', () => {
  it('is replaced whole, in a directory that is made, and leaves no draft', () => {
    const directory = join(home, 'a', 'b');
    for (let n = 0; n < 3; n++) writeStatus(directory, report(n));
    assert.equal(readStatus(directory).taken, 2);
    assert.deepEqual(readdirSync(directory), ['status.json']);
  });

  it('is written of as many entries as there are, each whole', () => {
    for (const count of [1, 2, 5000]) {
      const entries = Array.from({ length: count }, (_, index) => ({ index, name: `e${String(index)}`, fault: 'why'.repeat(20) })) as unknown as StatusReport['entries'];
      writeStatus(join(home, 'many'), { ...report(1), entries });
      assert.deepEqual(readStatus(join(home, 'many')), { ...report(1), entries });
    }
  });

  it('that is not there or is no JSON is told in one sentence', () => {
    assert.throws(() => readStatus(join(home, 'none')), (error) => error instanceof PlatformError && error.code === 'PSA_STATUS_NOT_FOUND' && /found none/.test(error.message));
    mkdirSync(join(home, 'broken'));
    writeFileSync(join(home, 'broken', 'status.json'), '{');
    assert.throws(() => readStatus(join(home, 'broken')), /not JSON/);
  });

  it('that is a pipe is no status, and holds up nobody', { skip: process.platform === 'win32' }, () => {
    mkdirSync(join(home, 'pipe'));
    execFileSync('mkfifo', [join(home, 'pipe', 'status.json')]);
    assert.throws(() => readStatus(join(home, 'pipe')), /found a folder, a pipe or a device; check --data/);
    writeStatus(join(home, 'pipe'), report(1));
    assert.equal(readStatus(join(home, 'pipe')).taken, 1);
  });
});

describe('a status.json that Windows does not replace, as somebody reads it', () => {
  /** Renames fail with a code, so many times. */
  function failing(code: string, times: number): void {
    const { renameSync } = fs;
    let left = times;
    mock.method(fs, 'renameSync', (from: string, to: string) => {
      if (left-- > 0) throw Object.assign(new Error(code), { code });
      renameSync(from, to);
    });
    syncBuiltinESMExports();
  }
  afterEach(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });

  it('is replaced a moment later', () => {
    for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
      failing(code, 5);
      writeStatus(join(home, code), report(1));
      assert.equal(readStatus(join(home, code)).taken, 1);
      mock.restoreAll();
    }
  });

  it('is given up where that does not help, without a draft', () => {
    for (const [code, times] of [['EBUSY', 6], ['ENOSPC', 1]] as const) {
      failing(code, times);
      const directory = join(home, `no-${code}`);
      assert.throws(() => { writeStatus(directory, report(1)); }, { code });
      assert.deepEqual(readdirSync(directory), []);
      mock.restoreAll();
    }
  });
});

describe('StatusFile', () => {
  /** A status file whose place is taken by a folder, which no rename replaces, as no rename on Windows replaces a file held open. */
  function held(name: string): { file: StatusFile; clock: TestClock; told: string[]; directory: string; release: () => void } {
    const directory = join(home, name);
    const place = join(directory, 'status.json');
    mkdirSync(place, { recursive: true });
    const clock = new TestClock();
    const told: string[] = [];
    let taken = 0;
    const file = new StatusFile(directory, clock, () => report(taken++), (reason) => told.push(reason));
    return { file, clock, told, directory, release: () => { rmSync(place, { recursive: true }); } };
  }

  it('that is held open for a moment is written soon after, as things are then', async () => {
    const { file, clock, told, directory, release } = held('moment');
    file.write();
    await clock.pass(300);
    release();
    await clock.pass(300);
    assert.equal(readStatus(directory).taken, 2);
    await clock.pass(10_000);
    assert.equal(readStatus(directory).taken, 2, 'one success ends it');
    assert.deepEqual(told, []);
  });

  it('that cannot be written is told of once, and tried again with each later write', async () => {
    const { file, clock, told, directory, release } = held('long');
    file.write();
    await clock.pass(60_000);
    file.write();
    await clock.pass(60_000);
    assert.equal(told.length, 1);
    release();
    file.write();
    assert.equal(readStatus(directory).taken, 5, 'four tries at first, then one for each call');
  });

  it('is settled once written, or given up', async () => {
    const { file, clock, directory, release } = held('settled');
    await file.settled();
    file.write();
    let settled = false;
    void file.settled().then(() => { settled = true; });
    await clock.pass(200);
    assert.equal(settled, false);
    release();
    await clock.pass(100);
    assert.equal(settled, true);
    assert.equal(readStatus(directory).taken, 1);

    const other = held('given up');
    other.file.write();
    const end = other.file.settled();
    await other.clock.pass(1000);
    await end;
    assert.equal(other.told.length, 1);
  });
});

describe('RequestFile', () => {
  it('is a file, and only a file', () => {
    const directory = join(home, 'stop-test');
    mkdirSync(join(directory, 'stop'), { recursive: true });
    const request = new RequestFile(directory, 'stop');
    assert.equal(request.pending, false);
    rmSync(join(directory, 'stop'), { recursive: true });
    writeFileSync(join(directory, 'stop'), '');
    assert.equal(request.pending, true);
    request.clear();
    assert.equal(request.pending, false);
    request.clear();
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(directory, 'stop')]);
    assert.deepEqual([request.pending, request.take()], [false, undefined]);
  });

  it('is none while it cannot be taken away: it would be honoured for ever', { skip: process.platform === 'win32' }, () => {
    const directory = join(home, 'closed');
    mkdirSync(directory);
    writeFileSync(join(directory, 'reload'), 'word');
    chmodSync(home, 0o755);
    chmodSync(directory, 0o555);
    const request = new RequestFile(directory, 'reload');
    // Root takes whatever there is.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      assert.deepEqual([request.pending, request.take()], [true, undefined]);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(directory, 0o755);
    }
    assert.deepEqual([request.take(), request.pending], ['word', false]);
  });

  it('is taken once, with what is written in it, as far as that is wanted', () => {
    const directory = join(home, 'reload-test');
    mkdirSync(directory);
    const request = new RequestFile(directory, 'reload');
    assert.equal(request.take(), undefined);
    writeFileSync(join(directory, 'reload'), `word\r\n${'x'.repeat(1000)}`);
    assert.match(request.take() ?? '', /^word\r\nx{94}$/);
    assert.equal(request.take(), undefined);
    writeFileSync(join(directory, 'reload'), '');
    assert.equal(request.take(), '');
  });
});
