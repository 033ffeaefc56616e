/** The examples of the pages: each has a fate, and those in YAML and JSON are valid. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseText } from '../config/document.js';
import { validate } from '../config/validation.js';
import { sampleSchema } from '../status/schema.js';
import { examples, pages, root, type Example } from './support/examples.js';

const all = examples();
const run = all.filter(({ fate }) => fate === 'run');
const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings or lists of metrics in a document: itself, or what stands in a blueprint under psutil_config and psutil_settings. */
function configurationsIn(value: unknown, top = true): unknown[] {
  if (Array.isArray(value)) return top ? [value] : value.flatMap((item) => configurationsIn(item, false));
  if (!isMap(value)) return [];
  if ('interfaces' in value || !top) {
    return Object.entries(value).flatMap(([key, member]) => {
      if (key === 'psutil_config') return [member];
      return key === 'psutil_settings' ? [{ psutil_config: [], ...(member as object) }] : configurationsIn(member, false);
    });
  }
  return [{ psutil_config: [], ...value }];
}

describe('the examples of the pages', () => {
  it('are found, and those that nothing runs say why', (test) => {
    assert.ok(all.length > 20, String(all.length));
    const left = all.filter(({ fate }) => fate === 'not run');
    for (const { place, reason } of left) test.diagnostic(`not run: ${place}: ${String(reason)}`);
    test.diagnostic(`${String(all.length)} examples, ${String(left.length)} of them not run`);
    assert.ok(left.length <= 10, 'few are not run');
  });

  it('are in languages that a test runs', () => {
    const unknown = run.filter(({ language }) => !['yaml', 'json', 'sh', 'powershell'].includes(language));
    assert.deepEqual(unknown.map(({ place, language }) => `${place}: "${language}"`), []);
    assert.deepEqual(all.filter(({ fate, language }) => fate === 'wine' && language !== 'powershell'), []);
  });

  const documents = run.filter(({ language }) => ['yaml', 'json'].includes(language));
  const check = ({ text }: Example): void => {
    const document = parseText(text);
    if (isMap(document) && 'metric' in document) {
      const valid = new Ajv2020().compile(sampleSchema());
      assert.ok(valid(document), JSON.stringify(valid.errors));
      return;
    }
    const found = configurationsIn(document);
    assert.ok(found.length > 0, 'there is a configuration in it');
    for (const configuration of found) assert.deepEqual(validate(configuration, false, 'win32').faults.map(({ message }) => message), []);
  };
  for (const example of documents) it(`${example.place} is valid`, () => { check(example); });
});

describe('the links of the pages', () => {
  it('lead to files and headings that are there', () => {
    const anchors = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)]
      .map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'));
    const broken = pages().filter((page) => page.endsWith('.md')).flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8').replaceAll(/^ *```[^]*?^ *```$/gm, '');
      return [...text.matchAll(/\]\(([^)\s]*)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link)).filter((link) => {
        const [path = '', anchor] = link.split('#');
        const file = join(root, path === '' ? page : posix.join(posix.dirname(page), path));
        return !existsSync(file) || (anchor !== undefined && !anchors(file).includes(anchor));
      }).map((link) => `${page}: ${link}`);
    });
    assert.deepEqual(broken, []);
  });
});
