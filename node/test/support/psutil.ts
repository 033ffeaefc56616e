import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

let python = '/usr/bin/python3';
const remedy = 'Real psutil is missing: apt-get install python3 python3-psutil';

// Reads an expression a line, as JSON, and answers a line each; ends with its standard input.
const program = `
import json, sys

def plain(value):
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    return getattr(value, "value", value)

def answer(line):
    try:
        import psutil
        return {"value": plain(eval(json.loads(line), {"psutil": psutil}))}
    except Exception as error:
        return {"kind": type(error).__name__, "error": str(error)}

for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
`;

/** On Windows a Python finds nothing without the session's own. */
const environment = process.platform === 'win32' ? {} : { env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };

interface Answer {
  readonly value?: unknown;
  readonly kind?: string;
  readonly error?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One Python that keeps psutil loaded; it ends with this process, and keeps it from ending only while it owes an answer. */
class Oracle {
  readonly #process: ChildProcess;
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#process = spawn(python, ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'], ...environment });
    this.#process.on('error', (error) => { this.#fail(error); });
    this.#process.on('exit', () => { this.#fail(new Error(`${python} ended`)); });
    this.#process.stdin?.on('error', (error) => { this.#fail(error); });
    if (this.#process.stdout) createInterface(this.#process.stdout).on('line', (line) => { this.#take(JSON.parse(line) as Answer); });
    this.#hold(false);
  }

  ask(expression: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#hold(true);
      this.#process.stdin?.write(`${JSON.stringify(expression)}\n`);
    });
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#hold(false);
    if (answer.error === undefined) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.kind === 'ModuleNotFoundError' ? remedy : `${answer.kind ?? ''}: ${answer.error}`));
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #hold(held: boolean): void {
    for (const handle of [this.#process, this.#process.stdin, this.#process.stdout]) {
      if (!(handle instanceof Socket) && handle !== this.#process) continue;
      if (held) handle.ref();
      else handle.unref();
    }
  }
}

let oracle: Oracle | undefined;

/** Asks another Python than Debian's, from the first question on. */
export function usePython(path: string): void {
  python = path;
}

/**
 * What the real psutil says to a Python expression (`psutil.cpu_times(percpu=True)`), with named tuples as maps, tuples as
 * lists and enumerations as their numbers. Expressions are answered in turn by one Python process, so that psutil's own state
 * between calls lives on. Rejects with the name and text of what Python raised, or with the packages to install.
 */
export function psutil(expression: string): Promise<unknown> {
  if (!existsSync(python)) return Promise.reject(new Error(remedy));
  oracle ??= new Oracle();
  return oracle.ask(expression);
}

/** Why a number is not what psutil said just before and just after it, give or take a tolerance; undefined where it is. */
export function disagreement(ours: number, before: number, after: number, tolerance: number): string | undefined {
  const low = Math.min(before, after) - tolerance;
  const high = Math.max(before, after) + tolerance;
  return ours >= low && ours <= high ? undefined : `${String(ours)} is not within ${String(low)}..${String(high)}`;
}
