#!/usr/bin/env node
/** The command `psutil-agent`: finds the call, parses its options, turns errors into sentences and exit codes. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.js';
import { AgentError, ExitCode, messageOf, systemCode, UsageError } from '../model/errors.js';
import { version } from '../model/version.js';
import type { Call, Options } from './call.js';
import { checkBroker } from './checkBroker.js';
import { methods } from './methods.js';
import { print, printError, tellError } from './output.js';
import { run } from './run.js';
import { sample } from './sample.js';
import { status } from './status.js';
import { validate } from './validate.js';

const calls: readonly Call[] = [run, validate, sample, methods, status, checkBroker];

function help(): string {
  const width = Math.max(...calls.map((call) => call.name.length)) + 2;
  return [
    'psutil-agent: calls psutil functions, each on its own interval, and publishes every sample to RabbitMQ.',
    '',
    'Usage: psutil-agent CALL [options]',
    '',
    ...calls.map((call) => `  ${call.name.padEnd(width)}${call.summary}`),
    '',
    'psutil-agent CALL --help tells more. --version prints the version.',
    'Exit codes: 0 ok, 1 unexpected, 2 usage, 3 configuration invalid, 4 broker, 5 platform, 6 spool.',
  ].join('\n');
}

function helpOf(call: Call): string {
  return [`Usage: psutil-agent ${call.name} ${call.usage}`, '', call.summary, '', ...call.details].join('\n');
}

async function main(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    print(help());
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  if (name === '--version' || name === '-v') {
    print(version);
    return ExitCode.ok;
  }
  const call = calls.find((candidate) => candidate.name === name);
  if (call === undefined) throw unknownCall(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    print(helpOf(call));
    return ExitCode.ok;
  }
  const { options, words } = parse(call, rest);
  return await call.run(options, words);
}

function unknownCall(name: string): UsageError {
  const names = calls.map((call) => call.name);
  const near = nearest(name, names);
  return new UsageError(`expected a call (${names.join(', ')}), found "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
}

function parse(call: Call, args: readonly string[]): { options: Options; words: readonly string[] } {
  const usage = `usage: psutil-agent ${call.name} ${call.usage}`;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: call.options, allowPositionals: call.words.most > 0 });
    const found = positionals.length;
    if (found < call.words.least || found > call.words.most) throw new UsageError(usage);
    return { options: values as Options, words: positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // parseArgs explains how to pass an option's look-alike as a word; the usage line says what fits.
    throw new UsageError(`${(messageOf(error).split(/[.] |\n/)[0] ?? '').replace(/\.$/, '')}; ${usage}`);
  }
}

// A reader that went away (`| head`) is a normal end.
process.stdout.on('error', (error) => {
  process.exit(systemCode(error) === 'EPIPE' ? ExitCode.ok : ExitCode.unexpected);
});

/** Ends the process once stdout has taken what was written; measurements still under way are nobody's any more. */
function exit(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

main(process.argv.slice(2)).then(exit, (error: unknown) => {
  if (process.argv.includes('--json')) printError(error);
  tellError(error);
  if (process.env['PSUTIL_AGENT_DEBUG'] !== undefined && error instanceof Error) console.error(error.stack);
  exit(error instanceof AgentError ? error.exitCode : ExitCode.unexpected);
});
