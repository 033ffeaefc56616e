import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentError } from '../model/errors.js';
import { told } from '../test/support/told.js';
import { allCommands, runProgram } from './program.js';

const commands = await allCommands();

/** Where no file and no folder is. */
const nowhere = '/no/such/place';

/** What a call is refused with; fails where it is not, or where it has written anything before. */
async function fault(...args: string[]): Promise<AgentError> {
  const { error, out, err } = await told(() => runProgram(args));
  assert.ok(error instanceof AgentError, `${args.join(' ')}: ${String(error)}`);
  assert.equal(out + err, '', args.join(' '));
  return error;
}

async function refused(args: string[], message: string | RegExp, code: AgentError['code'] = 'PSA_USAGE'): Promise<void> {
  const error = await fault(...args);
  assert.equal(error.code, code, `${args.join(' ')}: ${error.message}`);
  if (typeof message === 'string') assert.ok(error.message.includes(message), `${args.join(' ')}: ${error.message}`);
  else assert.match(error.message, message, args.join(' '));
}

describe('bad input, to every command and option', () => {
  for (const { name, usage, options, positionals } of commands) {
    const all = Object.entries(options);
    /** What else a call wants, so that the option alone is wrong. */
    const words = name === 'sample' || name === 'watch' ? ['boot_time'] : [];
    const beside = (option: string): string[] => (usage.startsWith('--config FILE') && option !== 'config' ? ['--config', nowhere] : words);

    it(`${name}: what it does not know, with the nearest that it does`, async () => {
      for (const [option] of all) await refused([name, `--${option}s`], `found "--${option}s"; did you mean "--${option}"?`);
      for (const option of ['-z', '--constructor']) await refused([name, option], `found "${option}"`);
      await refused([name.slice(0, -1)], `did you mean "${name}"?`);
    });

    it(`${name}: a value that is missing, empty, another option, or there though none is wanted; an option twice`, async () => {
      for (const [option, { type }] of all) {
        if (type === 'boolean') {
          await refused([name, `--${option}=yes`], `--${option}: expected no value, found "yes"`);
          await refused([name, `--${option}`, `--${option}`], `--${option}: expected once, found twice`);
          continue;
        }
        for (const given of [[`--${option}`], [`--${option}=`], [`--${option}`, '']]) await refused([name, ...given], `--${option}: expected a value, found none`);
        await refused([name, `--${option}`, '--json'], `--${option}: expected a value, found "--json"`);
        await refused([name, `--${option}`, '1', `--${option}`, '1'], `--${option}: expected once, found twice`);
      }
    });

    it(`${name}: words too many, and empty ones`, async () => {
      const most = Array.from({ length: positionals }, () => 'x');
      await refused([name, ...most, 'y'], `behind ${name}, found "y"`);
      if (positionals > 0) await refused([name, ''], 'found ""');
    });

    for (const [, option = ''] of usage.matchAll(/--(\S+) [NS]\b/g)) {
      it(`${name}: --${option} that is no number, or one that cannot be`, async () => {
        for (const given of ['x', '-1', '1e999', '0x', '1,5', ' ']) await refused([name, ...beside(option), `--${option}=${given}`], new RegExp(`^--${option}: expected .*, found "${given}"$`));
      });
    }

    for (const [, option = ''] of usage.matchAll(/--(config|data) (?:FILE|DIR)/g)) {
      it(`${name}: --${option} where nothing is`, async () => {
        const place = process.platform === 'win32' ? /no.such.place/ : nowhere;
        await refused([name, `--${option}`, nowhere], place, option === 'config' ? 'PSA_CONFIG_NOT_FOUND' : 'PSA_STATUS_NOT_FOUND');
      });
    }
  }

  const contradictions: readonly (readonly [words: string, message: string])[] = [
    ['sample', 'expected METHOD or --config FILE, found none'],
    ['sample boot_time --config x', '--config: expected it alone, for a configuration has methods of its own, found "boot_time" beside it'],
    ['sample --config x --count 2 --interval 1 --time --values --result-argument y', 'found --result-argument, --count, --interval, --time, --values beside it'],
    ['sample boot_time --interval 2', '--interval: expected --count N beside it, found none'],
    ['watch', 'expected METHOD, --data DIR or --config FILE, found none'],
    ['watch boot_time --data x', 'found METHOD and --data DIR'],
    ['watch --data x --config y', 'found --data DIR and --config FILE'],
    ['watch boot_time cpu_count --result-argument x', '--result-argument: expected one METHOD beside it, found 2'],
    ['watch --data x --result-argument y', '--result-argument: expected METHOD beside it, found none'],
    ['status', 'expected --data DIR, --config FILE or --spool DIR, found none'],
    ['status --data x --spool y', 'expected --data DIR, --config FILE or --spool DIR, found --data and --spool'],
    ['report', 'expected --data DIR or --config FILE, found none'],
    ['report --data x --config y', 'expected --data DIR or --config FILE, found both'],
    ['report --data x --output - --json', '--json: expected --output FILE beside it'],
    ['init --force', '--force: expected --output FILE beside it, found none'],
    ['init --output .', '--output: expected a file, found the folder'],
    ['init --output . --force', '--output: expected a file, found the folder'],
    ['help run more', 'expected nothing behind help run, found "more"'],
    ['--version more', 'expected nothing behind --version, found "more"'],
    ['run', 'expected --config FILE, found none'],
    ['--config x run', 'found "--config"'],
  ];
  for (const [words, message] of contradictions) it(`contradictions: psutil-agent ${words}`, () => refused(words.split(' '), message));
});
