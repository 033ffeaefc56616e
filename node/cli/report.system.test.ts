import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { Chromium } from '../test/support/chromium.js';
import { psutilAgent, psutilAgentHere } from '../test/support/command.js';
import { writeReportData } from '../test/support/reportData.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-report-system-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the report in Chromium', () => {
  let page: Chromium;
  const file = join(home, 'report.html');
  before(async () => {
    writeReportData(join(home, 'db'), Date.now());
    const { code, err } = await psutilAgentHere(['report', '--data', join(home, 'db'), '--output', file]);
    assert.equal(code, 0, err);
    page = await Chromium.open();
  });
  after(async () => {
    await page.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** The page loaded anew, with what it reaches for and complains of from then on. The window is one for all: another costs as much as what is looked at in it. */
  async function open(width: number, scheme: 'light' | 'dark'): Promise<void> {
    page.told = [];
    await page.look({ width, scheme });
    await page.goto(pathToFileURL(file).href);
  }

  for (const [width, scheme, looks] of [[390, 'dark', true], [820, 'light', false], [1280, 'light', true]] as const) {
    it(`fits ${String(width)} pixels, ${scheme}, and reaches for nothing${looks ? '; axe finds nothing wrong' : ''}`, async () => {
      await open(width, scheme);
      assert.deepEqual(await page.evaluate('[document.documentElement.scrollWidth, document.querySelectorAll(".chart svg").length]'), [width, 9]);
      if (looks) {
        await page.evaluate('for (const name of [".chart details", ".card details"]) document.querySelector(name).open = true;');
        await page.evaluate(axe);
        // To say of all that passes where it stands is half of its work.
        const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })');
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary = '' }) => html.slice(0, 200) + failureSummary).join('; ')}`), []);
      }
      assert.deepEqual(page.told, [`asked for ${pathToFileURL(file).href}`]);
    });
  }

  it('is used by keyboard: a link to the content first, each table, and a slider that tells all values of a moment', async () => {
    await open(1280, 'light');
    const focused = (): Promise<string> => page.evaluate('`${document.activeElement.tagName} ${document.activeElement.textContent.slice(0, 14)}`');
    await page.press('Tab');
    assert.equal(await focused(), 'A To the content');
    const seen = new Set<string>();
    for (let left = 60; left > 0 && !(await focused()).startsWith('INPUT'); left--) {
      seen.add(await focused());
      await page.press('Tab');
    }
    for (const name of ['A Time line', 'SUMMARY Table of cpu_p', 'DIV MetricFunction']) assert.ok(seen.has(name), [...seen].join('\n'));
    const shown = (): Promise<string[]> => page.evaluate('[document.querySelector(".cursor output").textContent, document.querySelector(".now").textContent, document.querySelector(".cursor p").textContent, document.querySelectorAll("tr.hit").length]');
    const [latest, last] = await shown();
    assert.equal(latest, 'latest');
    // To the middle of the outage: 100 of 360 minutes.
    await page.press('Home');
    for (let n = 0; n < 100; n++) await page.press('ArrowRight');
    const [time, value, what, hits] = await shown();
    assert.match(`${String(time)} ${String(value)}`, /^\d\d:\d\d \d+(\.\d+)? %$/);
    assert.match(String(what), /^Broker away: rabbit-1/);
    assert.equal(hits, 1);
    await page.press('Escape');
    assert.deepEqual((await shown()).slice(0, 2), ['latest', last]);
    await page.look({ width: 1280, scheme: 'light', media: 'print' });
    assert.deepEqual(await page.evaluate('[".cursor", "nav", ".chart", ".verdict"].map((name) => getComputedStyle(document.querySelector(name)).display === "none")'), [true, true, false, false]);
    assert.equal(page.told.length, 1, page.told.join('\n'));
  });
});

describe('the report of a real collector', () => {
  it('has its values, its start and its stop', async () => {
    const data = mkdtempSync(join(tmpdir(), 'psutil-agent-report-real-'));
    try {
      const settings = join(data, 'settings.json');
      writeFileSync(settings, JSON.stringify({ psutil_config: [{ method: 'virtual_memory', result_argument: 'available', interval: 0.1 }], status: { path: data }, log: { path: data } }));
      const ended = await psutilAgent(['run', '--config', settings, '--duration', '1']);
      assert.equal(ended.code, 0, ended.err);
      const { code, out, err } = await psutilAgentHere(['report', '--data', data, '--output', '-']);
      assert.equal(code, 0, err);
      assert.match(out, /<p class="word">stopped<\/p>/);
      assert.match(out, /Collector started, version \d/);
      assert.match(out, /The collector was stopped/);
      assert.match(out, /<h3>virtual_memory<\/h3><span class="now">[\d.,]+ [MG]iB</);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});
