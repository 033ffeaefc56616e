import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskIoCounters, parseDeviceFileSystems, parseDiskStats, parseMounts, usageOf } from './disk.js';
import { systemRoots } from './source.js';

const diskstats = `   8       0 sda 100 11 2000 30 40 5 600 70 0 80 90
   8       1 sda1 90 10 1900 29 39 4 590 69 0 79 89 1 2 3 4
 104       0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
   3       1 hda1 8 8 8 8
`;

test('disk counters are counts, bytes of 512 a sector, and ms', () => {
  const devices = parseDiskStats(diskstats);
  assert.deepEqual([...devices.keys()], ['sda', 'sda1', 'cciss/c0d0']);
  assert.deepEqual(devices.get('sda'), {
    read_count: 100, write_count: 40, read_bytes: 2000 * 512, write_bytes: 600 * 512, read_time: 30, write_time: 70,
    read_merged_count: 11, write_merged_count: 5, busy_time: 80,
  });
});

test('without perdisk only whole disks are told, not the partitions that they contain', () => {
  const root = mkdtempSync(join(tmpdir(), 'psutil-agent-disk-'));
  try {
    const roots = { ...systemRoots, proc: join(root, 'proc'), sys: join(root, 'sys') };
    mkdirSync(roots.proc);
    writeFileSync(join(roots.proc, 'diskstats'), diskstats);
    assert.equal(Object.keys(diskIoCounters(roots, true)).length, 3);
    assert.throws(() => diskIoCounters(roots, false), /ask perdisk/);
    for (const name of ['sda', 'cciss!c0d0']) mkdirSync(join(roots.sys, 'block', name), { recursive: true });
    assert.deepEqual(Object.keys(diskIoCounters(roots, false)), ['sda', 'cciss/c0d0']);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('mounts have their escapes undone; the device "none" is no device', () => {
  assert.deepEqual(parseMounts('/dev/sdb1 /media/my\\040disk\\134x ext4 rw,relatime 0 0\nnone /sys/x bpf rw 0 0\n'), [
    { device: '/dev/sdb1', mountpoint: '/media/my disk\\x', fstype: 'ext4', opts: 'rw,relatime' },
    { device: '', mountpoint: '/sys/x', fstype: 'bpf', opts: 'rw' },
  ]);
});

test('file systems on devices, and zfs', () => {
  assert.deepEqual([...parseDeviceFileSystems('nodev\tproc\n\text4\nnodev\tzfs\n\tfuseblk\n')], ['ext4', 'zfs', 'fuseblk']);
});

test('usage counts the reserved blocks as neither used nor free', () => {
  assert.deepEqual(usageOf({ blockSize: 1024, blocks: 100, free: 40, available: 30 }), { total: 102_400, used: 61_440, free: 30_720 });
});
