/** What a check of this host finds, and how long it may look. */
import { display } from '../../model/display.js';
import { messageOf, type ExitCode } from '../../model/errors.js';
import type { Clock } from '../../model/clock.js';
import type { Subject } from './subject.js';

/** fault: something does not work. warning: it works, and a person should know. */
export type Result = 'ok' | 'warning' | 'fault';

/** One thing that was found: a sentence, which also says what to do where something is to be done. */
export interface Finding {
  readonly check: string;
  readonly result: Result;
  readonly message: string;
}

/** Takes what a check finds; what was noted stands, also where the rest of the check is given up. */
export type Note = (result: Result, message: string) => void;

/** One check: it notes at least one finding, or nothing where it has nothing to look at. */
export interface Check {
  readonly name: string;
  /** Of the command, where this finds a fault. */
  readonly exitCode: ExitCode;
  /** Milliseconds that it may take. */
  readonly limit: number;
  readonly run: (subject: Subject, note: Note) => Promise<void>;
}

/** Sentences are cut at this length: some carry words from outside. */
const longest = 500;

/** Runs a check to its end or its limit. Never rejects: what it throws is a fault found. */
export async function findingsOf({ name, limit, run }: Check, subject: Subject, clock: Clock): Promise<Finding[]> {
  const findings: Finding[] = [];
  let over = false;
  const note: Note = (result, message) => {
    if (!over) findings.push({ check: name, result, message: display(message, longest) });
  };
  let cancel = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(limit, () => {
      note('fault', `no answer within ${String(limit / 1000)} s: what is asked here hangs, and the rest of this check was let be`);
      resolve();
    });
  });
  const work = run(subject, note).catch((error: unknown) => { note('fault', messageOf(error)); });
  await Promise.race([work, late]);
  cancel();
  over = true;
  return findings;
}
