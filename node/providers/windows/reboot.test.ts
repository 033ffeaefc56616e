import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRegistry, registryTexts as wide, type RegistryValues } from '../../test/support/fakeRegistry.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { windowsProvider } from './provider.js';
import { parseFileOperations } from './reboot.js';

const control = 'SYSTEM\\CurrentControlSet\\Control';
const named: Readonly<Record<string, RegistryValues>> = {
  [`${control}\\ComputerName\\ActiveComputerName`]: { ComputerName: wide('HOST') },
  [`${control}\\ComputerName\\ComputerName`]: { ComputerName: wide('host') },
  [`${control}\\Session Manager`]: {},
};

/** A Windows with a registry of these keys; opening `refused` gives error 5. */
function registry(keys: Readonly<Record<string, RegistryValues>>, refused = '') {
  const { functions, left } = fakeRegistry(keys, refused);
  const { win32 } = new FakeWindows(functions);
  return { read: () => windowsProvider(win32).read('reboot_pending', {}), left };
}

const none = {
  pending: false, component_servicing: false, windows_update: false, server_roles: false, installer: false, computer_rename: false, domain_join: false,
  file_renames: 0, file_deletions: 0, untold: {},
};

test('a Windows that waits for nothing has no cause, and no key is left open', async () => {
  const { read, left } = registry(named);
  assert.deepEqual(await read(), none);
  assert.equal(left(), 0);
});

test('each cause is told by itself', async () => {
  const current = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion';
  const all: readonly (readonly [string, Record<string, RegistryValues>])[] = [
    ['component_servicing', { [`${current}\\Component Based Servicing\\RebootPending`]: {} }],
    ['component_servicing', { [`${current}\\Component Based Servicing\\RebootInProgress`]: {} }],
    ['windows_update', { [`${current}\\WindowsUpdate\\Auto Update\\RebootRequired`]: {} }],
    ['server_roles', { 'SOFTWARE\\Microsoft\\ServerManager\\CurrentRebootAttempts': {} }],
    ['installer', { 'SOFTWARE\\Microsoft\\Updates': { UpdateExeVolatile: Buffer.from([2, 0, 0, 0]) } }],
    ['computer_rename', { [`${control}\\ComputerName\\ComputerName`]: { ComputerName: wide('OTHER') } }],
    ['domain_join', { 'SYSTEM\\CurrentControlSet\\Services\\Netlogon': { JoinDomain: wide('x') } }],
    ['domain_join', { 'SYSTEM\\CurrentControlSet\\Services\\Netlogon': { AvoidSpnSet: Buffer.alloc(4) } }],
  ];
  for (const [cause, keys] of all) assert.deepEqual(await registry({ ...named, ...keys }).read(), { ...none, pending: true, [cause]: true });
  assert.deepEqual(await registry({ ...named, 'SOFTWARE\\Microsoft\\Updates': { UpdateExeVolatile: Buffer.alloc(4) } }).read(), none);
});

test('files that are deleted with the next start ask for no reboot, files that are replaced do', async () => {
  const manager = (...texts: string[]): Record<string, RegistryValues> => ({ ...named, [`${control}\\Session Manager`]: { PendingFileRenameOperations: wide(...texts, '') } });
  assert.deepEqual(await registry(manager('\\??\\C:\\a.tmp', '', '\\??\\C:\\b.tmp', '')).read(), { ...none, file_deletions: 2 });
  assert.deepEqual(await registry(manager('\\??\\C:\\new.dll', '!\\??\\C:\\old.dll', '\\??\\C:\\b.tmp', '')).read(), { ...none, pending: true, file_renames: 1, file_deletions: 1 });
});

test('a list of thousands of files is read whole', async () => {
  const texts = Array.from({ length: 5000 }, (_, at) => [`\\??\\C:\\Windows\\WinSxS\\${String(at)}.dll`, '']).flat();
  assert.equal(((await registry({ ...named, [`${control}\\Session Manager`]: { PendingFileRenameOperations2: wide(...texts, '') } }).read()) as Record<string, number>)['file_deletions'], 5000);
  assert.deepEqual(parseFileOperations(Buffer.alloc(0)), { renames: 0, deletions: 0 });
  assert.deepEqual(parseFileOperations(Buffer.from([65])), { renames: 0, deletions: 0 });
});

test('a cause that Windows refuses to tell costs itself; whether a reboot waits is then unknown, unless another cause says so', async () => {
  const path = 'SOFTWARE\\Microsoft\\Updates';
  const reason = `RegOpenKeyExW of HKLM\\${path} failed with Win32 error 5`;
  const told = Object.fromEntries(Object.entries(none).filter(([name]) => name !== 'pending' && name !== 'installer'));
  assert.deepEqual(await registry(named, path).read(), { ...told, untold: { installer: reason, pending: reason } });
  const asking = { 'SOFTWARE\\Microsoft\\ServerManager\\CurrentRebootAttempts': {} };
  assert.deepEqual(await registry({ ...named, ...asking }, path).read(), { ...told, server_roles: true, pending: true, untold: { installer: reason } });
});

test('a fault of ours is no cause that Windows refuses', async () => {
  const faulty = new Proxy(new FakeWindows(fakeRegistry(named).functions).win32, { get: () => { throw new TypeError('a fault of ours'); } });
  await assert.rejects(windowsProvider(faulty).read('reboot_pending', {}), TypeError);
});

test('operations on files end with the list, however it ends', () => {
  const operations = (text: string) => parseFileOperations(Buffer.from(text, 'utf16le'));
  assert.deepEqual([operations('a\0b'), operations('a'), operations('')], [{ renames: 1, deletions: 0 }, { renames: 0, deletions: 0 }, { renames: 0, deletions: 0 }]);
});

test('a computer\'s name that the registry lacks leaves unknown whether it is renamed', async () => {
  for (const which of ['ActiveComputerName', 'ComputerName']) {
    const reason = `HKLM\\${control}\\ComputerName does not tell the computer's name`;
    const { untold } = await registry({ ...named, [`${control}\\ComputerName\\${which}`]: {} }).read() as { untold: object };
    assert.deepEqual(untold, { computer_rename: reason, pending: reason });
  }
});
