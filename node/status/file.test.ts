import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PlatformError } from '../errors.js';
import { readStatus, StopRequest, writeStatus } from './file.js';
import type { StatusReport } from './report.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-status-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const report = (taken: number): StatusReport => ({ pid: 1, taken, state: 'sampling' }) as StatusReport;

describe('status.json', () => {
  it('is replaced whole, in a directory that is made, and leaves no draft', () => {
    const directory = join(home, 'a', 'b');
    for (let n = 0; n < 3; n++) writeStatus(directory, report(n));
    assert.equal(readStatus(directory).taken, 2);
    assert.deepEqual(readdirSync(directory), ['status.json']);
  });

  it('that is not there or is no JSON is told in one sentence', () => {
    assert.throws(() => readStatus(join(home, 'none')), (error) => error instanceof PlatformError && error.code === 'PSA_STATUS_NOT_FOUND' && /found none/.test(error.message));
    mkdirSync(join(home, 'broken'));
    writeFileSync(join(home, 'broken', 'status.json'), '{');
    assert.throws(() => readStatus(join(home, 'broken')), /not JSON/);
  });
});

describe('StopRequest', () => {
  it('is a file, and only a file', () => {
    const directory = join(home, 'stop-test');
    mkdirSync(join(directory, 'stop'), { recursive: true });
    const request = new StopRequest(directory);
    assert.equal(request.pending, false);
    rmSync(join(directory, 'stop'), { recursive: true });
    writeFileSync(join(directory, 'stop'), '');
    assert.equal(request.pending, true);
    request.clear();
    assert.equal(request.pending, false);
    request.clear();
  });
});
