// Takes the pictures of the report in docs/pictures, of made-up data: node tools/build.mjs && node tools/pictures.mjs [FOLDER]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './dependencies.mjs';
import { openChromium } from '../dist/test/support/chromium.js';
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
  const chromium = await openChromium();
  try {
    for (const colorScheme of ['light', 'dark']) {
      for (const [name, [width, height, deviceScaleFactor]] of Object.entries(windows)) {
        const page = await chromium.newPage({ colorScheme, viewport: { width, height }, deviceScaleFactor });
        await page.goto(pathToFileURL(file).href);
        await page.screenshot({ path: join(folder, `report-${name}-${colorScheme}.png`) });
        await page.close();
      }
    }
  } finally {
    await chromium.close();
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
