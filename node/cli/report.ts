import { lstat, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { nameOf } from '../config/document.js';
import { readConfiguration, settingsFrom } from '../config/reader.js';
import { readHistory } from '../history/reader.js';
import { display } from '../model/display.js';
import { ExitCode, messageOf, PlatformError, systemCode, UsageError } from '../model/errors.js';
import { replaceFile } from '../model/replaceFile.js';
import type { Settings } from '../model/settings.js';
import { reportPage, type SettingsView } from '../report/page.js';
import { viewSettings } from '../report/settings.js';
import { viewStatus } from '../report/status.js';
import type { Command, Options } from './command.js';
import { numberOption } from './option.js';
import { print, report as tell } from './output.js';
import { alive } from './status.js';

const usualHours = 6;
/** The history of a few values may be as long. */
const mostHours = 31 * 24;
const hour = 3_600_000;
const usualFile = 'psutil-report.html';

/** `report`: one HTML page of the last hours. */
export const report: Command = {
  name: 'report',
  usage: '(--data DIR | --config FILE) [--hours N] [--output FILE] [--json]',
  summary: 'Writes an HTML page of the last hours: flow, outages, lines.',
  details: [
    '  --data DIR     the directory of status.json, and of settings.json if there',
    '  --config FILE  the settings, shown without secrets; they name the directory too',
    `  --hours N      how far back it goes; ${String(usualHours)} unless given, at most ${String(mostHours)}`,
    `  --output FILE  ${usualFile} unless given; - is stdout`,
    '  --json         tells the file as JSON',
    '',
    'The collector may run or not. The page needs no network, and has each metric\'s line.',
  ],
  example: 'report --data /var/lib/psutil-agent --hours 12',
  options: { data: { type: 'string' }, config: { type: 'string' }, hours: { type: 'string' }, output: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const hours = numberOption(options, 'hours', 0.1) ?? usualHours;
    if (hours > mostHours) throw new UsageError(`--hours: expected a number of at most ${String(mostHours)}, found "${String(hours)}"`);
    const output = typeof options['output'] === 'string' ? options['output'] : usualFile;
    if (output === '-' && options['json'] === true) throw new UsageError('--json: expected --output FILE beside it, found "-": the page itself goes to stdout');
    const page = await pageOf(options, hours);
    if (output === '-') {
      process.stdout.write(page);
      return ExitCode.ok;
    }
    const file = resolve(output);
    await write(file, page);
    if (options['json'] === true) print(JSON.stringify({ file, bytes: Buffer.byteLength(page) }));
    else tell(`psutil-agent: ${display(file, 500)}: written, ${String(Math.ceil(Buffer.byteLength(page) / 1024))} KiB`);
    return ExitCode.ok;
  },
};

async function pageOf(options: Options, hours: number): Promise<string> {
  const { data, config } = options;
  if ((data === undefined) === (config === undefined)) throw new UsageError(`expected --data DIR or --config FILE, found ${data === undefined ? 'none' : 'both'}`);
  const { directory, title, settings } = typeof data === 'string' ? await ofDirectory(resolve(data)) : ofFile(String(config));
  const viewed = viewStatus(directory);
  const status = 'status' in viewed ? viewed.status : undefined;
  const to = Date.now();
  const from = Math.round(to - hours * hour);
  return reportPage({
    title, directory, from, to, settings, status,
    statusFault: 'fault' in viewed ? viewed.fault : '', alive: status?.pid !== undefined && alive(status.pid), history: readHistory(directory, from, to),
  });
}

/** Of whom the report tells. */
interface Subject {
  /** Where status and history are. */
  readonly directory: string;
  readonly title: string;
  /** The settings, or why they are not shown. */
  readonly settings: SettingsView | string;
}

/** Standard input can be read but once, so that a file is. */
function ofFile(file: string): Subject {
  const read = readConfiguration(file);
  const { settings } = settingsFrom(read, file, process.env);
  return { directory: settings.status.path, title: nodeOf(settings), settings: viewSettings(nameOf(file), read) };
}

/** A directory tells what it can, whatever became of its settings. */
async function ofDirectory(directory: string): Promise<Subject> {
  await checkDirectory(directory);
  const [file, title] = [join(directory, 'settings.json'), basename(directory)];
  if (!(await exists(file))) return { directory, title, settings: 'The settings are not shown: their file is not in the data directory. Name it with --config.' };
  try {
    const read = readConfiguration(file);
    return { directory, title: read.faults.length === 0 ? nodeOf(settingsFrom(read, file, process.env).settings) : title, settings: viewSettings(file, read) };
  } catch (error) {
    return { directory, title, settings: `The settings are not shown: ${messageOf(error)}` };
  }
}

/** The node's name and id. */
function nodeOf({ identity: { nodeName, nodeId } }: Settings): string {
  return nodeName === nodeId ? nodeId : `${nodeName} (${nodeId})`;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function checkDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => error);
  if (found instanceof Error) {
    const reason = systemCode(found) === 'ENOENT' ? 'none' : messageOf(found);
    throw new PlatformError('PSA_STATUS_NOT_FOUND', `${display(directory, 500)}: expected the data directory of a collector, found ${reason}; check --data`);
  }
}

/** Whole or not at all, and through no link: who made one there may mean another file. */
async function write(file: string, page: string): Promise<void> {
  try {
    const there = await lstat(file).catch(() => undefined);
    if (there !== undefined && !there.isFile()) throw new Error(there.isSymbolicLink() ? 'it is a link' : 'it is no file');
    replaceFile(file, [page]);
  } catch (error) {
    throw new PlatformError('PSA_OUTPUT', `${display(file, 500)}: expected a place to write the report to (${messageOf(error)}); check --output`, { cause: error });
  }
}
