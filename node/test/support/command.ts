import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as built. */
export const command = fileURLToPath(new URL('../../cli/launcher.cjs', import.meta.url));

/** How a run of the command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What gives up root's right to pass over file modes: another account might not reach this folder, say below /root. */
const boundByModes = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search'];

/** Runs `psutil-agent` to its end; `stdin` is what it reads there. `bound`: file modes count, even where this is root. */
export function psutilAgent(args: readonly string[], options: { stdin?: string; env?: NodeJS.ProcessEnv; cwd?: string; bound?: boolean } = {}): Promise<Ended> {
  const before = options.bound === true && process.getuid?.() === 0 ? boundByModes : [];
  const [program = process.execPath, ...rest] = [...before, process.execPath, command, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => { resolve({ code, out, err }); });
    // A command that refuses its arguments may be gone before it has read.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** The same in this process, which costs no start of Node: for commands that read no standard input and leave nothing running. */
export async function psutilAgentHere(args: readonly string[]): Promise<Ended> {
  // Tests that only start the command do without them.
  const [{ told }, { runToExit }] = await Promise.all([import('./told.js'), import('../../cli/program.js')]);
  const { out, err, result } = await told(() => runToExit(args));
  return { code: result ?? null, out, err };
}
