/** Where text goes: stdout carries what was asked for, stderr what people should know. */
import { AgentError, ConfigError, messageOf, UsageError, type Fault } from '../model/errors.js';
import { exitProcess } from '../providers/process.js';
import { narrowest, wrapLine } from './wrap.js';

/** Writes one line to stdout, as it is: what a program may read. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes lines for people to stdout. */
export function printText(text: string): void {
  print(fitted(text, process.stdout));
}

/** Writes lines for people to stderr. */
export function report(text: string): void {
  process.stderr.write(`${fitted(text, process.stderr)}\n`);
}

/** Text as a terminal shows it without breaking words and numbers; elsewhere a line stays one. */
export function fitted(text: string, { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): string {
  if (isTTY !== true || columns === undefined || columns === 0) return text;
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(narrowest, columns - 1))).join('\n');
}

/** The faults that an error carries. */
export function faultsIn(error: unknown): readonly Fault[] {
  return error instanceof ConfigError || error instanceof UsageError ? error.faults : [];
}

/** Tells a person of an error: a sentence, then a line for each fault. Never a stack. */
export function reportError(error: unknown): void {
  const known = error instanceof AgentError;
  report(`psutil-agent: ${known ? messageOf(error) : `unexpected fault: ${messageOf(error)}; please report it`}`);
  for (const fault of faultsIn(error)) report(`  ${fault.message}`);
}

/** Tells a program of an error: one JSON object on stdout. */
export function printError(error: unknown): void {
  const faults = faultsIn(error);
  const code = error instanceof AgentError ? error.code : 'PSA_UNEXPECTED';
  print(JSON.stringify({ error: { code, message: messageOf(error), ...(faults.length === 0 ? {} : { faults }) } }));
}

/** Ends the process once stdout has taken what was written; measurements still under way are nobody's any more. What it does not take is main.ts's to tell. */
export function exitWritten(code: number): void {
  process.stdout.write('', (error) => { if (!error) exitProcess(code); });
}
