/** Configurations as chance makes them: grown from the schemas and the examples, then damaged. A seed repeats them. */
import { readFileSync, readdirSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { Random } from '../test/chaos/random.js';
import { monitorSchema, psutilConfigSchema, schemaIds, type Schema } from './schema.js';

/** What must never be shown; it stands only where a reader can tell that it is a secret. */
export const secret = 'hunter2hunter2';
/** The same as a number. */
export const secretNumber = 735_560_873_156;

const psutilConfig = psutilConfigSchema();
const monitor = monitorSchema();
const root = new URL('../../', import.meta.url);
const examples = readdirSync(new URL('examples/', root)).filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(`examples/${name}`, root), 'utf8'));

const hostile = [
  '', ' ', '\u001b[31mred', 'a\u0000b', '\u202eabc', 'a\u2028b\u2029c', '\ufeff', '\u200b', '\ud800', '🙂', 'é', '\r\n', '\t', '__proto__', 'constructor', '*', '.', '..', '*.*',
  'count', '0', '-1', '1e300', 'Infinity', 'NaN', 'null', 'true', '~', '{', '[', '"', '\'', '\\', '%', '&a', '*a', '!a', 'rabbit:5672', '[::1]', 'C:\\x', '/tmp/x', '$(x)', '<<',
];
const secretTexts = [`amqp://user:${secret}@host`, `amqps://u:${secret}@h:5671/v`, `password:${secret}`, `password: ${secret}`, `passwrd=${secret}`, `u:${secret}@h`];
const secretKeys = ['password', 'passwrd', 'pasword', 'Password', 'passwort', 'client_key_password', 'secret', 'token'];
const numbers = [0, -0, 1, -1, 0.1, 0.05, 255, 256, 65535, 65536, 604_800, 604_801, 2 ** 31, 2 ** 32, 2 ** 53, 1e15, 1e300, -1e300, Infinity, NaN, 1e-300];
const runs = ['[', '{', '- ', '? ', ': ', '&a ', '*a ', '!', '%', '"', '\'', '|', '>', ' ', '\t', '\n', '#', ',', '9', 'a', '.', '://', '@', '[]', '{}', 'a: ', '- a\n', '\\', '\u0000', '\u202e', 'é', '\ud83d'];

function text(random: Random): string {
  const kind = random.below(20);
  if (kind === 0) return random.pick(secretTexts);
  if (kind === 1) return random.pick(runs).repeat(random.below(random.chance(0.02) ? 90_000 : 400));
  if (kind === 2) return `${'9'.repeat(random.below(random.chance(0.02) ? 90_000 : 40))}${random.pick(['', 'x'])}`;
  return kind < 12 ? random.pick(hostile) : random.pick(['free', 'host', 'cpu', 'a.b', 'boot_time', 'localhost', 'eth0.rx', 'web_1', '5', 'false', 'None']);
}

/** A value of no schema. */
function anything(random: Random, depth: number): unknown {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0: return null;
    case 1: return random.chance(0.5);
    case 2: return random.pick(numbers);
    case 6: return Array.from({ length: random.below(5) }, () => anything(random, depth - 1));
    case 7: return Object.fromEntries(Array.from({ length: random.below(5) }, () => [text(random).slice(0, 300), anything(random, depth - 1)]));
    default: return text(random);
  }
}

/** A value that a schema allows, but for what chance gets wrong. */
function grow(random: Random, schema: Schema, wrong: number): unknown {
  if (random.chance(wrong)) return anything(random, 3);
  if ('$ref' in schema) return grow(random, schema['$ref'] === schemaIds.psutilConfig ? psutilConfig : {}, wrong);
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum'] as unknown[]);
  switch ([schema['type']].flat()[0]) {
    case 'array':
      return Array.from({ length: random.below(6) }, () => grow(random, schema['items'] as Schema, wrong));
    case 'object':
      return growMap(random, schema, wrong);
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
    case 'number':
      return random.chance(wrong) ? random.pick(numbers) : (schema['default'] ?? schema['minimum'] ?? 1);
    default:
      return random.chance(0.3) ? text(random) : (schema['default'] ?? 'x');
  }
}

function growMap(random: Random, schema: Schema, wrong: number): object {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = (schema['required'] ?? []) as readonly string[];
  const chosen = properties.filter(([name]) => random.chance(required.includes(name) ? 1 - wrong / 2 : 0.3));
  const pairs = chosen.map(([name, of]) => [random.chance(wrong / 4) ? misspelt(random, name) : name, /password/.test(name) ? random.pick<unknown>([secret, secret, secret, `${secret}\u0001`, secretNumber]) : grow(random, of, wrong)] as const);
  const extra = random.chance(wrong / 2) ? [[text(random).slice(0, 300), anything(random, 2)] as const] : [];
  const planted = random.chance(0.05) ? [[random.pick(secretKeys), random.pick<unknown>([secret, `${secret}\u0001`, secretNumber, [secret], { a: secret }])] as const] : [];
  const rules = (schema['allOf'] ?? []) as readonly { if: { properties: { method: { const: string } } }; then: Schema }[];
  const method = pairs.find(([name]) => name === 'method')?.[1];
  const rule = rules.find((one) => one.if.properties.method.const === method);
  return { ...Object.fromEntries([...pairs, ...extra, ...planted]), ...(rule === undefined ? {} : growMap(random, rule.then, wrong)) };
}

/** A name with one letter changed; names of secrets stay so. */
function misspelt(random: Random, name: string): string {
  if (/pass/.test(name)) return name;
  const at = random.below(name.length);
  return `${name.slice(0, at)}${random.pick(['', 'x', name.charAt(at).repeat(2), '\u001b'])}${name.slice(at + 1)}`;
}

function grown(random: Random): string {
  const value = grow(random, random.chance(0.3) ? psutilConfig : monitor, random.pick([0, 0.01, 0.05, 0.2]));
  if (random.chance(0.5)) return JSON.stringify(value, null, random.pick(['', '\t', '  ']));
  return dump(value, { skipInvalid: true, flowLevel: random.pick([-1, -1, 2, 4]) });
}

/** Text of YAML that asks for much work. */
function costly(random: Random): string {
  // Few are large: what is answered at the largest size that is read has a test of its own.
  const length = random.chance(0.005) ? random.below(400_000) : random.below(3000);
  const run = random.pick(runs);
  const names = 'abcdefghij'.split('');
  return random.pick([
    () => run.repeat(length / run.length),
    () => `psutil_config:\n  - method: boot_time\n    interval: ${'9'.repeat(length)}x\n`,
    () => `[${random.pick(['1,', '"a",', '{},', '[],', '*a,', '&a 1,', '{"method":"x"},'])}]`.replace(/\[(.*),]/, (_, item: string) => `[${`${item},`.repeat(length / 8)}1]`),
    () => `{${Array.from({ length: length / 20 }, (_, n) => `"key${String(n)}": 1`).join(',')}}`,
    () => `psutil_config:\n${Array.from({ length: length / 30 }, (_, n) => `- {method: boot_time, interval: ${String(n)}}`).join('\n')}`,
    () => `${random.pick(['&a [*a, *a]', '&a {b: *a}', '- &a [[[*a]]]', 'psutil_config: &a [{method: x, args: *a}]'])}\n`,
    () => names.map((name, n) => `${name}: &${name} [${Array(1 + random.below(12)).fill(n === 0 ? 'x' : `*${names[n - 1] ?? 'a'}`).join(',')}]`).join('\n'),
    () => `broker:\n  password: ${random.pick(['!', '!!', '!<', '*', '&', '%', '@', '`', '|', '"', '\'', '[', '{', '- '])}${secret}${random.pick(['', ' x', '!', ': x', '\n'])}\npsutil_config: []\n`,
    () => `broker: {${'tls: {'.repeat(length / 6)}`,
    () => `- method: ${run.repeat(length / run.length)}\n  ${run.repeat(20)}: 1`,
  ])();
}

/** Bytes changed here and there, never those around a secret, which tell that it is one. */
function damage(random: Random, bytes: Buffer): Buffer {
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    const near = bytes.subarray(Math.max(0, at - 40), at + 40);
    if ([secret.slice(0, 6), String(secretNumber).slice(0, 6), 'pass'].some((word) => near.includes(word))) continue;
    const piece = random.pick([
      () => Buffer.from([random.below(256)]), () => Buffer.from(random.pick(runs)), () => Buffer.alloc(0), () => Buffer.from(random.pick(hostile)),
      () => bytes.subarray(at, at + random.below(20)),
    ])();
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + random.below(3))]);
  }
  return bytes;
}

/** A configuration file's bytes. */
export function randomDocument(random: Random): Buffer {
  const kind = random.below(10);
  const source = kind < 6 ? grown(random) : kind < 8 ? random.pick(examples) : costly(random);
  const encoding = random.below(30);
  if (encoding === 0) return Buffer.from(`\ufeff${source}`, 'utf16le');
  if (encoding === 1) return Buffer.from(source, 'utf16le');
  if (encoding === 2) return Buffer.from(source, 'latin1');
  const bytes = Buffer.from(source);
  return random.chance(0.4) || kind === 6 || kind === 7 ? damage(random, bytes) : bytes;
}
