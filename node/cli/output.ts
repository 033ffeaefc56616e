/** Where text goes: stdout carries what was asked for, stderr what people should know. */
import { AgentError, ConfigError, messageOf, UsageError, type Fault } from '../model/errors.js';

/** Writes one line to stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one line to stderr. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`);
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
