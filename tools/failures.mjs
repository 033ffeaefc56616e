// What failed, read from the outputs of test runners, to be told once more where nobody has to look for it.

/** Lines of a failure that are told, and failures of which more than the name is. */
const most = { lines: 40, whole: 12, named: 100 };

/**
 * The failures in a stage's output, [{name, lines}]: node:test's TAP, where a test's name follows those of what it is part of, and
 * Pester's. What only failed since a part of it did is none of its own.
 */
export function failuresIn(output) {
  const lines = output.split(/\r?\n/);
  return [...fromTap(lines), ...fromPester(lines)];
}

function fromTap(lines) {
  const found = [];
  /** Names of what is open, the outermost first. */
  const open = [];
  for (const [at, line] of lines.entries()) {
    const [, space = '', begun, failed] = /^((?: {4})*)(?:# Subtest: (.*)|not ok \d+ - (.*))$/.exec(line) ?? [];
    const name = (begun ?? failed)?.replace(/\\([#\\])/g, '$1');
    if (name === undefined) continue;
    open.splice(space.length / 4, Infinity, name);
    if (failed === undefined || / # (?:TODO|SKIP)\b/.test(failed)) continue;
    const details = detailsAt(lines, at + 1, space);
    if (details.includes('failureType: \'subtestsFailed\'')) continue;
    // A file that ended early says why on its standard error, before.
    const ended = details.some((detail) => detail.startsWith('exitCode: '));
    const cancelled = details.includes('failureType: \'cancelledByParent\'');
    const told = cancelled ? details.filter((detail) => detail.startsWith('error: ')) : details.filter((detail) => !detail.startsWith('duration_ms: '));
    found.push({ name: open.join(' > '), lines: [...ended ? commentsBefore(lines, at) : [], ...told] });
  }
  // Many are cancelled for one that failed: it comes first.
  return found.sort((one, other) => (one.lines.length > 1 ? 0 : 1) - (other.lines.length > 1 ? 0 : 1));
}

/** The YAML under a test's line. */
function detailsAt(lines, at, space) {
  if (lines[at] !== `${space}  ---`) return [];
  const end = lines.indexOf(`${space}  ...`, at);
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line) => line.slice(space.length + 2));
}

function commentsBefore(lines, at) {
  let first = at - 1;
  while (first > 0 && lines[first - 1].startsWith('# ') && !lines[first - 1].startsWith('# Subtest: ')) first -= 1;
  return lines.slice(Math.max(first, at - 1 - most.lines / 2), at - 1).map((line) => line.slice(2));
}

function fromPester(lines) {
  const found = [];
  for (const [at, line] of lines.entries()) {
    const [, space, name] = /^( *)\[-\] (.+?)(?: \d[\d.]*m?s \([\d.]+m?s\|[\d.]+m?s\))?$/.exec(line) ?? [];
    if (name === undefined) continue;
    const after = lines.slice(at + 1, at + 1 + most.lines);
    const end = after.findIndex((other) => /^ *(?:\[[+!-]\] |Describing |Context |Running tests |Tests completed |\.\.\.$|All of it:$)/.test(other));
    found.push({ name, lines: after.slice(0, end < 0 ? undefined : end).map((other) => other.slice(space.length)) });
  }
  // A run under Wine tells first what failed, and then all of it.
  return found.filter(({ name }, at) => found.findIndex((other) => other.name === name) === at);
}

/**
 * What is told of the stages that failed, [{name, output}]: of each failure its first lines, of a stage in whose output none is found
 * the last ones.
 */
export function tellFailures(stages) {
  const all = stages.flatMap(({ name: stage, output }) => {
    const found = failuresIn(output);
    if (found.length === 0) return [{ name: stage, lines: ['...', ...output.trimEnd().split('\n').slice(1 - most.lines)] }];
    return found.map(({ name, lines }) => ({ name: `${stage}: ${name}`, lines }));
  });
  const told = all.slice(0, most.named).map(({ name, lines }, at) => {
    const shown = at < most.whole ? lines.slice(0, most.lines) : [];
    return [name, ...shown.map((line) => `    ${line}`), ...shown.length < lines.length && at < most.whole ? ['    ...'] : []].join('\n');
  });
  return ['Failed:', ...told, ...all.length > most.named ? [`and ${String(all.length - most.named)} more`] : []].join('\n');
}
