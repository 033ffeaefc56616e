import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Random } from '../test/chaos/random.js';
import { psutilAgent, psutilAgentHere, type Ended } from '../test/support/command.js';
import { randomDocument, secret, secretNumber } from './fuzz.test.support.js';

// The first of the documents of fuzz.test.ts, which has thousands of them, and the worst known ones, by the real command, and some more as it answers
// within this process.
// FUZZ_SEED=123 repeats a run, FUZZ_DOCUMENTS=200 is the long form.

const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_126);
const documents = Number(process.env['FUZZ_DOCUMENTS'] ?? 14);
const home = mkdtempSync(join(tmpdir(), 'psutil-agent-fuzz-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

interface Reply {
  readonly valid: boolean;
  readonly faults: readonly { readonly message: string }[];
  readonly more: number;
}

/** Nothing that steers a terminal, no secret, no stack. */
function clean(text: string): void {
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.doesNotMatch(text, /\n\s+at |node:internal|unexpected fault/);
  for (const word of [secret, String(secretNumber)]) assert.ok(!text.includes(word.slice(0, 7)), text);
}

async function validate(bytes: Buffer | string, run: (args: string[]) => Promise<Ended>, ...more: string[]): Promise<Ended> {
  const file = join(home, 'config');
  writeFileSync(file, bytes);
  return await run(['validate', '--config', file, ...more]);
}

describe('psutil-agent validate', () => {
  it(`answers any document with exit code 0 or 3: ${String(documents)} of seed ${String(seed)}`, async () => {
    for (let n = 0; n < documents; n++) {
      const bytes = randomDocument(new Random(seed + n));
      const told = `FUZZ_SEED=${String(seed + n)}`;
      const run = n < 4 ? psutilAgent : psutilAgentHere;
      if (n % 2 === 0) {
        const { code, out, err } = await validate(bytes, run);
        assert.ok(code === 0 || code === 3, `${told}: ${String(code)} ${err}`);
        assert.equal(out, '', told);
        assert.match(err, code === 0 ? /: valid\n$/ : /expected .+, found ./, told);
        clean(err);
      } else {
        const { code, out } = await validate(bytes, run, '--json');
        const { valid, faults } = JSON.parse(out) as Reply;
        assert.deepEqual([code, faults.length > 0], [valid ? 0 : 3, !valid], told);
        if (!valid) clean(out);
      }
    }
  });

  const worst: [string, string, RegExp][] = [
    ['an alias in what it names', '&a [*a, *a]', /found an alias \(\*name\) to a map or list that it stands in itself/],
    ['90,000 digits and a letter', `[{"method": "boot_time", "interval": "${'9'.repeat(90_000)}x"}]`, /\/0\/interval: expected a number, found "9{57}\.\.\."/],
    ['8 MB of YAML', '- method: boot_time\n  interval: 5\n'.repeat(230_000), /expected a configuration of at most 4194304 bytes, found more/],
    ['4 MB of YAML', '- method: boot_time\n  interval: 5\n'.repeat(115_000), /expected at most 200000 values and 4194304 characters/],
    ['20,000 faults', `[${'{"method":"x","interval":1},'.repeat(19_999)}{}]`, /: 20001 faults, of which 100 are shown\n$/],
    ['the same key twice', '{"psutil_config": [], "psutil_config": []}', /line 1, column \d+: the same key twice in one map/],
    ['bytes of another code page', 'psutil_config: [] # \u00e9', /config: expected text in UTF-8, .*found the byte E9 at offset 20/],
  ];
  for (const [name, text, pattern] of worst) {
    it(`${name}: exit code 3, one clear message`, async () => {
      const bytes = Buffer.from(text, name.includes('code page') ? 'latin1' : 'utf8');
      const { code, err } = await validate(bytes, psutilAgent);
      assert.equal(code, 3, err);
      assert.match(err, pattern);
      clean(err);
      const { code: again, out } = await validate(bytes, psutilAgentHere, '--json');
      assert.equal(again, 3);
      assert.equal((JSON.parse(out) as Reply).valid, false);
    });
  }

  it('tells a program how many faults there are beyond those shown', async () => {
    const { out } = await validate(`[${Array(150).fill('{"method":"x","interval":1}').join(',')}]`, psutilAgentHere, '--json');
    const { faults, more } = JSON.parse(out) as Reply;
    assert.deepEqual([faults.length, more], [100, 50]);
  });

  it('run refuses the same, with the number of faults', async () => {
    const file = join(home, 'config');
    writeFileSync(file, `[${Array(150).fill('{"method":"x","interval":1}').join(',')}]`);
    const { code, err } = await psutilAgent(['run', '--config', file, '--once']);
    assert.equal(code, 3);
    assert.match(err, /: the configuration has 150 faults, of which 100 are shown\n/);
    assert.equal(err.trim().split('\n').length, 101);
  });
});
