/** What the command line asks for: a command with its options parsed, or help. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.js';
import { display } from '../model/display.js';
import { AgentError, ExitCode, UsageError } from '../model/errors.js';
import { version } from '../model/version.js';
import { systemInformationCommand } from '../providers/external/provider.js';
import type { Command, Options } from './command.js';
import { print, printError, reportError } from './output.js';
import { hang, terminalWidth, wrapHelp } from './wrap.js';

/** How each command is loaded, in the order of the help: a collector that runs for years has no use for the others. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.js')).run,
  validate: async () => (await import('./validate.js')).validate,
  sample: async () => (await import('./sample.js')).sample,
  watch: async () => (await import('./watch.js')).watch,
  methods: async () => (await import('./methods.js')).methods,
  counters: async () => (await import('./counters.js')).counters,
  status: async () => (await import('./status.js')).status,
  report: async () => (await import('./report.js')).report,
  'check-broker': async () => (await import('./checkBroker.js')).checkBroker,
  consume: async () => (await import('./consume.js')).consume,
  init: async () => (await import('./init.js')).init,
  doctor: async () => (await import('./doctor.js')).doctor,
};

/** The commands, in the order of the help. */
export const allCommands = (): Promise<readonly Command[]> => Promise.all(Object.values(loaders).map((load) => load()));

function help(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  return wrapHelp([
    'psutil-agent: calls psutil functions and publishes every sample to RabbitMQ.',
    '',
    'Usage: psutil-agent COMMAND [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'psutil-agent help COMMAND tells more, with an example. --version prints the version.',
    'Exit codes: 0 ok, 1 unexpected, 2 usage, 3 configuration invalid, 4 broker, 5 platform, 6 spool.',
    '',
    'Example: psutil-agent sample virtual_memory',
  ], terminalWidth()).join('\n');
}

function helpOf(command: Command): string {
  const width = terminalWidth();
  // What belongs together stays on a line that has room for it: an option in its brackets, an option and its value.
  const together = command.usage.match(/\[(?:[^[\]]|\[[^\]]*\])*\]|--\S+ \S+|\S+/g) ?? [];
  const usage = together.flatMap((words) => (words.length < width - 4 ? [words] : words.split(' ')));
  return [
    ...hang(`Usage: psutil-agent ${command.name} `, usage, width), '', ...wrapHelp([command.summary, '', ...command.details], width), '', ...hang('Example: ', ['psutil-agent', ...command.example.split(' ')], width),
  ].join('\n');
}

/** Does what the words of the command line ask for. Throws AgentError, UsageError where it cannot be told what that is. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  if (args[0] === 'help' && args[1] !== undefined) alone(`help ${display(args[1])}`, args.slice(2));
  // `help CALL` is `CALL --help`.
  const [name, ...rest] = args[0] === 'help' && args[1] !== undefined ? [args[1], '--help'] : args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    alone(name, rest);
    print(help(await allCommands()));
    return name === undefined ? ExitCode.usage : ExitCode.ok;
  }
  if (name === '--version' || name === '-v') {
    alone(name, rest);
    print(version);
    return ExitCode.ok;
  }
  if (name === systemInformationCommand) {
    await (await import('../providers/external/systeminformationChild.js')).serveSystemInformation();
    return ExitCode.ok;
  }
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load === undefined) throw unknownCommand(name);
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    print(helpOf(command));
    return ExitCode.ok;
  }
  const { options, positionals } = parse(command, rest);
  return await command.run(options, positionals);
}

/** As runProgram; what that throws becomes a sentence and an exit code. */
export async function runToExit(args: readonly string[]): Promise<ExitCode> {
  try {
    return await runProgram(args);
  } catch (error) {
    if (args.includes('--json')) printError(error);
    reportError(error);
    if (process.env['PSUTIL_AGENT_DEBUG'] !== undefined && error instanceof Error) console.error(error.stack);
    return error instanceof AgentError ? error.exitCode : ExitCode.unexpected;
  }
}

/** Throws UsageError where words follow what takes none. */
function alone(name: string | undefined, [word]: readonly string[]): void {
  if (word !== undefined) throw new UsageError(`expected nothing behind ${String(name)}, found "${display(word)}"`);
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(loaders);
  return new UsageError(`expected a command (${names.join(', ')}), found "${display(name)}"${suggestion(name, [...names, 'help', '--help', '--version'])}`);
}

function suggestion(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** The words behind a command's name. Throws UsageError with the one thing that is wrong, and the usage. */
function parse(command: Command, args: readonly string[]): { options: Options; positionals: readonly string[] } {
  const wrong = (fault: string): UsageError => new UsageError(`${fault}; usage: psutil-agent ${command.name} ${command.usage}`);
  const { values, positionals, tokens } = parseArgs({ args: [...args], options: command.options, allowPositionals: true, strict: false, tokens: true });
  const names = Object.keys(command.options).map((name) => `--${name}`);
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const type = Object.hasOwn(command.options, name) ? command.options[name]?.type : undefined;
    if (type === undefined) throw wrong(`expected ${names.join(', ')}, found "${display(rawName)}"${suggestion(rawName, names)}`);
    if (given.has(name)) throw wrong(`${rawName}: expected once, found twice`);
    given.add(name);
    if (type === 'boolean' && value !== undefined) throw wrong(`${rawName}: expected no value, found "${display(value)}"`);
    if (type === 'string' && (value === undefined || value === '')) throw wrong(`${rawName}: expected a value, found none`);
    // Not a number below zero, and not `-`, standard input.
    if (type === 'string' && !inlineValue && /^-[^\d.]/.test(value ?? '')) throw wrong(`${rawName}: expected a value, found "${display(value ?? '')}" (write ${rawName}=${display(value ?? '')} if that is the value)`);
  }
  const most = command.positionals;
  if (positionals.includes('')) throw wrong(`expected no empty word behind ${command.name}, found ""`);
  if (positionals.length > most) throw wrong(`expected ${most === 0 ? 'no word' : `at most ${String(most)} ${most === 1 ? 'word' : 'words'}`} behind ${command.name}, found "${display(positionals[most] ?? '')}"`);
  return { options: values, positionals };
}
