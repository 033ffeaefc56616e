/** What the command line asks for: a command with its options parsed, or help. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.js';
import { ExitCode, messageOf, UsageError } from '../model/errors.js';
import { version } from '../model/version.js';
import { systemInformationCommand } from '../providers/external/provider.js';
import type { Command, Options } from './command.js';
import { checkBroker } from './checkBroker.js';
import { consume } from './consume.js';
import { counters } from './counters.js';
import { init } from './init.js';
import { methods } from './methods.js';
import { print } from './output.js';
import { run } from './run.js';
import { sample } from './sample.js';
import { status } from './status.js';
import { validate } from './validate.js';

/** The commands, in the order of the help. */
export const commands: readonly Command[] = [run, validate, sample, methods, counters, status, checkBroker, consume, init];

function help(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  return [
    'psutil-agent: calls psutil functions, each on its own interval, and publishes every sample to RabbitMQ.',
    '',
    'Usage: psutil-agent COMMAND [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'psutil-agent help COMMAND tells more, with an example. --version prints the version.',
    'Exit codes: 0 ok, 1 unexpected, 2 usage, 3 configuration invalid, 4 broker, 5 platform, 6 spool.',
  ].join('\n');
}

function helpOf(command: Command): string {
  return [`Usage: psutil-agent ${command.name} ${command.usage}`, '', command.summary, '', ...command.details, '', `Example: psutil-agent ${command.example}`].join('\n');
}

/** Does what the words of the command line ask for. Throws AgentError, UsageError where it cannot be told what that is. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  // `help CALL` is `CALL --help`.
  const [name, ...rest] = args[0] === 'help' && args[1] !== undefined ? [args[1], '--help'] : args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    print(help());
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  if (name === '--version' || name === '-v') {
    print(version);
    return ExitCode.ok;
  }
  if (name === systemInformationCommand) {
    await (await import('../providers/external/systeminformationChild.js')).serveSystemInformation();
    return ExitCode.ok;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    print(helpOf(command));
    return ExitCode.ok;
  }
  const { options, positionals } = parse(command, rest);
  return await command.run(options, positionals);
}

function unknownCommand(name: string): UsageError {
  const names = commands.map((command) => command.name);
  const near = nearest(name, names);
  return new UsageError(`expected a command (${names.join(', ')}), found "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`);
}

function parse(command: Command, args: readonly string[]): { options: Options; positionals: readonly string[] } {
  const usage = `usage: psutil-agent ${command.name} ${command.usage}`;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: command.options, allowPositionals: command.positionals.most > 0 });
    const found = positionals.length;
    if (found < command.positionals.least || found > command.positionals.most) throw new UsageError(usage);
    return { options: values as Options, positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // parseArgs explains how to pass an option's look-alike as a word; the usage line says what fits.
    throw new UsageError(`${(messageOf(error).split(/[.] |\n/)[0] ?? '').replace(/\.$/, '')}; ${usage}`);
  }
}
