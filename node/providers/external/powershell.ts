import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { PowerShell } from 'node-powershell';
import type { Result } from '../../catalog/value.js';
import type { Clock } from '../../model/clock.js';
import { display } from '../../model/display.js';
import { messageOf, UnavailableError } from '../../model/errors.js';
import { childEnvironment } from './environment.js';
import { betweenMarks } from './markedOutput.js';
import { answerIn, definition, invocation, mostCharacters } from './powershellWrapper.js';
import { processTree, type ProcessTree } from './processTree.js';

/** Bytes that a command may write past the pipeline, to the console itself, before its session is ended. */
const mostOutput = 4 * mostCharacters;
/** Commands that may wait for the session; whoever comes after them is told so at once. */
const mostWaiting = 1000;
/** How long a session may take to begin, milliseconds; longer where its first command may. */
const startTimeout = 60_000;

/** What a PowerShellSession is made of. */
export interface PowerShellSessionOptions {
  readonly clock: Clock;
  /** The program: Windows PowerShell by its full path, elsewhere pwsh, unless given. */
  readonly executable?: string;
}

interface Session {
  readonly shell: PowerShell;
  readonly tree: ProcessTree;
  /** Why it has ended, once it has. */
  ended?: string;
  /** Fails the command at work for a reason, and ends the session. */
  fail(reason: string): void;
}

/** Windows PowerShell where this is Windows, by its full path: the first one on PATH may be anybody's. */
export function defaultExecutable(): string {
  const windows = process.env['SystemRoot'];
  return process.platform === 'win32' && windows !== undefined
    ? join(windows, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
    : 'pwsh';
}

/**
 * One PowerShell that stays and runs commands one after another, each for a limited time, through node-powershell. A command
 * that hangs, ends its host or floods its output costs the session, which is ended with all that it started and begun anew for
 * the next command.
 */
export class PowerShellSession {
  readonly #executable: string;
  readonly #clock: Clock;
  /** One command at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #session: Session | undefined;
  #closed = false;

  constructor({ clock, executable = defaultExecutable() }: PowerShellSessionOptions) {
    this.#clock = clock;
    this.#executable = executable;
  }

  /**
   * What a command gives: a number, text, or an object as its properties.
   * @param timeout milliseconds that the command may take, its turn not counted.
   * @throws UnavailableError with the command's own error, or the reason why it was ended.
   */
  run(command: string, timeout: number): Promise<Result> {
    if (this.#waiting >= mostWaiting) return Promise.reject(new UnavailableError(`the PowerShell session is busy: ${String(mostWaiting)} commands wait for it`));
    this.#waiting += 1;
    const answer = this.#turn.then(() => this.#invoke(command, timeout)).finally(() => { this.#waiting -= 1; });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the session and whatever its commands have started. */
  close(): void {
    this.#closed = true;
    if (this.#session !== undefined) this.#end(this.#session);
  }

  async #invoke(command: string, timeout: number): Promise<Result> {
    if (this.#closed) throw new UnavailableError('the collector is stopping');
    const session = this.#session ?? await this.#begin(Math.max(startTimeout, timeout));
    const mark = randomBytes(12).toString('hex');
    const output = await this.#send(session, invocation(mark, command), timeout);
    const answer = answerIn(output, mark);
    if (answer === undefined) {
      this.#end(session);
      throw new UnavailableError('the PowerShell session gave no answer; it is begun anew');
    }
    if ('error' in answer) throw new UnavailableError(`the command failed: ${display(answer.error, 300)}`);
    return answer.value as Result;
  }

  async #begin(timeout: number): Promise<Session> {
    const tree = await processTree();
    // node-powershell would take its program from there.
    delete process.env['NODE_POWERSHELL'];
    const shell = new PowerShell({
      executable: this.#executable,
      executableOptions: { '-NoProfile': true, '-NonInteractive': true },
      throwOnInvocationError: false,
      spawnOptions: { env: childEnvironment(tree.env), windowsHide: true },
    });
    // Its own fields: the process, to be taken into the tree, and the end of it, whose rejection nobody else takes.
    const inner = shell as unknown as { process: { pid?: number }; exitPromise: Promise<void>; readBulkFromOutput: typeof betweenMarks };
    const { process: child, exitPromise } = inner;
    inner.readBulkFromOutput = betweenMarks;
    if (child.pid !== undefined) tree.add(child.pid);
    const session: Session = { shell, tree, fail: () => { this.#end(session); } };
    void exitPromise.then(
      () => 'the command ended its PowerShell',
      (error: unknown) => `PowerShell ended or could not be started: ${display(messageOf(error).split('\n')[0] ?? '', 200)}`,
    ).then((reason) => {
      session.ended = reason;
      session.fail(reason);
    });
    this.#session = session;
    await this.#send(session, definition, timeout, 'PowerShell has not started');
    return session;
  }

  /** What the session writes while it runs a line. */
  async #send(session: Session, line: string, timeout: number, late = 'the command has not ended'): Promise<string> {
    const { shell } = session;
    let cancel = (): void => undefined;
    let bytes = 0;
    const count = (chunk: string | Buffer): void => {
      bytes += chunk.length;
      if (bytes > mostOutput) session.fail(`the command wrote more than ${String(mostOutput)} bytes to the console; its PowerShell was ended`);
    };
    const limit = new Promise<never>((_resolve, reject) => {
      session.fail = (reason) => {
        this.#end(session);
        reject(new UnavailableError(reason));
      };
      cancel = this.#clock.after(timeout, () => { session.fail(`${late} within ${String(timeout / 1000)} s; its PowerShell was ended`); });
      if (session.ended !== undefined) session.fail(session.ended);
    });
    shell.streams.stdout.on('data', count);
    shell.streams.stderr.on('data', count);
    try {
      const result = await Promise.race([shell.invoke(line), limit]);
      return String(result.stdout ?? '');
    } finally {
      cancel();
      limit.catch(() => undefined);
      shell.streams.stdout.off('data', count);
      shell.streams.stderr.off('data', count);
      // It keeps all output of all commands.
      shell.history.length = 0;
    }
  }

  #end(session: Session): void {
    if (this.#session === session) this.#session = undefined;
    session.shell.dispose('SIGKILL').catch(() => undefined);
    session.tree.end();
  }
}
