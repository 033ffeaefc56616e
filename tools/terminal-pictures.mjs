// Makes docs/pictures/ anew: what the terminal shows, from a real one (tmux), as SVG. `node tools/terminal-pictures.mjs`, after a build.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { widthOf } from '../dist/model/width.js';
import { Tmux } from '../dist/test/support/tmux.js';
import { root } from './dependencies.mjs';
import { engineEnv, powershellEngine } from './powershell/engine.mjs';

const target = join(root, 'docs/pictures');
const home = mkdtempSync(join(tmpdir(), 'psutil-agent-pictures-'));
const kept = mkdtempSync(join(tmpdir(), 'psutil-agent-pictures-'));
const launcher = join(root, 'dist/cli/launcher.cjs');

/** A collector with a broker that is away, a volume that is not there, and more values than fit. */
const settings = {
  node: { deployment_id: 'shop', node_name: 'web', node_id: 'web_1' },
  broker: { hostnames: ['127.0.0.1'], port: 1 },
  status: { path: home, interval: 1 },
  psutil_config: [
    { method: 'cpu_percent', interval: 1 },
    { method: 'disk_usage', args: { path: '/mnt/backup' }, alias: 'backup', interval: 2 },
    { method: 'virtual_memory', interval: 1 },
    { method: 'disk_usage', args: { path: '/' }, alias: 'disk', interval: 2 },
    { method: 'net_io_counters', args: { pernic: true }, result_argument: 'lo.bytes_recv', rate: true, interval: 1, alias: 'net' },
    { method: 'cpu_times_percent', interval: 1 },
    { method: 'cpu_stats', rate: true, interval: 1 },
    { method: 'swap_memory', interval: 5 },
    { method: 'Process', args: { name: 'node*' }, result_argument: 'memory_info.rss', interval: 2, alias: 'node_memory' },
  ],
};

const cell = { width: 8.4, height: 17 };
const colours = { 1: 'font-weight="bold"', 2: 'fill="#8b949e"', 33: 'fill="#d29922"' };
const escapeXml = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

/** A screen as SVG: each run of characters at its own column, whatever font there is. */
function svgOf(lines, columns) {
  // It lasts from one line to the next.
  let attribute = '';
  const runs = lines.flatMap((line, row) => {
    let column = 0;
    // oxlint-disable-next-line no-control-regex
    return line.split(/\x1b\[([\d;]*)m/).flatMap((part, at) => {
      if (at % 2 === 1) {
        attribute = part.split(';').map((code) => colours[code] ?? '').filter(Boolean).join(' ');
        return [];
      }
      const texts = [...part.matchAll(/\S+(?: \S+)*/g)].map(({ 0: text, index }) => {
        const x = (column + widthOf(part.slice(0, index))) * cell.width;
        const width = widthOf(text) * cell.width;
        return `<text x="${(10 + x).toFixed(1)}" y="${(22 + row * cell.height).toFixed(0)}" textLength="${width.toFixed(1)}" ${attribute}>${escapeXml(text)}</text>`;
      });
      column += widthOf(part);
      return texts;
    });
  });
  const [width, height] = [columns * cell.width + 20, lines.length * cell.height + 18].map(Math.ceil);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,Consolas,Menlo,monospace" font-size="14" fill="#e6edf3" xml:space="preserve">`,
    `<rect width="${width}" height="${height}" rx="6" fill="#0d1117" stroke="none"/>`, ...runs, '</svg>', '',
  ].join('\n');
}

async function picture(name, columns, rows, command, ready, env = {}) {
  const terminal = new Tmux(columns, rows, `${command}; exec sleep 600`, env);
  try {
    await terminal.until(ready);
    const lines = terminal.screen(true);
    // Nothing below what a command printed.
    while (lines.length > 0 && lines.at(-1) === '') lines.pop();
    writeFileSync(join(target, `${name}.svg`), svgOf(lines, columns));
    // While it runs: what it says of itself at its end is another thing.
    if (command.includes(' run ')) cpSync(join(home, 'status.json'), join(kept, 'status.json'));
    console.log(`${name}\n${terminal.screen().join('\n').trimEnd()}\n`);
  } finally {
    terminal.close();
  }
}

/** Whether the collector has run for a while. */
const full = (text) => /oldest\s(1[6-9]|[2-9]\d)s/.test(text);

try {
  mkdirSync(target, { recursive: true });
  const config = join(home, 'settings.json');
  writeFileSync(config, JSON.stringify(settings));
  const run = `rm -rf '${home}/spool' && '${process.execPath}' '${launcher}' run --config ${config}`;
  for (const [columns, rows] of [[160, 50], [40, 12], [80, 24]]) await picture(`run-${columns}x${rows}`, columns, rows, run, full);
  const { command } = await powershellEngine();
  const words = [...command, '-NoProfile', '-NonInteractive', '-File', join(root, 'tools/terminal-pictures.ps1'), '-Data', kept].map((word) => `'${word}'`).join(' ');
  for (const name of ['Get-PsutilMonitor', 'Entries', 'Get-PsutilSample']) await picture(name, 80, name === 'Entries' ? 46 : 24, `${words} -Show ${name}`, (text) => text.includes('PS C:\\> _'), { ...engineEnv });
} finally {
  for (const folder of [home, kept]) rmSync(folder, { recursive: true, force: true });
}
