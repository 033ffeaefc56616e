import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../node/', import.meta.url));

/** The stages in the order of their imports: a stage imports only from those before it, and from itself. */
const order = ['catalog', 'model', 'log', 'config', 'providers', 'scheduler', 'spool', 'sample', 'status', 'history', 'report', 'transport', 'output', 'agent', 'cli', 'test'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const matches = text.matchAll(/^(?:import|export) (type )?[^;]*?from '(\.[^']+)';$|import\('(\.[^']+)'\)/gm);
  return [...matches].map((match) => {
    const target = normalize(join(dirname(file), match[2] ?? match[3] ?? '')).replace(/\.(c?)js$/, '.$1ts');
    return { from: file, to: target, typeOnly: match[1] !== undefined };
  });
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.includes('.test.') && !name.startsWith('test/support'));
const imports = files.flatMap(importsOf);
const rank = (file: string): number => order.indexOf((file.split('/')[0] ?? '').replace(/\.ts$/, ''));

describe('imports', () => {
  it('are found at all', () => {
    assert.ok(imports.length > 50);
  });

  it('know every folder', () => {
    for (const file of files) assert.notEqual(rank(file), -1, `${file} is in no stage`);
  });

  it('point one way along the flow', () => {
    const backward = imports.filter(({ from, to }) => rank(to) > rank(from));
    assert.deepEqual(backward.map(({ from, to }) => `${from} -> ${to}`), []);
  });

  it('form no cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `cycle: ${[...path, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
  });
});
