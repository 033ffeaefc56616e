import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { fakeTable } from '../../test/support/fakeProcesses.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { Isolation } from '../isolation.js';
import { structure } from '../../test/support/structure.js';
import * as layouts from './layouts.js';
import { startTypeCode, startTypeText, type ServiceConfig } from './serviceConfig.js';
import { parseServices, Services, serviceFields } from './services.js';

const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

test('services are read from entries that point into their own buffer', () => {
  const base = 0x1_0000_0000n;
  const Entry = layouts.ENUM_SERVICE_STATUS_PROCESSW;
  const buffer = Buffer.concat([Buffer.alloc(Entry.size), wide('Spooler'), wide('Print Spooler')]);
  buffer.writeBigUInt64LE(base + BigInt(Entry.size), Entry.lpServiceName);
  buffer.writeBigUInt64LE(base + BigInt(Entry.size + 16), Entry.lpDisplayName);
  structure(layouts.SERVICE_STATUS_PROCESS, { dwCurrentState: 1, dwWin32ExitCode: 1066, dwServiceSpecificExitCode: 42, dwProcessId: 0 }).copy(buffer, Entry.ServiceStatusProcess);
  assert.deepEqual(parseServices(buffer, base, 1), [{ name: 'Spooler', displayName: 'Print Spooler', state: 1, exitCode: 42, pid: 0 }]);
});

const config = (startType: number, code: number): ServiceConfig =>
  ({ startType, startTypeCode: code, binaryPath: 'x.exe', account: 'LocalSystem', displayName: 'X', description: '' });

test('failed: automatic, not trigger-started, stopped, and not cleanly', () => {
  const status = { name: 'x', displayName: 'X', state: 1, exitCode: 1077, pid: 0 };
  const failed = (changes: object, startType = 2, code = startType): unknown =>
    (serviceFields({ ...status, ...changes }, config(startType, code), fakeTable([])) as { failed: boolean }).failed;
  assert.equal(failed({}), true);
  assert.equal(failed({}, 2, 12), true);
  assert.equal(failed({}, 2, 22), false);
  assert.equal(failed({ exitCode: 0 }), false);
  assert.equal(failed({ state: 4 }), false);
  assert.equal(failed({ state: 2 }), false);
  assert.equal(failed({}, 3), false);
});

test('a running service tells its process and since when it runs; one whose set-up is refused tells the rest', () => {
  const status = { name: 'x', displayName: 'X', state: 4, exitCode: 0, pid: 7 };
  const table = fakeTable([{ pid: 7, name: 'x.exe', reads: { create_time: 1234.5 } }]);
  assert.deepEqual(serviceFields(status, config(2, 12), table), {
    name: 'x', display_name: 'X', status: 'running', status_code: 4, running: true, exit_code: 0, pid: 7, started: 1234.5, binpath: 'x.exe',
    username: 'LocalSystem', description: '', start_type: 'automatic', start_type_code: 12, failed: false,
  });
  const idle = fakeTable([{ pid: 0, name: 'System Idle Process', reads: { create_time: 1 } }]);
  const stopped = serviceFields({ ...status, state: 99, pid: 0 }, undefined, idle) as Record<string, unknown>;
  assert.deepEqual([stopped['pid'], stopped['started'], stopped['status'], stopped['running']], [null, null, 'unknown', false]);
  const ended = serviceFields({ ...status, pid: 8 }, undefined, table) as { pid: number; started: null };
  assert.deepEqual([ended.pid, ended.started], [8, null], 'its process may have ended meanwhile');
  assert.deepEqual(Object.keys(serviceFields({ ...status, pid: 0 }, undefined, table) as object), [
    'name', 'display_name', 'status', 'status_code', 'running', 'exit_code', 'pid', 'started',
  ]);
});

test('start types: delayed and trigger-started ones apart', () => {
  assert.deepEqual([startTypeCode(2, false, false), startTypeCode(2, true, false), startTypeCode(2, true, true), startTypeCode(3, false, true), startTypeCode(4, false, false)], [2, 12, 22, 23, 4]);
  assert.deepEqual([2, 3, 4, 1].map(startTypeText), ['automatic', 'manual', 'disabled', 'unknown']);
});

/** What one service is to the manager; an absent level is one that this Windows does not know, as Wine's; `refuses`: the code with which it refuses both. */
interface Told {
  readonly startType: number;
  readonly delayed?: boolean;
  readonly triggers?: number;
  readonly open?: number;
  readonly refuses?: number;
}

/** The services of a manager that knows these; handles that were not closed are counted. `faulty`: a function that fails by a fault of ours. */
function managed(told: Readonly<Record<string, Told>>, refusal = 0, faulty = ''): { services: Services; open: () => number } {
  let open = 0;
  const names = Object.keys(told);
  const of = (handle: number): Told => told[names[handle - 100] ?? '']!;
  const fail = (code: number): number => { windows.lastError = code; return 0; };
  const opened = (handle: number): number => { open += 1; return handle; };
  const windows = new FakeWindows({
    addressOf: () => 0n, FormatMessageW: () => 0,
    OpenSCManagerW: () => (refusal === 0 ? opened(1) : fail(refusal)),
    CloseServiceHandle: () => { open -= 1; return 1; },
    OpenServiceW: (_: number, name: string) => {
      const at = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
      const code = at < 0 ? (name === '' ? 123 : 1060) : (told[names[at]!]!.open ?? 0);
      return code === 0 ? opened(100 + at) : fail(code);
    },
    QueryServiceStatusEx: (_: number, __: number, status: Buffer) => { structure(layouts.SERVICE_STATUS_PROCESS, { dwCurrentState: 1, dwWin32ExitCode: 1077 }).copy(status); return 1; },
    EnumServicesStatusExW: (...args: [number, number, number, number, Buffer, number, Buffer, Buffer, Buffer, null]) => {
      const Entry = layouts.ENUM_SERVICE_STATUS_PROCESSW;
      names.forEach((name, at) => {
        const text = 4096 + at * 64;
        structure(Entry, { lpServiceName: BigInt(text), lpDisplayName: BigInt(text) }).copy(args[4], at * Entry.size);
        structure(layouts.SERVICE_STATUS_PROCESS, { dwCurrentState: 1, dwWin32ExitCode: 1077 }).copy(args[4], at * Entry.size + Entry.ServiceStatusProcess);
        wide(name).copy(args[4], text);
      });
      args[7].writeUInt32LE(names.length);
      return 1;
    },
    QueryServiceConfigW: (service: number, config: Buffer, size: number, needed: Buffer) => {
      if (size < 4096) {
        needed.writeUInt32LE(4096);
        return fail(122);
      }
      structure(layouts.QUERY_SERVICE_CONFIGW, { dwStartType: of(service).startType, lpBinaryPathName: 2048n, lpServiceStartName: 2080n, lpDisplayName: 2110n }).copy(config);
      wide('C:\\x.exe').copy(config, 2048);
      wide('LocalSystem').copy(config, 2080);
      wide('The X').copy(config, 2110);
      return 1;
    },
    QueryServiceConfig2W: (service: number, level: number, buffer: Buffer) => {
      const { delayed, triggers, refuses = 124 } = of(service);
      const value = { 3: delayed === undefined ? undefined : Number(delayed), 8: triggers }[level];
      if (value === undefined) return fail(refuses);
      buffer.writeUInt32LE(value);
      return 1;
    },
  });
  const win32 = new Proxy(windows.win32, { get: (target, name) => { if (name === faulty) throw new TypeError('a fault of ours'); return Reflect.get(target, name) as unknown; } });
  return { services: new Services(win32, new Isolation(2), () => fakeTable([])), open: () => open };
}

test('delayed and trigger-started services, as the manager is asked for them; where it does not know of such there are none', async () => {
  const { services, open } = managed({
    plain: { startType: 2, delayed: false, triggers: 0 }, late: { startType: 2, delayed: true, triggers: 0 }, triggered: { startType: 2, delayed: false, triggers: 2 },
    both: { startType: 2, delayed: true, triggers: 1 }, wanted: { startType: 3, delayed: false, triggers: 1 }, manual: { startType: 3, triggers: 0 }, wine: { startType: 2 },
    off: { startType: 4, delayed: true, triggers: 1 }, NlaSvc: { startType: 3, triggers: 0 },
  });
  const all = (await services.all(null)) as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.entries(all).map(([name, { start_type, start_type_code, failed }]) => [name, start_type, start_type_code, failed]), [
    ['plain', 'automatic', 2, true], ['late', 'automatic', 12, true], ['triggered', 'automatic', 22, false], ['both', 'automatic', 22, false],
    ['wanted', 'manual', 23, false], ['manual', 'manual', 3, false], ['wine', 'automatic', 2, true], ['off', 'disabled', 4, false], ['NlaSvc', 'manual', 3, false],
  ]);
  const one = (await services.one('LATE')) as Record<string, unknown>;
  assert.deepEqual([one['start_type_code'], one['binpath'], one['username'], one['display_name'], one['exit_code']], [12, 'C:\\x.exe', 'LocalSystem', 'The X', 1077]);
  assert.deepEqual(Object.keys(await services.all('W*')), ['wanted', 'wine']);
  assert.deepEqual(Object.keys(await services.all('nlasvc')), ['NlaSvc']);
  assert.equal(open(), 0);
});

test('where Windows does not say whether a service is delayed or has triggers, that is not known, and nothing is made of it', async () => {
  const { services, open } = managed({
    auto: { startType: 2, refuses: 5 }, late: { startType: 2, triggers: 0, refuses: 5 }, wanted: { startType: 3, refuses: 1722 }, off: { startType: 4, refuses: 5 }, none: { startType: 2, refuses: 120 },
  });
  const all = (await services.all(null)) as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.entries(all).map(([name, { start_type, start_type_code, failed, binpath }]) => [name, start_type, start_type_code, failed, binpath]), [
    ['auto', 'automatic', undefined, undefined, 'C:\\x.exe'], ['late', 'automatic', undefined, undefined, 'C:\\x.exe'], ['wanted', 'manual', undefined, false, 'C:\\x.exe'],
    ['off', 'disabled', 4, false, 'C:\\x.exe'], ['none', 'automatic', 2, true, 'C:\\x.exe'],
  ]);
  assert.ok(!('start_type_code' in all['auto']!) && !('failed' in all['auto']!));
  assert.equal(open(), 0);
});

test('a service that is not there, or is refused, and a manager that refuses: one sentence each, and the others are told', async () => {
  const { services, open } = managed({ mine: { startType: 2, delayed: false, triggers: 0 }, locked: { startType: 2, open: 5 } });
  const told = (message: string) => (error: unknown): boolean => { assert.ok(error instanceof UnavailableError); assert.equal(error.message, message); return true; };
  await assert.rejects(services.one('nobody'), told('there is no service "nobody"'));
  await assert.rejects(services.one(''), told('there is no service ""'));
  await assert.rejects(services.one('locked'), told('OpenServiceW of "locked" failed with Win32 error 5'));
  const all = (await services.all(null)) as Record<string, Record<string, unknown>>;
  assert.deepEqual([all['mine']!['start_type_code'], all['locked']!['start_type_code'], all['locked']!['status']], [2, undefined, 'stopped']);
  assert.equal(open(), 0);
  await assert.rejects(managed({}, 1722).services.one('mine'), told('OpenSCManagerW failed with Win32 error 1722'));
});

test('the processes of services, of a list that Windows gives in several parts; a service without has none', async () => {
  const Entry = layouts.ENUM_SERVICE_STATUS_PROCESSW;
  const [parts, buffers] = [[['Dnscache', 'Spooler'], ['W32Time']], [] as Buffer[]];
  const pids: Readonly<Record<string, number>> = { Dnscache: 1200, Spooler: 0, W32Time: 900 };
  const windows = new FakeWindows({
    // Each buffer has an address of its own, which what is in it points to.
    addressOf: (buffer: Buffer) => BigInt(buffers.indexOf(buffer) + 1) * 0x100_0000n,
    OpenSCManagerW: (_: null, __: null, access: number) => { assert.equal(access, 5); return 1; },
    CloseServiceHandle: () => 1,
    EnumServicesStatusExW: (...args: [number, number, number, number, Buffer, number, Buffer, Buffer, Buffer, null]) => {
      const [manager, level, kinds, states, buffer, size, , count, resume] = args;
      assert.deepEqual([manager, level, kinds, states, size], [1, 0, 0x30, 3, buffer.length]);
      const base = BigInt(buffers.push(buffer)) * 0x100_0000n;
      const part = resume.readUInt32LE();
      const names = parts[part]!;
      for (const [at, name] of names.entries()) {
        const place = 8192 + at * 64;
        structure(Entry, { lpServiceName: base + BigInt(place), lpDisplayName: base - 8n }).copy(buffer, at * Entry.size);
        structure(layouts.SERVICE_STATUS_PROCESS, { dwProcessId: pids[name]! }).copy(buffer, at * Entry.size + Entry.ServiceStatusProcess);
        wide(name).copy(buffer, place);
      }
      count.writeUInt32LE(names.length);
      resume.writeUInt32LE(part + 1);
      windows.lastError = part + 1 < parts.length ? 234 : 0;
      return windows.lastError === 0 ? 1 : 0;
    },
  });
  const services = new Services(windows.win32, new Isolation(2), () => fakeTable([]));
  assert.deepEqual(await services.pids(), { Dnscache: 1200, W32Time: 900 });
  assert.equal(buffers.length, 2);
  // A display name said to lie outside is empty.
  assert.deepEqual(parseServices(buffers[1]!, 0x200_0000n, 1).map(({ name, displayName }) => [name, displayName]), [['W32Time', '']]);
});

test('a list, a status or a configuration that Windows refuses is told with its call, and every handle closed', async () => {
  const asked = (functions: ConstructorParameters<typeof FakeWindows>[0], code: number): { services: Services; open: () => number } => {
    let open = 0;
    const opened = (handle: number) => (): number => { open += 1; return handle; };
    const fail = (): number => { windows.lastError = code; return 0; };
    const windows: FakeWindows = new FakeWindows({
      addressOf: () => 0n, FormatMessageW: () => 0, OpenSCManagerW: opened(1), OpenServiceW: opened(2), CloseServiceHandle: () => { open -= 1; return 1; },
      EnumServicesStatusExW: fail, QueryServiceStatusEx: fail, QueryServiceConfigW: fail, ...functions,
    });
    return { services: new Services(windows.win32, new Isolation(2), () => fakeTable([])), open: () => open };
  };
  const list = asked({}, 5);
  await assert.rejects(list.services.all(null), { message: 'EnumServicesStatusExW failed with Win32 error 5' });
  await assert.rejects(list.services.pids(), { message: 'EnumServicesStatusExW failed with Win32 error 5' });
  await assert.rejects(list.services.one('x'), { message: 'QueryServiceStatusEx of "x" failed with Win32 error 5' });
  assert.equal(list.open(), 0);
  // Windows asks for no more room than it was given, or for more although that is not what it lacks.
  for (const [code, room] of [[122, 0], [122, 1], [5, 4]] as const) {
    const config = asked({
      QueryServiceStatusEx: () => 1, GetLastError: () => code,
      QueryServiceConfigW: (_: number, buffer: Buffer, __: number, needed: Buffer) => { needed.writeUInt32LE(room * buffer.length); return 0; },
    }, code);
    await assert.rejects(config.services.one('x'), { message: `QueryServiceConfigW failed with Win32 error ${String(code)}` });
    assert.equal(config.open(), 0);
  }
  const endless = asked({ EnumServicesStatusExW: (...args: unknown[]) => { (args[7] as Buffer).writeUInt32LE(0); return 0; }, GetLastError: () => 234 }, 234);
  assert.deepEqual(await endless.services.pids(), {}, 'more that is nothing is the end');
});

test('a service tells the texts that its set-up points to; what points nowhere, or outside, is empty', async () => {
  const base = 0x500_0000n;
  const described = async (description: bigint): Promise<unknown[]> => {
    const windows: FakeWindows = new FakeWindows({
      addressOf: () => base, OpenSCManagerW: () => 1, OpenServiceW: () => 2, CloseServiceHandle: () => 1, QueryServiceStatusEx: () => 1,
      QueryServiceConfigW: (_: number, config: Buffer) => {
        structure(layouts.QUERY_SERVICE_CONFIGW, { dwStartType: 3, lpBinaryPathName: base + 256n, lpServiceStartName: 0n, lpDisplayName: base + BigInt(config.length) }).copy(config);
        wide('C:\\x.exe').copy(config, 256);
        return 1;
      },
      QueryServiceConfig2W: (_: number, level: number, buffer: Buffer) => {
        if (level === 1) {
          structure(layouts.SERVICE_DESCRIPTIONW, { lpDescription: description }).copy(buffer);
          wide('Does it').copy(buffer, 64);
        }
        return 1;
      },
    });
    const { binpath, username, display_name, description: text } = (await new Services(windows.win32, new Isolation(2), () => fakeTable([])).one('x')) as Record<string, unknown>;
    return [binpath, username, display_name, text];
  };
  assert.deepEqual([await described(base + 64n), await described(0n)], [['C:\\x.exe', '', '', 'Does it'], ['C:\\x.exe', '', '', '']]);
  const { services } = managed({ mine: { startType: 2 } });
  assert.equal(((await services.one('mine')) as Record<string, unknown>)['description'], '', 'where it has none');
});

test('services that are asked for at once are told apart', async () => {
  const { services } = managed({ auto: { startType: 2, delayed: false, triggers: 0 }, manual: { startType: 3, triggers: 0 } });
  const one = async (name: string): Promise<unknown> => ((await services.one(name)) as Record<string, unknown>)['start_type'];
  assert.deepEqual(await Promise.all([one('auto'), one('manual')]), ['automatic', 'manual']);
  assert.deepEqual((await Promise.all([services.all('a*'), services.all('m*')])).map((found) => Object.keys(found as object)), [['auto'], ['manual']]);
});

test('a fault of ours is no service that Windows refuses', async () => {
  for (const name of ['OpenServiceW', 'QueryServiceConfig2W']) {
    const { services } = managed({ mine: { startType: 2 } }, 0, name);
    await assert.rejects(services.all(null), TypeError);
  }
});
