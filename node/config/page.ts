/** The reference page of the settings, docs/settings.md, written from the schema (`npm run schemas`). */
import { monitorSchema, psutilConfigSchema, type Schema } from './schema.js';

type Properties = Readonly<Record<string, Schema>>;

const propertiesOf = (schema: Schema): Properties | undefined => schema['properties'] as Properties | undefined;

/** Numbers in groups of three, as people read them. */
const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 });

/** What a value may be, in words: its type, its bounds, its choices. */
function typeText(schema: Schema): string {
  const { type, enum: choices, minimum, maximum, items } = schema as { type: string; enum?: readonly string[]; minimum?: number; maximum?: number; items?: Schema };
  // The functions' names fill a page of their own.
  if (choices !== undefined) return choices.length > 20 ? 'a name of [functions.md](functions.md)' : choices.map((choice) => `\`${choice}\``).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${grouped(minimum)} to ${grouped(maximum)}`;
  return items === undefined ? type : `list of ${typeText(items)}s`;
}

/** The value that stands for a key in the examples: one the schema names, or the default. */
export function exampleOf(schema: Schema): unknown {
  return (schema['examples'] as readonly unknown[] | undefined)?.[0] ?? schema['default'];
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const code = (value: unknown): string => (value === undefined ? '' : `\`${JSON.stringify(value)}\``);

/** A row a key; sections have headings of their own. */
function rows(properties: Properties): string[] {
  return Object.entries(properties).filter(([, schema]) => propertiesOf(schema) === undefined && schema['$ref'] === undefined).map(([key, schema]) =>
    `| \`${key}\` | ${typeText(schema)} | ${code(schema['default'])} | ${code(exampleOf(schema))} | ${String(schema['description'])} |`);
}

function sections(title: string, schema: Schema): string[] {
  const properties = propertiesOf(schema) ?? {};
  const own = rows(properties);
  return [
    ...(title === '' ? [] : [`## ${title}`, '', `${sentence(String(schema['description']))}.`, '']),
    ...(own.length === 0 ? [] : ['| key | type | default | example | meaning |', '|---|---|---|---|---|', ...own, '']),
    ...Object.entries(properties).flatMap(([key, member]) => (propertiesOf(member) === undefined ? [] : sections(title === '' ? key : `${title}.${key}`, member))),
  ];
}

/** The page as Markdown. */
export function settingsPage(): string {
  const entry = psutilConfigSchema()['items'] as Schema;
  return [
    '# Settings', '',
    'A settings file is a map, in JSON or YAML, of the keys below; only `psutil_config` is required. A file that is a list alone is its',
    '`psutil_config`. What is not given has its default; a key that is not here is refused, with the nearest that is. Texts have a longest',
    'length, which the fault names. This page is written from the schema (`npm run schemas`); [examples](../examples) start from whole files.', '',
    ...sections('', monitorSchema()),
    ...sections('psutil_config', { ...entry, description: 'A list of entries: the functions to call, each on its own interval' }),
  ].join('\n').replace(/\n+$/, '\n');
}
