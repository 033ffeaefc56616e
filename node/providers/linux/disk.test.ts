import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { kernelTree } from '../../test/support/tree.js';
import { diskIoCounters, diskPartitions, diskUsage, mountOf, parseDeviceFileSystems, parseDiskStats, parseMounts, usageOf } from './disk.js';
import { libc } from './libc.js';
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

const mounts = '/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\nnone /x ext4 rw 0 0\ntank /tank zfs rw 0 0\n/dev/sdb1 /data ext4 ro,noatime 0 0\n/dev/root /old ext4 rw 0 0\nrootfs /r rootfs rw 0 0\nshort line\nwithout options ext4\n';

test('partitions are the volumes on devices, or all mounts', () => {
  const roots = kernelTree({ 'proc/self/mounts': mounts, 'proc/filesystems': 'nodev\tproc\n\text4\nnodev\tzfs\nnodev\trootfs\n' });
  assert.deepEqual(diskPartitions(roots, false).map(({ mountpoint }) => mountpoint), ['/', '/tank', '/data', '/old']);
  assert.deepEqual(diskPartitions(roots, true).map(({ mountpoint, device }) => [mountpoint, device]), [
    ['/', '/dev/sda1'], ['/proc', 'proc'], ['/x', ''], ['/tank', 'tank'], ['/data', '/dev/sdb1'], ['/old', '/dev/root'], ['/r', 'rootfs'],
  ]);
  assert.throws(() => diskPartitions(kernelTree({}), true), UnavailableError);
  assert.throws(() => diskPartitions(kernelTree({ 'proc/self/mounts': mounts }), false), UnavailableError);
});

test('the volume of a path is the longest mount that holds it; usage is had of the system itself', async () => {
  assert.equal(mountOf(kernelTree({ 'proc/self/mounts': '/dev/a / ext4 rw 0 0\n/dev/b /data ext4 rw 0 0\n/dev/c /data/more ext4 rw 0 0\n' }), '/data/more/x'), '/data/more');
  assert.equal(mountOf(systemRoots, '/proc/self/status'), '/proc');
  assert.equal(mountOf(systemRoots, '/proc'), '/proc');
  assert.equal(mountOf(systemRoots, '/procx'), '/');
  assert.equal(mountOf(systemRoots, 'relative'), 'relative');
  const { total, used, free } = await diskUsage(systemRoots, '/');
  assert.ok((total ?? 0) > 0 && (used ?? -1) >= 0 && (free ?? -1) >= 0 && (used ?? 0) + (free ?? 0) <= (total ?? 0));
  await assert.rejects(diskUsage(systemRoots, '/no/such/path'), (error) => error instanceof UnavailableError && /ENOENT/.test(error.message));
});

test('a volume is as large by Node as by statvfs(3), whatever its kind', async () => {
  const { statvfs } = await libc();
  for (const path of ['/', '/proc', ...['/dev/shm', '/run', '/sys'].filter((name) => existsSync(name))]) {
    assert.equal((await diskUsage(systemRoots, path))['total'], usageOf(await statvfs(path))['total'], path);
  }
});

test('without a folder of disks nobody can tell them from their partitions', () => {
  const roots = kernelTree({ 'proc/diskstats': diskstats });
  assert.throws(() => diskIoCounters(roots, false), new UnavailableError(`${roots.sys}/block was expected, to tell disks from their partitions, and is missing: ask perdisk.`));
});

test('the volume that the kernel booted from has the name of its device', { skip: process.platform !== 'linux' }, () => {
  const [, numbers = ''] = /^\d+ \d+ (\S+) \S+ \/ /m.exec(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').reverse().join('\n')) ?? [];
  const booted = (uevent: string): string[] => {
    const roots = kernelTree({ 'proc/self/mounts': mounts, [`sys/dev/block/${numbers}/uevent`]: uevent });
    return diskPartitions(roots, true).filter(({ mountpoint }) => ['/old', '/r', '/data'].includes(mountpoint)).map(({ device }) => device);
  };
  assert.deepEqual(booted('MAJOR=8\nXDEVNAME=no\nDEVNAME=nvme0n1p2\nDEVTYPE=partition\n'), ['/dev/sdb1', '/dev/nvme0n1p2', '/dev/nvme0n1p2']);
  assert.deepEqual(booted('MAJOR=8\n'), ['/dev/sdb1', '/dev/root', 'rootfs']);
});
