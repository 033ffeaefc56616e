import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeText, EncodingError } from '../model/encoding.js';
import { ConfigError } from '../model/errors.js';
import { Random } from '../test/chaos/random.js';
import { loadPerCore } from '../test/support/load.js';
import { parseText } from './document.js';
import { randomDocument, secret, secretNumber } from './fuzz.test.support.js';
import { completeSettings } from './reader.js';
import { validate } from './validation.js';

// Other documents at each run. FUZZ_SEED=123 repeats one, FUZZ_DOCUMENTS=1 its first document only, FUZZ_DOCUMENTS=100000 is the long form.
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
const documents = Number(process.env['FUZZ_DOCUMENTS'] ?? 2000);
/** CPU time that one document may take, milliseconds; where more is at work than there are cores, which share caches, each second of it does less. */
const longest = loadPerCore() > 1 ? 4000 : 2000;

interface Answer {
  readonly kind: 'valid' | 'invalid' | 'unreadable';
  readonly messages: readonly string[];
}

/** What a document is told, as the command tells it; whatever else is thrown is a failure. */
function answer(bytes: Buffer): Answer {
  let parsed: unknown;
  try {
    parsed = parseText(decodeText(bytes));
  } catch (error) {
    assert.ok(error instanceof ConfigError || error instanceof EncodingError, String(error instanceof Error ? error.stack : error));
    return { kind: 'unreadable', messages: [error.message] };
  }
  const { faults, warnings, document } = validate(parsed);
  const messages = [...faults.flatMap(({ pointer, message, expected, found }) => [message, pointer, expected, found]), ...warnings.map(({ message }) => message)];
  if (faults.length > 0) return { kind: 'invalid', messages };
  assert.ok(completeSettings(document, '/', {}).entries.length >= 0);
  return { kind: 'valid', messages };
}

/** CPU time since an earlier reading of it, milliseconds. */
function spentSince(earlier: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(earlier);
  return (user + system) / 1000;
}

/** Milliseconds of CPU time that an answer takes: of three the least, as a machine that is shared makes each dearer, never cheaper. */
function costOf(bytes: Buffer): number {
  const costs = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    answer(bytes);
    return spentSince(before);
  });
  return Math.min(...costs);
}

function check(bytes: Buffer): Answer['kind'] {
  // To ask for CPU time costs more than most documents do: of a small one the clock's word is enough to have it answered again for that.
  const before = bytes.length > 100_000 ? process.cpuUsage() : undefined;
  const begin = performance.now();
  const { kind, messages } = answer(bytes);
  if ((before === undefined ? performance.now() - begin : spentSince(before)) >= longest) {
    const took = costOf(bytes);
    assert.ok(took < longest, `${String(took)} ms`);
  }
  assert.ok(kind === 'valid' || messages.length > 0);
  if (kind !== 'valid') assert.match(messages[0] ?? '', /expected .+, found ./);
  for (const message of messages) {
    assert.doesNotMatch(message, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    assert.ok(message.length < 4000, `a message of ${String(message.length)} characters`);
    for (const word of [secret, String(secretNumber)]) assert.ok(!message.includes(word.slice(0, 7)), message);
  }
  return kind;
}

describe('any document', () => {
  it(`is answered in time, clearly, without control characters and secrets: ${String(documents)}`, (context) => {
    context.diagnostic(`seed ${String(seed)} (FUZZ_SEED replays it)`);
    const counts = { valid: 0, invalid: 0, unreadable: 0 };
    for (let n = 0; n < documents; n++) {
      const bytes = randomDocument(new Random(seed + n));
      try {
        counts[check(bytes)]++;
      } catch (error) {
        const head = JSON.stringify(bytes.subarray(0, 1000).toString('latin1'));
        throw new Error(`FUZZ_SEED=${String(seed + n)} FUZZ_DOCUMENTS=1: ${error instanceof Error ? error.message : String(error)}\n${head}`, { cause: error });
      }
    }
    // Otherwise it is not what it seems that was tried.
    if (documents >= 1000) for (const [kind, count] of Object.entries(counts)) assert.ok(count > documents / 20, `${kind}: ${String(count)}`);
  });

  it('is answered in time at the largest size that is read', () => {
    const size = 4 * 1024 * 1024;
    const fill = (unit: string, head = '', tail = ''): string => head + unit.repeat((size - head.length - tail.length) / unit.length) + tail;
    const texts = [
      fill('[]', '[', ']'), fill('1,', '[', ']'), fill('{},', '[', ']'), fill('- x\n'), fill('- a: 1\n'), fill('a'), fill('9', '', 'x'), fill('9', '[{"method":"boot_time","interval":"', 'x"}]'),
      fill(' ', '[{"method":"cpu_percent","args":{"interval":"', 'x"}}]'), fill('""'), fill('"",', '[', ']'), fill('# x\n'), fill('a: |\n  x\n'), fill('&a '), fill('- &a x\n'), fill('*a,', '[&a 1,', ']'),
      fill('{"method":"x","interval":0},', '[', ']'), fill('{"method":"boot_time","x":0},', '[', ']'), fill('\n'), fill('\\x41', '"', '"'), fill('é'), fill('--- a\n'), fill('"a": 1,', '{', '}'),
    ];
    for (const text of texts) assert.notEqual(check(Buffer.from(text)), undefined, text.slice(0, 40));
    const keys = `{${Array.from({ length: 150_000 }, (_, n) => `"key${String(n)}": 1`).join(',')}}`;
    for (const text of [keys, `{"broker": ${keys}, "psutil_config": []}`, `[{"method": "cpu_percent", "interval": 1, "args": ${keys}}]`]) assert.equal(check(Buffer.from(text)), 'invalid');
  });
});
