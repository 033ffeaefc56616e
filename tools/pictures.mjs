// Takes the pictures of the report in docs/pictures, of made-up data: node tools/build.mjs && node tools/pictures.mjs [FOLDER]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './dependencies.mjs';
import { Chromium } from '../dist/test/support/chromium.js';
import { writeReportData } from '../dist/test/support/reportData.js';

const folder = process.argv[2] ?? join(root, 'docs/pictures');
/** Width, height and scale of each window. */
const windows = { phone: [390, 1400, 1], tablet: [820, 1150, 1], desktop: [1280, 1420, 0.7] };

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-pictures-'));
process.env.TZ = 'UTC';
try {
  mkdirSync(folder, { recursive: true });
  writeReportData(join(home, 'db'), Date.now());
  const file = join(home, 'report.html');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/launcher.cjs'), 'report', '--data', join(home, 'db'), '--output', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const chromium = await Chromium.open();
  try {
    for (const scheme of ['light', 'dark']) {
      for (const [name, [width, height, scale]] of Object.entries(windows)) {
        await chromium.look({ width, height, scale, scheme });
        await chromium.goto(pathToFileURL(file).href);
        writeFileSync(join(folder, `report-${name}-${scheme}.png`), await chromium.picture());
      }
    }
  } finally {
    await chromium.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
