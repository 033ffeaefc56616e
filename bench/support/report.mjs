// The tables, and the verdict.
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** Says what the collector runs on, and how busy the machine was before: figures of a busy one are no figures. */
export function describeMachine(node) {
  const [load] = loadavg();
  const cores = availableParallelism();
  const model = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const quiet = load < 0.3 * cores;
  console.log(`${String(cores)} cores (${model}), Node ${node}, load ${load.toFixed(2)}${quiet ? '' : ': NOT QUIET, times are too long and only ratios count'}\n`);
}

const number = (value, digits) => (value === undefined || Number.isNaN(value) ? '-' : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** A table with columns as wide as their cells. */
function print(head, lines) {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((cells) => cells[column].length)));
  for (const cells of [head, widths.map((width) => '-'.repeat(width)), ...lines]) {
    console.log(cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '));
  }
  console.log('');
}

/** Every row beside its peers', each as a figure and as how many times ours it is. */
export function printRows(rows) {
  if (rows.length === 0) return;
  const peers = [...new Set(rows.flatMap((row) => Object.keys(row.peers)))];
  print(['', 'unit', 'collector', ...peers.flatMap((peer) => [peer, 'ours/its'])], rows.map(({ name, unit, digits, ours, peers: theirs }) => [
    name, unit, number(ours, digits),
    ...peers.flatMap((peer) => [number(theirs[peer], digits), number(ours / theirs[peer], 2)]),
  ]));
}

/** Whether a budget is met; in the short form a ratio may be off by a factor of two, and what only a quiet machine tells is not judged. */
function verdict({ value, most, least, ratio = false, strict = false }, long) {
  const slack = long || strict ? 1 : 2;
  const limit = most ?? least;
  const by = most === undefined ? least / value : most === 0 ? value : value / most;
  const met = most === undefined ? value >= limit / slack : value <= limit * slack;
  if (met) return { failed: false, text: by <= 1 || most === 0 ? 'met' : `missed by a factor of ${by.toFixed(2)}` };
  const text = most === 0 ? `MISSED by ${number(value, 0)}` : `MISSED by a factor of ${number(by, 2)}`;
  return { failed: long || ratio || strict, text };
}

/** Whether a budget is missed by so much that the run fails. */
export const fails = (budget, long) => verdict(budget, long).failed;

/** The table of budgets; gives how many are failed. */
export function printBudgets(budgets, long) {
  if (budgets.length === 0) return 0;
  const judged = budgets.map((budget) => ({ ...budget, ...verdict(budget, long) }));
  const digits = (value) => (Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 3 : 1);
  print(['budget', 'found', 'at most', 'at least', ''], judged.map(({ name, value, most, least, text }) => [
    name, number(value, digits(value)), most === undefined ? '' : number(most, digits(most)), least === undefined ? '' : number(least, digits(least)), text,
  ]));
  return judged.filter(({ failed }) => failed).length;
}
