import { fork, type ChildProcess } from 'node:child_process';
import type { Result } from '../../catalog/value.js';
import { systemInformationFunctions, type SystemInformationFunction } from '../../catalog/systeminformation.js';
import type { Clock } from '../../model/clock.js';
import { display } from '../../model/display.js';
import { UnavailableError } from '../../model/errors.js';
import { childEnvironment } from './environment.js';
import { processTree, type ProcessTree } from './processTree.js';

/** One question to the child. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly of?: string;
}

/** Its answer: `value` as JSON text, so that its size is known, or `error`. */
export type ChildAnswer = { readonly id: number; readonly value: string } | { readonly id: number; readonly error: string };

interface Child {
  readonly process: ChildProcess;
  readonly tree: ProcessTree;
  readonly waiting: Map<number, (answer: ChildAnswer) => void>;
}

/** What a SystemInformation is made of. */
export interface SystemInformationOptions {
  readonly clock: Clock;
  /** The script that the child runs, and its words: it must call `serveSystemInformation`. */
  readonly script: readonly [file: string, ...words: string[]];
}

/** How long a child without questions lives on, milliseconds: it costs memory. */
const idleTime = 300_000;

/**
 * systeminformation's functions, called in a process of their own: they start programs that may never end, and such a call
 * costs that process and all that it started, nothing else. A function never runs beside itself.
 */
export class SystemInformation {
  readonly #underWay = new Map<string, Promise<Result>>();
  #child: Promise<Child> | undefined;
  #cancelIdle = (): void => undefined;
  #last = 0;
  #closed = false;

  constructor(private readonly options: SystemInformationOptions) {}

  /**
   * What a function gives, without what it could not tell.
   * @param timeout milliseconds.
   * @throws UnavailableError with the function's own error, or that it has not answered.
   */
  read(name: string, of: string | undefined, timeout: number): Promise<Result> {
    const definition = systemInformationFunctions.find((one) => one.name === name);
    if (definition === undefined) return Promise.reject(new UnavailableError(`systeminformation has no ${display(name)}`));
    const key = JSON.stringify([name, of]);
    let answer = this.#underWay.get(key);
    if (answer === undefined) {
      answer = this.#ask(definition, of, timeout).finally(() => { this.#underWay.delete(key); });
      this.#underWay.set(key, answer);
    }
    return answer;
  }

  /** Ends the child and all that it started. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  async #ask(definition: SystemInformationFunction, of: string | undefined, timeout: number): Promise<Result> {
    this.#cancelIdle();
    if (this.#closed) throw new UnavailableError('the collector is stopping');
    const started = this.#child ??= this.#begin();
    const child = await started;
    const id = (this.#last += 1);
    try {
      const answer = await this.#answerOf(child, { id, name: definition.name, ...(of === undefined ? {} : { of }) }, timeout);
      if ('error' in answer) throw new UnavailableError(`systeminformation.${definition.name}: ${display(answer.error, 300)}`);
      return known(definition, JSON.parse(answer.value) as Result);
    } finally {
      child.waiting.delete(id);
      if (child.waiting.size === 0 && this.#child === started) this.#cancelIdle = this.options.clock.after(idleTime, () => { this.#end(); });
    }
  }

  #answerOf(child: Child, question: Question, timeout: number): Promise<ChildAnswer> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(timeout, () => {
        this.#end();
        resolve({ id: question.id, error: `has not answered within ${String(timeout / 1000)} s; its process was ended` });
      });
      child.waiting.set(question.id, (answer) => {
        cancel();
        resolve(answer);
      });
      child.process.send(question, (error) => {
        if (error !== null) child.waiting.get(question.id)?.({ id: question.id, error: 'its process has ended' });
      });
    });
  }

  async #begin(): Promise<Child> {
    const tree = await processTree();
    const [file, ...words] = this.options.script;
    const process = fork(file, words, { env: childEnvironment(tree.env), execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    if (process.pid !== undefined) tree.add(process.pid);
    const child: Child = { process, tree, waiting: new Map() };
    const started = this.#child;
    const ended = (): void => {
      if (this.#child === started) this.#child = undefined;
      tree.end();
      for (const [id, settle] of child.waiting) settle({ id, error: 'its process has ended' });
    };
    process.on('message', (answer: ChildAnswer) => { child.waiting.get(answer.id)?.(answer); });
    process.on('exit', ended);
    process.on('error', ended);
    // It ends with the collector, and does not keep it alive.
    process.unref();
    process.channel?.unref();
    return child;
  }

  /** Ends the child; what else it was asked is told so, and asked of a new one next time. */
  #end(): void {
    this.#cancelIdle();
    const started = this.#child;
    this.#child = undefined;
    void started?.then(({ process, tree }) => {
      process.kill('SIGKILL');
      tree.end();
    });
  }
}

/** A result without the numbers that stand for "could not be told". */
function known(definition: SystemInformationFunction, result: Result): Result {
  const { unknown = [], present } = definition;
  if (present !== undefined && isMap(result) && result[present] === false) return { [present]: false };
  if (result === null) throw new UnavailableError(`systeminformation.${definition.name}: this system does not tell it`);
  return without(result, new Set(unknown), false);
}

function without(value: Result, names: ReadonlySet<string>, named: boolean): Result {
  if (typeof value === 'number') return named && value <= 0 ? null : value;
  if (Array.isArray(value)) return value.map((one: Result) => without(one, names, named));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, without(one, names, names.has(name))]));
}

function isMap(value: Result): value is { readonly [key: string]: Result } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
