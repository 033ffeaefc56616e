import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { kernelTree } from '../../test/support/tree.js';
import { until } from '../../test/support/wait.js';
import { ProcessEnded } from '../processTable.js';
import { libc } from './libc.js';
import { linuxProvider } from './provider.js';
import { LinuxProcessTable } from './processTable.js';
import { systemRoots } from './source.js';

/** /proc/PID/stat: what follows the name in parentheses, each member its place times 100 unless given. */
function stat(pid: number, name: string, members: Readonly<Record<number, number | string>> = {}): string {
  const rest = Array.from({ length: 50 }, (_, at) => String(members[at] ?? (at === 0 ? 'S' : at * 100)));
  return `${String(pid)} (${name}) ${rest.join(' ')}\n`;
}

const file = join(realpathSync(tmpdir()), `psutil-agent-open-${String(process.pid)}`);
const roots = kernelTree({
  'proc/stat': 'cpu 1\nbtime 1700000000\n', 'proc/uptime': '1 1', 'sys/devices/system/cpu/online': '0-1,3\n',
  'proc/10/stat': stat(10, 'we (b) x', { 1: 1, 4: 0, 16: -5, 19: 500, 36: 3 }),
  'proc/10/status': 'Name:\tx\nTgid:\t10\nUid:\t0\t1\t2\t3\nGid:\t4\t5\t6\t7\nCpus_allowed_list:\t0-3\nvoluntary_ctxt_switches:\t8\nnonvoluntary_ctxt_switches:\t9\n',
  'proc/10/cmdline': 'web\0--port\0\0' + '80\0', 'proc/10/exe': { target: '/no/such (deleted)' }, 'proc/10/cwd': { target: '/work dir' },
  'proc/10/io': 'rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 7\n',
  'proc/10/statm': '1000 200 30 4 0 50 0\n',
  'proc/10/smaps_rollup': 'Rss:  10 kB\nPss:  7 kB\nPss_Dirty:  99 kB\nPrivate_Clean:  1 kB\nPrivate_Dirty:  2 kB\nSwap:  4 kB\nSwapPss:  98 kB\n',
  'proc/10/smaps': [
    '00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/x y', 'Size:  8 kB', 'Rss:  4 kB', 'Pss:  2 kB', 'Shared_Clean:  1 kB', 'Unknown:  77 kB', 'VmFlags: rd ex',
    '00600000-00652000 rw-p 00000000 08:02 173521      /usr/bin/x y (deleted)', 'Size:  16 kB', 'Private_Dirty:  3 kB', 'Referenced:  5 kB', 'Anonymous:  6 kB', 'Swap:  7 kB', 'Private_Clean:  9 kB', 'Shared_Dirty:  11 kB',
    '00e03000-00e24000 rw-p 00000000 00:00 0', 'Rss:  12 kB', '',
  ].join('\n'),
  'proc/10/task/11/stat': stat(11, 'thread', { 11: 250, 12: 5 }), 'proc/10/task/10/stat': stat(10, 'a) b', { 11: 100, 12: 0 }),
  'proc/10/fd/0': { target: '/dev/null' }, 'proc/10/fd/3': { target: file }, 'proc/10/fd/12': { target: file }, 'proc/10/fd/4': { target: 'socket:[55]' }, 'proc/10/fd/5': { target: file }, 'proc/10/fd/6': { target: '/no/such/file' },
  'proc/10/fdinfo/3': 'pos:\t42\nflags:\t0100001\n', 'proc/10/fdinfo/12': 'pos:\t7\nflags:\t02102002\n', 'proc/10/fdinfo/0': 'pos:\t0\nflags:\t02\n',
  'proc/10/net/tcp': 'head\n 0: 0100007F:1F90 00000000:0000 0A 0 0 0 0 0 55 1\n 1: 0100007F:1F91 00000000:0000 0A 0 0 0 0 0 56 1\n', 'proc/10/net/udp': 'head\n',
  'proc/20/stat': stat(20, 'fifteen_letters', { 0: 'Z', 1: 10, 19: 501 }), 'proc/20/cmdline': '/opt/fifteen_letters_and_more\0x\0',
  'proc/21/stat': stat(21, 'fifteen_letterz', { 0: '?', 1: 10, 19: 499 }), 'proc/21/cmdline': 'another', 'proc/21/status': 'Tgid:\t21\nUid:\t4242424\t1\t1\t1\n', 'proc/21/fd/0': { target: '/x' },
  'proc/22/stat': stat(22, 'fifteen_lettera', { 1: 10, 19: 500 }), 'proc/23/cmdline': 'no stat', 'proc/x1/stat': stat(1, 'x'), 'proc/24/stat': stat(24, 'titled'), 'proc/24/cmdline': 'nginx: worker process',
  'proc/25/stat': stat(25, 'one'), 'proc/25/cmdline': 'one word with blanks\0', 'proc/26/stat': stat(26, 'none'), 'proc/26/cmdline': '', 'proc/26/exe': { target: '/bin/xy' },
  'proc/30/stat': stat(30, 'thread'), 'proc/30/status': 'Tgid:\t10\n',
});
writeFileSync(file, '');
after(() => { rmSync(file, { force: true }); });
const table = new LinuxProcessTable(roots);
const read = (pid: number, attribute: string): Result | Promise<Result> => table.all().find((one) => one.pid === pid)!.read(attribute);

describe('LinuxProcessTable', () => {
  it('has the processes by their pids, lowest first, without those that ended, and no threads', () => {
    assert.deepEqual(table.all().map(({ pid }) => pid), [10, 20, 21, 22, 24, 25, 26, 30]);
    assert.equal(table.all(), table.all(), 'of one moment');
    const fresh = new LinuxProcessTable(roots);
    assert.deepEqual([10, 30, 21, 20, 99].map((pid) => fresh.find(pid)?.pid), [10, undefined, 21, undefined, undefined]);
    assert.equal(fresh.find(10), fresh.find(10));
  });

  it('takes over a whole name from the command line where the kernel cut it', () => {
    assert.deepEqual(table.all().map(({ name }) => name), ['we (b) x', 'fifteen_letters_and_more', 'fifteen_letterz', 'fifteen_lettera', 'titled', 'one', 'none', 'thread']);
  });

  it('has as children those that are not older', async () => {
    assert.deepEqual(await read(10, 'children'), [20, 22]);
    assert.deepEqual(await read(20, 'children'), []);
    const provider = linuxProvider(roots);
    assert.equal((await provider.processes()).find(10)?.name, 'we (b) x');
  });
});

describe('a process', () => {
  const expected: Readonly<Record<string, Result>> = {
    pid: 10, ppid: 1, name: 'we (b) x', status: 'sleeping', create_time: 1_700_000_005, nice: -5, num_threads: 1700, cpu_num: 3, terminal: null,
    cpu_times: { user: 11, system: 12, children_user: 13, children_system: 14, iowait: 39 }, page_faults: { minor: 700, major: 900 }, is_running: true,
    exe: '/no/such', cwd: '/work dir', cmdline: ['web', '--port', '', '80'], uids: { real: 0, effective: 1, saved: 2 }, gids: { real: 4, effective: 5, saved: 6 }, username: 'root',
    num_ctx_switches: { voluntary: 8, involuntary: 9 }, cpu_affinity: [0, 1, 3], num_fds: 6,
    io_counters: { read_count: 3, write_count: 4, read_bytes: 5, write_bytes: 6, read_chars: 1, write_chars: 2 },
    threads: [{ id: 10, user_time: 1, system_time: 0 }, { id: 11, user_time: 2.5, system_time: 0.05 }],
    memory_footprint: { uss: 3 * 1024, pss: 7 * 1024, swap: 4 * 1024 },
    open_files: [{ path: file, fd: 3, position: 42, mode: 'w', flags: 0o100001 }, { path: file, fd: 12, position: 7, mode: 'a+', flags: 0o2102002 }],
    net_connections: [{ fd: 4, family: 2, type: 1, laddr: { ip: '127.0.0.1', port: 8080 }, raddr: null, status: 'LISTEN' }],
  };
  for (const [attribute, value] of Object.entries(expected)) {
    it(`${attribute} is what /proc tells`, async () => { assert.deepEqual(await read(10, attribute), value); });
  }

  it('memory is in pages of this machine; maps are grouped by path', async () => {
    const info = (await read(10, 'memory_info')) as Record<string, number>;
    const page = info['vms']! / 1000;
    assert.ok([4096, 16_384, 65_536].includes(page));
    assert.deepEqual(info, { rss: 200 * page, vms: 1000 * page, shared: 30 * page, text: 4 * page, data: 50 * page });
    const none = { rss: 0, size: 0, pss: 0, shared_clean: 0, shared_dirty: 0, private_clean: 0, private_dirty: 0, referenced: 0, anonymous: 0, swap: 0 };
    const kib = (fields: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value * 1024]));
    assert.deepEqual(await read(10, 'memory_maps'), [
      { path: '/usr/bin/x y', ...none, ...kib({ rss: 4, size: 24, pss: 2, shared_clean: 1, shared_dirty: 11, private_clean: 9, private_dirty: 3, referenced: 5, anonymous: 6, swap: 7 }) },
      { path: '[anon]', ...none, ...kib({ rss: 12 }) },
    ]);
  });

  it('has words for states, none for what is no state, and the number of a user without a name', async () => {
    assert.deepEqual([await read(20, 'status'), await read(21, 'status'), await read(21, 'username')], ['zombie', '?', '4242424']);
  });

  it('exe is the path without the kernel\'s mark, but of a file that is there by such a name; a path that is refused is told', () => {
    const marked = `${file} (deleted)`;
    writeFileSync(marked, '');
    try {
      const places = kernelTree({
        'proc/1/stat': stat(1, 'x'), 'proc/1/exe': { target: marked }, 'proc/2/stat': stat(2, 'x'), 'proc/2/exe': { target: file },
        'proc/3/stat': stat(3, 'x'), 'proc/3/exe': { target: '/no/such' }, 'proc/4/stat': stat(4, 'x'), 'proc/4/exe': 'no link',
      });
      const [one, two, three, four] = new LinuxProcessTable(places).all();
      assert.deepEqual([one, two, three].map((each) => each!.read('exe')), [marked, file, '/no/such']);
      assert.throws(() => four!.read('exe'), /exe of a process cannot be read \(EINVAL\)/);
    } finally {
      rmSync(marked);
    }
  });

  it('a file of it is read once, and what was made of it kept', () => {
    const places = kernelTree({ 'proc/1/stat': stat(1, 'x'), 'proc/1/status': 'Uid:\t1\t2\t3\n', 'proc/1/cmdline': 'a b\0c\0' });
    const one = new LinuxProcessTable(places).all()[0]!;
    const [uids, words] = [one.read('uids'), one.read('cmdline')];
    writeFileSync(join(places.proc, '1/status'), 'Uid:\t9\t9\t9\nGid:\t9\t9\t9\n');
    assert.ok(one.read('uids') === uids && one.read('cmdline') === words);
    assert.deepEqual(one.read('gids'), {}, 'of the moment at which it was read: what it did not tell then is not root\'s');
    assert.deepEqual(one.read('num_ctx_switches'), {});
    assert.deepEqual(words, ['a b', 'c'], 'a word of several keeps its blanks');
  });

  it('splits a title that was written over the command line at its blanks', async () => {
    assert.deepEqual(await read(24, 'cmdline'), ['nginx:', 'worker', 'process']);
    assert.deepEqual(await read(25, 'cmdline'), ['one', 'word', 'with', 'blanks']);
    assert.deepEqual(await read(26, 'cmdline'), []);
    assert.equal(await read(24, 'exe'), '', 'the kernel\'s own have no program');
  });

  it('terminal is the device that it is at, by its name; one that was closed meanwhile is no obstacle', { skip: process.platform === 'win32' }, () => {
    const devices = ['/dev/null', '/dev/zero', '/dev/full'].map((device) => statSync(device).rdev);
    const places = kernelTree({
      ...Object.fromEntries([...devices, 1].map((device, at) => [`proc/${String(at + 1)}/stat`, stat(at + 1, 'x', { 4: device })])),
      'dev/tty7': { target: '/dev/null' }, 'dev/pts/0': { target: '/no/such' }, 'dev/pts/1': { target: '/dev/zero' }, 'dev/nott': { target: '/dev/full' },
    });
    const found = new LinuxProcessTable(places).all().map((one) => one.read('terminal'));
    assert.deepEqual(found, [join(places.dev, 'tty7'), join(places.dev, 'pts/1'), null, null]);
  });

  it('says what cannot be read, and that it has ended where it has', async () => {
    assert.throws(() => read(10, 'environ'), new UnavailableError('Linux does not tell environ of a process'));
    assert.throws(() => read(10, 'constructor'), UnavailableError);
    assert.throws(() => read(20, 'io_counters'), (error) => error instanceof UnavailableError && !(error instanceof ProcessEnded) && /proc\/20\/io of a process cannot be read \(ENOENT\)/.test(error.message));
    const nobody = kernelTree({ 'proc/1/stat': stat(1, 'x'), 'proc/1/status': 'Tgid:\t1\n' });
    assert.throws(() => new LinuxProcessTable(nobody).all()[0]!.read('username'), new UnavailableError('this kernel does not tell Uid'));
    assert.throws(() => read(21, 'cpu_affinity'), new UnavailableError('this kernel does not tell Cpus_allowed_list'));
    const gone = kernelTree({ 'proc/10/stat': stat(10, 'x'), 'proc/10/status': '' });
    const one = new LinuxProcessTable(gone).all()[0]!;
    rmSync(join(gone.proc, '10'), { recursive: true });
    assert.throws(() => one.read('num_fds'), (error) => error instanceof ProcessEnded && error.message === 'the process 10 has ended');
    assert.deepEqual(one.read('num_threads'), 1700, 'what was read with it stays');
    await assert.rejects(Promise.resolve().then(() => one.read('open_files')), ProcessEnded);
  });

  it('ionice is the class and the priority that a process was given, or that it was given none', { skip: process.platform !== 'linux' }, async () => {
    for (const [words, given] of [[['-c', '2', '-n', '6'], { ioclass: 2, value: 6 }], [['-c', '0'], { ioclass: 0, value: 0 }]] as const) {
      const child = spawn('ionice', [...words, 'sleep', '1000'], { stdio: 'ignore' });
      const { pid = 0 } = child;
      try {
        await until('ionice has become sleep', () => new LinuxProcessTable(systemRoots).find(pid)?.name === 'sleep');
        assert.deepEqual(await new LinuxProcessTable(systemRoots).find(pid)!.read('ionice'), given);
      } finally {
        child.kill();
      }
      await once(child, 'exit');
      const { ioPriorityOf } = await libc();
      assert.throws(() => ioPriorityOf(pid), { message: `no such process (ESRCH): ioprio_get(${String(pid)})` });
    }
  });

  it('reads a text that is longer than its buffer', async () => {
    const long = kernelTree({ 'proc/10/stat': stat(10, 'x'), 'proc/10/cmdline': `${'a'.repeat(200_000)}\0b\0` });
    assert.deepEqual((await new LinuxProcessTable(long).all()[0]!.read('cmdline')), ['a'.repeat(200_000), 'b']);
  });
});
