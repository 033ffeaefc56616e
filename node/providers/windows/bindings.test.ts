import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { bindWin32, MissingFunction } from './bindings.js';

/** A koffi of DLLs that lack some functions; the declarations that were asked for. */
function koffi({ wine = false, lacking = [] as readonly string[] } = {}) {
  const [loaded, declared]: [string[], string[]] = [[], []];
  const func = (dll: string) => (declaration: string) => {
    declared.push(declaration);
    const name = /(\w+)\(/.exec(declaration)?.[1] ?? '';
    if (name === 'wine_get_version' ? !wine || dll !== 'ntdll.dll' : lacking.includes(name)) throw new Error(`${name} is not there`);
    return (...args: unknown[]) => {
      if (name === 'RtlMoveMemory') (args[0] as Buffer).fill(Number(args[1]));
      return `${dll} ${name}`;
    };
  };
  const load = (dll: string) => { loaded.push(dll); return { func: func(dll) }; };
  return { win32: bindWin32({ load, address: (buffer: Buffer) => BigInt(buffer.length) } as unknown as Parameters<typeof bindWin32>[0]), loaded, declared };
}

test('a function is looked for in its DLL when it is first used, and kept', () => {
  const { win32, loaded, declared } = koffi();
  assert.deepEqual([loaded, declared], [[], []]);
  const { GetTickCount64: first, GetLastError: second } = win32;
  assert.deepEqual([first(), second(), win32.GetLastError === second], ['kernel32.dll GetTickCount64', 'kernel32.dll GetLastError', true]);
  assert.deepEqual([loaded, declared], [['kernel32.dll'], ['uint64_t __stdcall GetTickCount64()', 'uint32_t __stdcall GetLastError()']]);
});

test('a function that this Windows lacks says so, and takes no other with it', () => {
  const { win32 } = koffi({ lacking: ['GetTcpStatisticsEx2'] });
  assert.throws(() => win32.GetTcpStatisticsEx2, (error) => error instanceof MissingFunction && error instanceof UnavailableError
    && error.message === 'This Windows has no GetTcpStatisticsEx2 in iphlpapi.dll' && (error.cause as Error).message === 'GetTcpStatisticsEx2 is not there');
  assert.equal(typeof win32.GetTcpStatisticsEx, 'function');
});

test('what ends a program in Wine is not called there', () => {
  assert.equal(typeof koffi().win32.PdhEnumObjectsW, 'function');
  const { win32 } = koffi({ wine: true });
  assert.throws(() => win32.PdhEnumObjectsW, (error) => error instanceof MissingFunction && (error.cause as Error).message === 'Wine has only its name');
  assert.equal(typeof win32.PdhOpenQueryW, 'function');
});

test('memory has an address, and what Windows owns is copied', () => {
  const { win32 } = koffi();
  assert.equal(win32.addressOf(Buffer.alloc(24)), 24n);
  assert.deepEqual(win32.bytesAt(7n, 3), Buffer.from([7, 7, 7]));
});
