/** A job object around a program: whatever it starts is in the job as well, and ends with it, also when this process ends. */
import type { ProcessTree } from '../external/processTree.js';
import type { Handle, Win32 } from './bindings.js';

/** JobObjectExtendedLimitInformation, a JOBOBJECT_EXTENDED_LIMIT_INFORMATION of 144 bytes with its LimitFlags at 16. */
const extendedLimits = { kind: 9, size: 144, flags: 16 } as const;
/** JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE. */
const killOnClose = 0x2000;
/** PROCESS_SET_QUOTA and PROCESS_TERMINATE, which AssignProcessToJobObject asks for. */
const assignAccess = 0x0100 | 0x0001;

/** The tree of a program about to be started, as a job object. */
export function jobTree(win32: Win32): ProcessTree {
  const job: Handle = win32.CreateJobObjectW(null, null);
  const limits = Buffer.alloc(extendedLimits.size);
  limits.writeUInt32LE(killOnClose, extendedLimits.flags);
  win32.SetInformationJobObject(job, extendedLimits.kind, limits, limits.length);
  let open = true;
  return {
    env: {},
    add(pid) {
      const process = win32.OpenProcess(assignAccess, 0, pid);
      if (Number(process) === 0) return;
      win32.AssignProcessToJobObject(job, process);
      win32.CloseHandle(process);
    },
    end() {
      if (!open) return;
      open = false;
      win32.TerminateJobObject(job, 1);
      win32.CloseHandle(job);
    },
  };
}
