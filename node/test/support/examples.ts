/**
 * The examples of the pages: every fenced block of README.md, CONTRIBUTING.md, docs/ and cloudify/README.md, and the examples of the
 * about_ topics, which are their lines indented by eight. A comment on the line above a block says what becomes of it:
 *
 *   <!-- not run: REASON -->   no test runs it
 *   <!-- run: wine -->         node/test/module/package.system.test.ts does, with the zip on a Windows host under Wine
 *
 * Without one, YAML and JSON are held against the schemas (node/test/examples.test.ts), sh is run with RabbitMQ
 * (node/test/module/examples.system.test.ts), PowerShell is run in pwsh (Pester/Example.Tests.ps1, with the cmdlets' own examples).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Example {
  /** The page and the line, as `docs/x.md:12`. */
  readonly place: string;
  readonly page: string;
  readonly language: string;
  readonly text: string;
  readonly fate: 'run' | 'wine' | 'not run';
  /** Why it is not run. */
  readonly reason?: string;
}

/** The pages, from the project's folder. */
export function pages(): string[] {
  const inside = (folder: string, extension: string): string[] => readdirSync(join(root, folder)).filter((name) => name.endsWith(extension)).map((name) => `${folder}/${name}`);
  return [...readdirSync(root).filter((name) => name.endsWith('.md')), ...inside('docs', '.md'), ...inside('cloudify', '.md'), ...inside('en-US', '.help.txt')].sort();
}

/** The examples of all pages. Throws where a comment above a block is none of the above. */
export function examples(): Example[] {
  return pages().flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return page.endsWith('.md') ? fenced(page, text) : indented(page, text);
  });
}

function fenced(page: string, text: string): Example[] {
  const blocks = text.matchAll(/^([ ]*)(?:<!-- ((?:(?!-->)[^])*?) -->\n\1)?```(\w*)\n([^]*?)^\1```$/gm);
  return [...blocks].map((match) => {
    const [, indent = '', comment, language = '', body = ''] = match;
    const place = `${page}:${String(text.slice(0, match.index).split('\n').length)}`;
    const own = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return { place, page, language, text: own, ...fateOf(place, comment) };
  });
}

function fateOf(place: string, comment: string | undefined): Pick<Example, 'fate' | 'reason'> {
  if (comment === undefined) return { fate: 'run' };
  if (comment === 'run: wine') return { fate: 'wine' };
  const reason = /^not run: (\S[^]*)$/.exec(comment)?.[1];
  if (reason === undefined) throw new Error(`${place}: expected "not run: REASON" or "run: wine" above an example, found "${comment}"`);
  return { fate: 'not run', reason };
}

function indented(page: string, text: string): Example[] {
  return [...text.matchAll(/(?<=\n\n)(?: {8,}\S.*\n| *\n(?= {8}))+/g)].map(({ 0: block, index }) => {
    const own = block.replaceAll(/^ {8}/gm, '');
    const language = /^(?:- )?\w+:( |$)/m.test(own) ? 'yaml' : 'powershell';
    return { place: `${page}:${String(text.slice(0, index).split('\n').length)}`, page, language, text: own, fate: 'run' };
  });
}
