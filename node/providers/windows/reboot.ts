import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { wideText } from './encoding.js';
import { keyExists, registryValue } from './registry.js';

const current = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion';
const control = 'SYSTEM\\CurrentControlSet\\Control';
const sessionManager = `${control}\\Session Manager`;

/** What of a reboot is told, and of what is not, why. */
export interface PendingReboot {
  readonly [key: string]: Result;
  readonly untold: Readonly<Record<string, string>>;
}

/** How each cause is found; a number is how often it is there. */
const causes: Readonly<Record<string, (win32: Win32) => Promise<boolean | number>>> = {
  component_servicing: async (win32) =>
    (await keyExists(win32, `${current}\\Component Based Servicing\\RebootPending`)) || (await keyExists(win32, `${current}\\Component Based Servicing\\RebootInProgress`)),
  windows_update: (win32) => keyExists(win32, `${current}\\WindowsUpdate\\Auto Update\\RebootRequired`),
  server_roles: (win32) => keyExists(win32, 'SOFTWARE\\Microsoft\\ServerManager\\CurrentRebootAttempts'),
  installer: async (win32) => {
    const flags = await registryValue(win32, 'SOFTWARE\\Microsoft\\Updates', 'UpdateExeVolatile');
    return flags !== undefined && flags.data.some((byte) => byte !== 0);
  },
  computer_rename: async (win32) => {
    const [now, next] = await Promise.all(['ActiveComputerName', 'ComputerName'].map((key) => registryValue(win32, `${control}\\ComputerName\\${key}`, 'ComputerName')));
    if (now === undefined || next === undefined) throw new UnavailableError(`HKLM\\${control}\\ComputerName does not tell the computer's name`);
    return wideText(now.data).toLowerCase() !== wideText(next.data).toLowerCase();
  },
  domain_join: async (win32) => {
    const netlogon = 'SYSTEM\\CurrentControlSet\\Services\\Netlogon';
    return (await registryValue(win32, netlogon, 'JoinDomain')) !== undefined || (await registryValue(win32, netlogon, 'AvoidSpnSet')) !== undefined;
  },
  file_renames: async (win32) => (await fileOperations(win32)).renames,
  file_deletions: async (win32) => (await fileOperations(win32)).deletions,
};

/** What asks for a reboot. A cause that Windows refuses to tell of costs itself, and `pending` where no other is there. */
export function pendingReboot(win32: Win32, isolation: Isolation): Promise<PendingReboot> {
  return isolation.run('The registry', answerTimeout, async () => {
    const told: Record<string, Result> = {};
    const untold: Record<string, string> = {};
    for (const [name, find] of Object.entries(causes)) {
      try {
        told[name] = await find(win32);
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        untold[name] = error.message;
      }
    }
    const asking = Object.entries(told).some(([name, cause]) => name !== 'file_deletions' && Number(cause) > 0);
    const [unknown] = Object.values(untold);
    if (!asking && unknown !== undefined) return { ...told, untold: { ...untold, pending: unknown } };
    return { ...told, pending: asking, untold };
  }, 'pending reboot');
}

async function fileOperations(win32: Win32): Promise<{ renames: number; deletions: number }> {
  let [renames, deletions] = [0, 0];
  for (const name of ['PendingFileRenameOperations', 'PendingFileRenameOperations2']) {
    const value = await registryValue(win32, sessionManager, name);
    const found = parseFileOperations(value?.data ?? Buffer.alloc(0));
    renames += found.renames;
    deletions += found.deletions;
  }
  return { renames, deletions };
}

/** PendingFileRenameOperations: a file, and its new name; an empty one means that the file is deleted. */
export function parseFileOperations(data: Buffer): { renames: number; deletions: number } {
  const texts = data.toString('utf16le').split('\0');
  let [renames, deletions] = [0, 0];
  for (let at = 0; at + 1 < texts.length && texts[at] !== ''; at += 2) {
    if (texts[at + 1] === '') deletions += 1;
    else renames += 1;
  }
  return { renames, deletions };
}
