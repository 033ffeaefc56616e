/** The reference page of all functions, docs/functions.md, written from the catalog (`npm run schemas`). */
import type { Argument, CatalogFunction, Field } from './function.js';
import { functions } from './functions.js';

const shapes: Record<CatalogFunction['shape'], string> = {
  value: 'one value', values: 'a list of numbers', fields: 'a map of fields', records: 'a list of maps', map: 'a map of maps',
  lists: 'a map of lists of maps', numbers: 'a map of numbers', any: 'what the source gives: a number, or maps and lists of them',
};

/** How a function is called: its name, its arguments and their defaults; in brackets those that may be left out and have none. */
export function signature(definition: CatalogFunction): string {
  const text = ({ name, required, selects, default: value }: Argument): string => (required ? name : selects === true ? `[${name}]` : `${name}=${JSON.stringify(value)}`);
  return `${definition.name}(${definition.arguments.map(text).join(', ')})`;
}

/** What a function gives, in words. */
export function shapeText(definition: CatalogFunction): string {
  const per = definition.perItem;
  return `${shapes[definition.shape]}${per === undefined ? '' : `; with ${per.argument}, ${shapes[per.shape]}`}`;
}

/** The names of an enumeration's numbers. */
export function enumeration(values: Readonly<Record<number, string>>): string {
  return Object.entries(values).map(([number, name]) => `${number} ${name}`).join(', ');
}

function fieldRow({ name, unit, type, kind, platforms, aliases, values, meaning }: Field): string {
  const only = platforms.length === 1 ? ` (${platforms[0] === 'win32' ? 'Windows' : 'Linux'} only)` : '';
  const older = aliases.length === 0 ? '' : `; also \`${aliases.join('`, `')}\``;
  const names = values === undefined ? '' : `: ${enumeration(values)}`;
  return `| ${name === '' ? 'the value' : `\`${name}\``} | ${type === 'number' ? unit : type} | ${kind} | ${meaning}${names}${only}${older} |`;
}

function argumentRow({ name, type, nullable, required, selects, default: value, values, meaning }: Argument): string {
  const words = values === undefined ? type : values.map((value) => `\`${value}\``).join(', ');
  return `| \`${name}\` | ${words}${nullable ? ' or null' : ''} | ${required ? 'required' : selects === true ? 'left out' : JSON.stringify(value)} | ${meaning} |`;
}

function section(definition: CatalogFunction): string[] {
  const args = definition.arguments.map(argumentRow);
  const absent = Object.entries(definition.reasons ?? {}).map(([platform, reason]) => `Not on ${platform === 'win32' ? 'Windows' : 'Linux'}: ${reason}.`);
  const bulk = definition.bulk === true ? ['It needs a `result_argument`.'] : [];
  return [
    `## ${definition.name}`, '', `\`${signature(definition)}\``, '',
    [`${definition.meaning}. Gives ${shapeText(definition)}.`, ...bulk, ...absent].join(' '), '',
    ...(args.length === 0 ? [] : ['| argument | type | default | meaning |', '|---|---|---|---|', ...args, '']),
    '| field | unit | kind | meaning |', '|---|---|---|---|', ...definition.fields.map(fieldRow), '',
  ];
}

/** The page as Markdown. */
export function referencePage(): string {
  return [
    '# Functions', '',
    'What `method` in psutil_config may be: psutil\'s functions by psutil\'s names, arguments and fields. This page is written from the',
    'catalog (`npm run schemas`); `psutil-agent methods NAME` and `Get-PsutilMethod` tell the same.', '',
    ...functions.flatMap(section),
  ].join('\n');
}
