import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { structure } from '../../test/support/structure.js';
import { memory, opening, tableOf, text } from '../../test/support/windowsProcesses.js';
import * as layouts from './layouts.js';
import { splitCommandLine } from './processQuery.js';

test('command lines are split as Windows does', () => {
  for (const [line, words] of [
    ['a b c', ['a', 'b', 'c']], ['"C:\\Program Files\\x.exe" /y', ['C:\\Program Files\\x.exe', '/y']], ['a   b\t c ', ['a', 'b', 'c']],
    ['x "a b" c', ['x', 'a b', 'c']], ['x a\\\\b d"e f"g h', ['x', 'a\\\\b', 'de fg', 'h']], ['x a\\\\\\"b c', ['x', 'a\\"b', 'c']],
    ['x a\\\\\\\\"b c" d', ['x', 'a\\\\b c', 'd']], ['x ""', ['x', '']], ['"C:\\a b', ['C:\\a b']], ['x a"b\\c d" e', ['x', 'ab\\c d', 'e']], ['x "a""b"', ['x', 'a"b']], ['', ['']], ['x \\"quoted\\"', ['x', '"quoted"']],
  ] as const) assert.deepEqual(splitCommandLine(line), words, line);
});

test('the current directory, and where Windows does not tell it the command line, stand in the memory of the process', () => {
  const Parameters = layouts.RTL_USER_PROCESS_PARAMETERS;
  const read = (directory: string, more: Parameters<typeof opening>[0] = {}, commandLine = '"C:\\a b\\x.exe" /y') => {
    const [block, parameters] = [Buffer.alloc(64), Buffer.alloc(256)];
    block.writeBigUInt64LE(0x2000n, layouts.PEB.ProcessParameters);
    const [folder, line] = [Buffer.from(directory, 'utf16le'), Buffer.from(commandLine, 'utf16le')];
    text(parameters, Parameters.CurrentDirectory, folder.length, 0x3000n);
    text(parameters, Parameters.CommandLine, line.length, line.length === 0 ? 0n : 0x4000n);
    return opening({
      NtQueryInformationProcess: (_: number, what: number, information: Buffer) => {
        if (what !== 0) return 0xc000_0003;
        structure(layouts.PROCESS_BASIC_INFORMATION, { PebBaseAddress: 0x1000n }).copy(information);
        return 0;
      },
      ReadProcessMemory: memory(new Map([[0x1000n, block], [0x2000n, parameters], [0x3000n, folder], [0x4000n, line]])),
      ...more,
    });
  };
  const { one, opened } = read('C:\\Program Files\\MSSQL\\');
  assert.equal(one.read('cwd'), 'C:\\Program Files\\MSSQL');
  assert.deepEqual(opened, ['1010', 'close 5']);
  assert.equal(read('D:\\').one.read('cwd'), 'D:\\');
  assert.deepEqual(one.read('cmdline'), ['C:\\a b\\x.exe', '/y']);
  assert.deepEqual(read('C:\\', {}, '').one.read('cmdline'), [''], 'an empty one is nowhere');
  const refused = read('C:\\', { NtQueryInformationProcess: () => 0xc000_0005 });
  assert.throws(() => refused.one.read('cwd'), { message: 'NtQueryInformationProcess(ProcessBasicInformation) of the process 712 failed with Win32 error 5' });
  const closed = read('', { ReadProcessMemory: () => 0, GetLastError: () => 299 });
  assert.throws(() => closed.one.read('cwd'), (error) => error instanceof UnavailableError && error.message === 'ReadProcessMemory of the process 712 failed with Win32 error 299');
  assert.deepEqual(closed.opened, ['1010', 'close 5']);
});

test('the command line that Windows tells is taken from behind its head, in the buffer', () => {
  const line = Buffer.from('x.exe "a b"', 'utf16le');
  /** `place`: of the text, from the end of the buffer where it is below 0. */
  const told = (place: number, pointer = (length: number) => (place < 0 ? length + place : place)) => opening({
    addressOf: () => 0x9000n,
    NtQueryInformationProcess: (_: number, what: number, information: Buffer) => {
      if (what !== 60) return 0xc000_0022;
      text(information, 0, line.length, 0x9000n + BigInt(pointer(information.length)));
      line.copy(information, place < 0 ? information.length + place : place);
      return 0;
    },
    ReadProcessMemory: () => 0,
  });
  const behind = layouts.UNICODE_STRING.size;
  for (const place of [behind, -line.length]) assert.deepEqual(told(place).one.read('cmdline'), ['x.exe', 'a b']);
  // A pointer out of the buffer is none, nor is one to a text that ends outside.
  for (const pointer of [() => -16, () => 0x2_0000, (length: number) => length - line.length + 2]) assert.throws(() => told(behind, pointer).one.read('cmdline'), UnavailableError);
});

test('the program, however long its path: by pid alone, or where Windows does not tell it so by a handle', () => {
  const Image = layouts.SYSTEM_PROCESS_ID_INFORMATION;
  const folder = `sql\\${'x'.repeat(32_000)}`;
  const program = (status: number, path: string) => {
    const buffers: Buffer[] = [];
    return opening({
      addressOf: (buffer: Buffer) => BigInt(buffers.push(buffer) - 1),
      NtQuerySystemInformation: (what: number, information: Buffer) => {
        assert.deepEqual([what, information.readBigUInt64LE(Image.ProcessId)], [88, 712n]);
        const wide = Buffer.from(path, 'utf16le');
        assert.ok(wide.length <= information.readUInt16LE(Image.ImageName + 2), 'there is room for it');
        wide.copy(buffers[Number(information.readBigUInt64LE(Image.ImageName + layouts.UNICODE_STRING.Buffer))]!);
        information.writeUInt16LE(wide.length, Image.ImageName);
        return status;
      },
      QueryFullProcessImageNameW: (_: number, __: number, name: Buffer, characters: Buffer) => {
        assert.equal(2 * characters.readUInt32LE(), name.length);
        characters.writeUInt32LE(name.write('C:\\by handle.exe', 'utf16le') / 2);
        return 1;
      },
    });
  };
  const { one, opened } = program(0, `\\Device\\HarddiskVolume3\\${folder}\\sqlservr.exe`);
  assert.equal(one.read('exe'), `C:\\${folder}\\sqlservr.exe`);
  assert.deepEqual(opened, []);
  for (const [status, path] of [[0xc000_0003, 'C:\\half a pa'], [0, '']] as const) {
    const older = program(status, path);
    assert.equal(older.one.read('exe'), 'C:\\by handle.exe');
    assert.deepEqual(older.opened, ['1000', 'close 5']);
  }
});

test('a call on a process that fails is named with its process, and the handle closed', async () => {
  const failing = {
    addressOf: () => 0n, NtQuerySystemInformation: () => 0xc000_0003, QueryFullProcessImageNameW: () => 0, GetPriorityClass: () => 0, GetProcessAffinityMask: () => 0,
    OpenProcessToken: (_: number, __: number, token: Buffer) => { token.writeBigInt64LE(66n); return 1; }, GetTokenInformation: () => 0, GetLastError: () => 31,
  };
  for (const [attribute, call] of [['exe', 'QueryFullProcessImageNameW'], ['nice', 'GetPriorityClass'], ['cpu_affinity', 'GetProcessAffinityMask'], ['username', 'GetTokenInformation']] as const) {
    const { one, opened } = opening(failing);
    await assert.rejects(async () => one.read(attribute), { message: `${call} of the process 712 failed with Win32 error 31` });
    assert.deepEqual(opened, ['1000', ...(attribute === 'username' ? ['close 66'] : []), 'close 5']);
  }
  assert.throws(() => tableOf().find(712)!.read('terminal'), { message: 'Windows does not tell terminal of a process' });
});

test('cpu_affinity: the CPUs of the mask; none of several processor groups', () => {
  const of = (bits: bigint) => opening({ GetProcessAffinityMask: (_: number, mask: Buffer) => { mask.writeBigUInt64LE(bits); return 1; } }).one;
  assert.deepEqual(of(0b1011n).read('cpu_affinity'), [0, 1, 3]);
  assert.deepEqual(of(1n << 63n).read('cpu_affinity'), [63]);
  assert.throws(() => of(0n).read('cpu_affinity'), /the process 712 runs in several processor groups/);
});

test('ionice is the I/O priority, and a status that is none has Windows\' number for it', () => {
  const of = (status: number) => opening({
    NtQueryInformationProcess: (_: number, what: number, priority: Buffer) => { assert.equal(what, 33); priority.writeUInt32LE(2); return status; },
  }).one;
  assert.equal(of(0).read('ionice'), 2);
  assert.throws(() => of(0x57).read('ionice'), { message: 'NtQueryInformationProcess(ProcessIoPriority) of the process 712 failed with Win32 error 87' });
});
