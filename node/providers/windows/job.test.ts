import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { jobTree } from './job.js';

test('a program and all that it starts end with the tree, or with this process, and once', () => {
  const calls: string[] = [];
  const tree = jobTree(new FakeWindows({
    CreateJobObjectW: (security: null, name: null) => { assert.deepEqual([security, name], [null, null]); return 50; },
    SetInformationJobObject: (job: number, kind: number, limits: Buffer, size: number) => {
      // JOBOBJECT_EXTENDED_LIMIT_INFORMATION: 144 bytes, and its flags, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, behind two times of 8 bytes.
      assert.deepEqual([kind, size, limits.length, limits.readUInt32LE(16)], [9, 144, 144, 0x2000]);
      assert.ok(limits.every((byte, at) => byte === 0 || at === 17));
      calls.push(`limit ${String(job)}`);
      return 1;
    },
    // PROCESS_SET_QUOTA and PROCESS_TERMINATE.
    OpenProcess: (access: number, inherit: number, pid: number) => { assert.deepEqual([access, inherit], [0x101, 0]); return pid === 7 ? 60 : 0; },
    AssignProcessToJobObject: (job: number, process: number) => { calls.push(`assign ${String(process)} to ${String(job)}`); return 1; },
    TerminateJobObject: (job: number) => { calls.push(`terminate ${String(job)}`); return 1; },
    CloseHandle: (handle: number) => { calls.push(`close ${String(handle)}`); return 1; },
  }).win32);
  assert.deepEqual(tree.env, {});
  tree.add(7);
  // It has ended meanwhile.
  tree.add(8);
  assert.deepEqual(calls, ['limit 50', 'assign 60 to 50', 'close 60']);
  tree.end();
  tree.end();
  assert.deepEqual(calls.slice(3), ['terminate 50', 'close 50']);
});
