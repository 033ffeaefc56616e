/** The reference page of all functions, docs/functions.md, written from the catalog (`npm run schemas`). */
import type { Argument, CatalogFunction, Field } from './function.js';
import { functions } from './functions.js';

const shapes: Record<CatalogFunction['shape'], string> = {
  value: 'one value', values: 'a list of numbers', fields: 'a map of fields', records: 'a list of maps', map: 'a map of maps',
  lists: 'a map of lists of maps',
};

/** How a function is called: its name, its arguments and their defaults. */
export function signature(definition: CatalogFunction): string {
  const text = ({ name, required, default: value }: Argument): string => (required ? name : `${name}=${JSON.stringify(value)}`);
  return `${definition.name}(${definition.arguments.map(text).join(', ')})`;
}

/** What a function gives, in words. */
export function shapeText(definition: CatalogFunction): string {
  const per = definition.perItem;
  return `${shapes[definition.shape]}${per === undefined ? '' : `; with ${per.argument}, ${shapes[per.shape]}`}`;
}

function fieldRow({ name, unit, type, kind, platforms, aliases, meaning }: Field): string {
  const only = platforms.length === 1 ? ` (${platforms[0] === 'win32' ? 'Windows' : 'Linux'} only)` : '';
  const older = aliases.length === 0 ? '' : `; also \`${aliases.join('`, `')}\``;
  return `| ${name === '' ? 'the value' : `\`${name}\``} | ${type === 'number' ? unit : type} | ${kind} | ${meaning}${only}${older} |`;
}

function argumentRow({ name, type, nullable, required, default: value, meaning }: Argument): string {
  return `| \`${name}\` | ${type}${nullable ? ' or null' : ''} | ${required ? 'required' : JSON.stringify(value)} | ${meaning} |`;
}

function section(definition: CatalogFunction): string[] {
  const args = definition.arguments.map(argumentRow);
  return [
    `## ${definition.name}`, '', `\`${signature(definition)}\``, '', `${definition.meaning}. Gives ${shapeText(definition)}.`, '',
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
