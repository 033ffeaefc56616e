/**
 * Answers calls of the command for a whole session of PowerShell's tests: on each line of its input a Call, on each line of its output
 * what came of it. A start of Node costs most calls a hundred times what they do themselves, under Wine a second.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { runToExit } from '../../cli/program.js';
import { told } from './told.js';

/** What a process of its own would be given. */
interface Call {
  readonly words: readonly string[];
  readonly input: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

let input = Buffer.alloc(0);
const readSync = fs.readSync;
// The command's standard input is the call's: this process's own is read as a stream.
fs.readSync = ((file: number, buffer: Buffer, offset: number, length: number, position: null) => {
  if (file !== 0) return readSync(file, buffer, offset, length, position);
  const count = input.copy(buffer, offset, 0, length);
  input = input.subarray(count);
  return count;
}) as typeof fs.readSync;
syncBuiltinESMExports();

async function answer(call: Call): Promise<string> {
  input = Buffer.from(call.input);
  process.chdir(call.folder);
  for (const name of Object.keys(process.env)) if (!(name in call.environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, call.environment);
  const { out, err, result } = await told(() => runToExit(call.words));
  return JSON.stringify({ code: result ?? null, out, err });
}

let rest = '';
let answering = Promise.resolve();
process.stdin.setEncoding('utf8').on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) answering = answering.then(async () => { process.stdout.write(`${await answer(JSON.parse(line) as Call)}\n`); });
}).on('end', () => process.exit());
