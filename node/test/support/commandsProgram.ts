/**
 * A program that runs commands one after another, on the terminal that it has, and between two writes a line with a form feed: its argument
 * names a file of their words, as JSON. Where further files are named, one a command, that is what it reads from standard input, and it says how it ended.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { runToExit } from '../../cli/program.js';

const [commands = '', ...inputs] = process.argv.slice(2);
for (const [at, words] of (JSON.parse(readFileSync(commands, 'utf8')) as string[]).entries()) {
  if (at > 0) console.log('\f');
  const input = inputs[at];
  if (input !== undefined) {
    // The lowest number that is free is the one that a file gets.
    closeSync(0);
    openSync(input, 'r');
  }
  const code = await runToExit(words.split(' '));
  if (input !== undefined) console.log(`exit code ${String(code)}`);
}
