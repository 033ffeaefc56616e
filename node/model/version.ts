import { readFileSync } from 'node:fs';

declare const PSUTIL_AGENT_VERSION: string | undefined;

/** The package's version; the packaged bundle carries it as a constant. */
export const version: string =
  typeof PSUTIL_AGENT_VERSION === 'string'
    ? PSUTIL_AGENT_VERSION
    : (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
