/** What `npm test` says at its end of what failed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

interface Failures {
  readonly failuresIn: (output: string) => readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly tellFailures: (stages: readonly { readonly name: string; readonly output: string }[]) => string;
}

const { failuresIn, tellFailures } = (await import(new URL('../../tools/failures.mjs', import.meta.url).href)) as Failures;

/** A test's line in TAP, with its YAML. */
const failed = (depth: number, name: string, ...details: string[]): string => [`not ok 1 - ${name}`, '  ---', '  duration_ms: 1.5', ...details.map((line) => `  ${line}`), '  ...'].map((line) => `${'    '.repeat(depth)}${line}`).join('\n');
const begun = (depth: number, name: string): string => `${'    '.repeat(depth)}# Subtest: ${name}`;
const code = 'failureType: \'testCodeFailure\'';

describe('what failed in node:test', () => {
  it('is a test by the names of what it is in, with its error; what only failed with it is not told', () => {
    const output = [
      'TAP version 13', begun(0, 'other'), 'ok 1 - other', begun(0, 'outer'), begun(1, 'inner'), begun(2, 'good'), '        ok 1 - good', begun(2, 'bad \\#1'),
      failed(2, 'bad \\#1', code, 'error: |-', '  one', '  ', '  ...', 'code: 2'), failed(1, 'inner', 'failureType: \'subtestsFailed\''),
      begun(1, 'later'), failed(1, 'later # TODO', code), failed(0, 'outer', 'failureType: \'subtestsFailed\''), begun(0, 'last'), failed(0, 'last', code), '1..3', '# fail 2',
    ].join('\n');
    assert.deepEqual(failuresIn(output), [
      { name: 'outer > inner > bad #1', lines: [code, 'error: |-', '  one', '  ', '  ...', 'code: 2'] },
      { name: 'last', lines: [code] },
    ]);
  });

  it('is the hook before what is cancelled for it', () => {
    const cancelled = ['failureType: \'cancelledByParent\'', 'error: \'cancelled\'', 'code: \'X\''];
    const output = [begun(0, 'all'), begun(1, 'a'), failed(1, 'a', ...cancelled), failed(0, 'all', 'failureType: \'hookFailed\'', 'error: \'no broker\'')].join('\n');
    assert.deepEqual(failuresIn(output), [
      { name: 'all', lines: ['failureType: \'hookFailed\'', 'error: \'no broker\''] },
      { name: 'all > a', lines: ['error: \'cancelled\''] },
    ]);
  });

  it('is a file that ended early, with what it wrote', () => {
    const output = ['TAP version 13', '# SyntaxError: x', '#     at y', begun(0, 'dist/x.test.js'), failed(0, 'dist/x.test.js', 'exitCode: 1')].join('\n');
    assert.deepEqual(failuresIn(output), [{ name: 'dist/x.test.js', lines: ['SyntaxError: x', '    at y', 'exitCode: 1'] }]);
  });
});

describe('what failed in Pester', () => {
  it('is a test by its name, with its error, once, also within the error of a test of ours', () => {
    const pester = ['[+] /x/A.Tests.ps1 1.2s (1s|2ms)', '[-] Start.refuses a name 45ms (40ms|5ms)', ' Expected 1, but got 2.', ' at <ScriptBlock>, /x/B.Tests.ps1:5', '[-] Discovery in /x/C.Tests.ps1 failed with:', 'ParseException', 'Tests completed in 2s'];
    const found = [{ name: 'Start.refuses a name', lines: [' Expected 1, but got 2.', ' at <ScriptBlock>, /x/B.Tests.ps1:5'] }, { name: 'Discovery in /x/C.Tests.ps1 failed with:', lines: ['ParseException'] }];
    assert.deepEqual(failuresIn(pester.join('\r\n')), found);
    const wrapped = [begun(0, 'passes'), failed(0, 'passes', code, 'error: |-', ...[...pester, ...pester].map((line) => `  ${line}`))].join('\n');
    const [ours, ...theirs] = failuresIn(wrapped);
    assert.equal(ours?.name, 'passes');
    assert.deepEqual(theirs, found);
  });
});

describe('the end of a run', () => {
  it('names stage and test, and gives the last lines of a stage in which no test failed', () => {
    const lines = Array.from({ length: 50 }, (_, n) => `line ${String(n)}`);
    const told = tellFailures([{ name: 'unit', output: failed(0, 'a', 'error: \'x\'') }, { name: 'lint', output: `${lines.join('\n')}\n` }]);
    assert.equal(told, ['Failed:', 'unit: a', '    error: \'x\'', 'lint', '    ...', ...lines.slice(11).map((line) => `    ${line}`)].join('\n'));
  });

  it('is bounded', () => {
    const long = Array.from({ length: 90 }, (_, n) => `detail: ${String(n)}`);
    const told = tellFailures([{ name: 'unit', output: Array.from({ length: 500 }, (_, n) => failed(0, `test ${String(n)}`, ...long)).join('\n') }]).split('\n');
    assert.ok(told.length < 600, String(told.length));
    assert.deepEqual([told.includes('unit: test 99'), told.at(-1)], [true, 'and 400 more']);
  });
});
