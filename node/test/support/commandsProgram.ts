/**
 * A program that runs commands one after another, on the terminal that it has, and between two writes a line with a form feed: its argument
 * names a file of their words, as JSON.
 */
import { readFileSync } from 'node:fs';
import { runToExit } from '../../cli/program.js';

for (const [at, words] of (JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as string[]).entries()) {
  if (at > 0) console.log('\f');
  await runToExit(words.split(' '));
}
