import { normalize } from 'node:path/win32';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { Handle } from './bindings.js';
import { unicodeText, wordSize } from './encoding.js';
import { failure } from './failure.js';
import {
  PEB, PROCESS_BASIC_INFORMATION as Basic, RTL_USER_PROCESS_PARAMETERS as Parameters, SYSTEM_PROCESS_ID_INFORMATION as ImageId, UNICODE_STRING,
} from './layouts.js';
import type { WindowsProcess } from './process.js';
import { Access, statusFailure, withProcess } from './processHandle.js';

/** Classes of NtQueryInformationProcess, and one of NtQuerySystemInformation. */
const ProcessBasicInformation = 0;
const ProcessIoPriority = 33;
const ProcessCommandLineInformation = 60;
const SystemProcessIdInformation = 88;

const longestPath = 0x7fff * 2;

/** The path of the program: by the process's id alone, or where Windows does not tell so, by a handle. */
export function programOf(one: WindowsProcess): string {
  const { win32 } = one.table;
  const text = Buffer.alloc(longestPath);
  const information = Buffer.alloc(ImageId.size);
  information.writeBigUInt64LE(BigInt(one.pid), ImageId.ProcessId);
  information.writeUInt16LE(longestPath - 2, ImageId.ImageName + 2);
  information.writeBigUInt64LE(win32.addressOf(text), ImageId.ImageName + UNICODE_STRING.Buffer);
  const status = win32.NtQuerySystemInformation(SystemProcessIdInformation, information, information.length, Buffer.alloc(4));
  const length = information.readUInt16LE(ImageId.ImageName);
  if (status === 0 && length > 0) return one.table.drivePath(text.toString('utf16le', 0, length));
  return withProcess(one, Access.queryLimited, (process) => {
    const characters = Buffer.alloc(4);
    characters.writeUInt32LE(longestPath / 2);
    if (win32.QueryFullProcessImageNameW(process, 0, text, characters) === 0) {
      throw failure(`QueryFullProcessImageNameW of the process ${String(one.pid)}`, win32.GetLastError());
    }
    return text.toString('utf16le', 0, 2 * characters.readUInt32LE());
  });
}

/** The words of the command line. Windows tells it without a look into the process's memory; where it does not, that is looked into. */
export function commandLine(one: WindowsProcess): string[] {
  if (one.pid === 0 || one.pid === 4) return [];
  return splitCommandLine(toldCommandLine(one) ?? parameterText(one, Parameters.CommandLine));
}

function toldCommandLine(one: WindowsProcess): string | undefined {
  return withProcess(one, Access.queryLimited, (process) => {
    const { win32 } = one.table;
    const returned = Buffer.alloc(4);
    // The text stands behind its head in the same buffer.
    const information = Buffer.alloc(UNICODE_STRING.size + longestPath);
    const status = win32.NtQueryInformationProcess(process, ProcessCommandLineInformation, information, information.length, returned);
    return status === 0 ? unicodeText(information, win32.addressOf(information)) : undefined;
  });
}

/** The current directory, out of the process's own memory. */
export function currentDirectory(one: WindowsProcess): string {
  // The root of a drive keeps its backslash.
  return normalize(parameterText(one, Parameters.CurrentDirectory)).replace(/(?<!:)\\$/, '');
}

/** A text among what the process was started with. */
function parameterText(one: WindowsProcess, offset: number): string {
  return withProcess(one, Access.queryLimited | Access.readMemory, (process) => {
    const { win32 } = one.table;
    const information = Buffer.alloc(Basic.size);
    const status = win32.NtQueryInformationProcess(process, ProcessBasicInformation, information, information.length, Buffer.alloc(4));
    if (status !== 0) throw statusFailure(one, 'NtQueryInformationProcess(ProcessBasicInformation)', status);
    const peb = information.readBigUInt64LE(Basic.PebBaseAddress);
    const parameters = memoryAt(one, process, peb + BigInt(PEB.ProcessParameters), wordSize).readBigUInt64LE();
    const text = memoryAt(one, process, parameters + BigInt(offset), UNICODE_STRING.size);
    const length = text.readUInt16LE();
    return length === 0 ? '' : memoryAt(one, process, text.readBigUInt64LE(UNICODE_STRING.Buffer), length).toString('utf16le');
  });
}

function memoryAt(one: WindowsProcess, process: Handle, address: bigint, length: number): Buffer {
  const { win32 } = one.table;
  const bytes = Buffer.alloc(length);
  if (win32.ReadProcessMemory(process, address, bytes, length, Buffer.alloc(wordSize)) === 0) {
    throw failure(`ReadProcessMemory of the process ${String(one.pid)}`, win32.GetLastError());
  }
  return bytes;
}

/** The priority class, psutil's `nice`. */
export function priorityClass(one: WindowsProcess): number {
  return withProcess(one, Access.queryLimited, (process) => {
    const priority = one.table.win32.GetPriorityClass(process);
    if (priority === 0) throw failure(`GetPriorityClass of the process ${String(one.pid)}`, one.table.win32.GetLastError());
    return priority;
  });
}

/** The I/O priority, 0 very low to 3 high. */
export function ioPriority(one: WindowsProcess): number {
  return withProcess(one, Access.queryLimited, (process) => {
    const priority = Buffer.alloc(4);
    const status = one.table.win32.NtQueryInformationProcess(process, ProcessIoPriority, priority, priority.length, Buffer.alloc(4));
    if (status !== 0) throw statusFailure(one, 'NtQueryInformationProcess(ProcessIoPriority)', status);
    return priority.readUInt32LE();
  });
}

/** The numbers of the CPUs that it may run on, of one processor group. */
export function affinity(one: WindowsProcess): Result[] {
  return withProcess(one, Access.queryLimited, (process) => {
    const [mask, system] = [Buffer.alloc(wordSize), Buffer.alloc(wordSize)];
    const { win32 } = one.table;
    if (win32.GetProcessAffinityMask(process, mask, system) === 0) {
      throw failure(`GetProcessAffinityMask of the process ${String(one.pid)}`, win32.GetLastError());
    }
    const bits = mask.readBigUInt64LE();
    if (bits === 0n) throw new UnavailableError(`the process ${String(one.pid)} runs in several processor groups, which have no one affinity`);
    return Array.from({ length: 64 }, (_, cpu) => cpu).filter((cpu) => ((bits >> BigInt(cpu)) & 1n) === 1n);
  });
}

/**
 * A command line as CommandLineToArgvW splits it: backslashes are plain but before a quotation mark, where two stand for
 * one and an odd one makes the mark plain; two marks within marks are one. The program's name knows no backslashes.
 */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let rest = line.replace(/"([^"]*)"?|[^ \t]*/, (program, quoted?: string) => {
    words.push(quoted ?? program);
    return '';
  });
  for (rest = rest.trimStart(); rest !== ''; rest = rest.trimStart()) {
    let [word, quoted, at] = ['', false, 0];
    for (; ; at += 1) {
      const character = rest[at];
      if (character === undefined || (!quoted && (character === ' ' || character === '\t'))) break;
      const slashes = /^\\+/.exec(rest.slice(at, at + 1024))?.[0].length ?? 0;
      if (slashes > 0 && rest[at + slashes] === '"') {
        word += '\\'.repeat(slashes >> 1);
        at += slashes;
        if (slashes % 2 === 1) word += '"';
        else at -= 1;
      } else if (character === '"') {
        if (quoted && rest[at + 1] === '"') {
          word += '"';
          at += 1;
        } else {
          quoted = !quoted;
        }
      } else {
        word += character;
      }
    }
    words.push(word);
    rest = rest.slice(at);
  }
  return words;
}
