import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium without a window, which reaches for nothing by itself. */
export async function openChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: '/usr/bin/chromium-headless-shell',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
