import type { Argument, CatalogFunction, Field } from '../catalog/function.js';
import { functionNamed, functions } from '../catalog/functions.js';
import { shapeText, signature } from '../catalog/page.js';
import { nearest } from '../config/nearest.js';
import { ExitCode, UsageError } from '../model/errors.js';
import type { Command } from './command.js';
import { print, printText } from './output.js';

/** `methods`: the catalog. */
export const methods: Command = {
  name: 'methods',
  usage: '[NAME] [--json]',
  summary: 'Lists the functions: arguments, fields, units, platforms.',
  details: ['  NAME    one function, in full', '  --json  a list of objects'],
  example: 'methods Process',
  options: { json: { type: 'boolean' } },
  positionals: 1,
  run(options, [name]) {
    const chosen = name === undefined ? functions : [named(name)];
    if (options['json'] === true) print(JSON.stringify(chosen));
    else if (name === undefined) printText(table());
    else for (const definition of chosen) printText(page(definition));
    return ExitCode.ok;
  },
};

/** The function of that name, or a UsageError with the nearest. */
export function named(name: string): CatalogFunction {
  const definition = functionNamed(name);
  if (definition !== undefined) return definition;
  const near = nearest(name, functions.map((candidate) => candidate.name));
  throw new UsageError(
    `expected a psutil function of the catalog (psutil-agent methods lists them), found "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  );
}

/** A function a line, its arguments being its page's. */
function table(): string {
  const width = Math.max(...functions.map(({ name }) => name.length)) + 2;
  return functions.map(({ name, meaning }) => name.padEnd(width) + meaning).join('\n');
}

/** The page of one function. */
function page(definition: CatalogFunction): string {
  return [
    signature(definition),
    `  ${definition.meaning}`,
    `  platforms: ${definition.platforms.join(', ')}`,
    `  gives: ${shapeText(definition)}`,
    ...(definition.arguments.length === 0 ? [] : ['  arguments:', ...columns(definition.arguments.map(argumentRow))]),
    '  fields:',
    ...columns(definition.fields.map(fieldRow)),
  ].join('\n');
}

function argumentRow(argument: Argument): readonly string[] {
  const type = argument.nullable ? `${argument.type} or null` : argument.type;
  return [argument.name, type, argument.required ? 'required' : argument.selects === true ? 'optional' : `default ${JSON.stringify(argument.default)}`, argument.meaning];
}

function fieldRow(field: Field): readonly string[] {
  const only = field.platforms.length === 1 ? ` (${field.platforms.join()} only)` : '';
  const older = field.aliases.length === 0 ? '' : ` (also ${field.aliases.join(', ')})`;
  return [field.name || '-', field.unit || (field.type === 'number' ? '' : field.type), field.kind, `${field.meaning}${only}${older}`];
}

/** Rows with their columns aligned. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}`);
}
