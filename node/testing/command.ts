import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as built. */
export const command = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** How a run of the command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `psutil-agent` to its end; `stdin` is what it reads there. `asNobody`: where this is root, as an account without its rights. */
export function psutilAgent(args: readonly string[], options: { stdin?: string; env?: NodeJS.ProcessEnv; asNobody?: boolean } = {}): Promise<Ended> {
  const account = options.asNobody === true && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], { ...account, env: { ...process.env, ...options.env } });
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
