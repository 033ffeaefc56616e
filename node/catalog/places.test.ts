import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { functions } from './functions.js';

const source = new URL('../../node/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.includes('.test.') && !name.startsWith('test/'));
const texts = new Map(files.map((name) => [name, readFileSync(new URL(name, source), 'utf8')]));

/** What is computed of raw readings is named once more, where it is computed. */
const computing = /^sample\/(agentReader|counterReader|methodReader|composed|reader|processReader)\.ts$/;
/** The settings that `init` writes are an example, and the doctor asks the time server of the settings' own clock. */
const examples = /^cli\/(init|doctor\/(clock|metrics))\.ts$/;

test('a function is named in its row, in the table of each provider, and where it is computed: nowhere else, but for examples', () => {
  for (const { name, group } of functions) {
    if (group === 'external' || group === 'agent' || name === 'users' || name === 'pids' || name === 'uptime') continue;
    const named = new RegExp(`(?<![\\w.\`])'?${name}'?(?=:| ?===)|'${name}'`);
    const places = [...texts].filter(([, text]) => named.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|examples: \['\w+'\]/gm, ''))).map(([file]) => file);
    const others = places.filter((file) => !/^catalog\//.test(file) && !/^providers\/(linux|windows)\/(provider|process)\.ts$/.test(file) && !computing.test(file) && !examples.test(file));
    assert.deepEqual(others, [], name);
    assert.ok(places.filter((file) => /^catalog\/(?!refused)/.test(file)).length >= 1, `${name} has no row`);
  }
});
