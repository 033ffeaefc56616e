import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** A program and whatever it starts, to be ended as one: also what lives on after its parent. */
export interface ProcessTree {
  /** Variables that the program must be started with. */
  readonly env: NodeJS.ProcessEnv;
  /** Takes a program in that was just started, before it can have started others. */
  add(pid: number): void;
  /** Ends all that is left of it. */
  end(): void;
}

/** The tree of a program about to be started. */
export async function processTree(): Promise<ProcessTree> {
  if (process.platform !== 'win32') return markedTree();
  const [{ jobTree }, { loadWin32 }] = await Promise.all([import('../windows/job.js'), import('../windows/bindings.js')]);
  return jobTree(await loadWin32());
}

/**
 * Every process inherits its parent's environment, also one that has left its parent, its group and its session: a variable
 * marks them all.
 */
function markedTree(): ProcessTree {
  const mark = `PSUTIL_AGENT_TREE=${randomBytes(12).toString('hex')}`;
  const [name = '', value] = mark.split('=');
  return {
    env: { [name]: value },
    add: () => undefined,
    end: () => {
      // Twice, for one that was being started while the first was looked for.
      for (let round = 0; round < 2; round += 1) for (const pid of marked(mark)) kill(pid);
    },
  };
}

function marked(mark: string): number[] {
  const text = `${mark}\0`;
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${String(pid)}/environ`, 'latin1').includes(text);
    } catch {
      // Gone meanwhile, or another user's.
      return false;
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
