// What a reading costs, a function at a time: the provider's raw reading, on Linux beside psutil's own, and under Wine.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { psutil } from '../../dist/test/support/psutil.js';
import { layoutModule } from '../../tools/windows/module.mjs';
import { makePrefix } from '../../tools/windows/prefix.mjs';
import { median } from '../support/processes.mjs';

const script = fileURLToPath(new URL('../support/providerCalls.mjs', import.meta.url));

/** Microseconds a call of the real psutil, taken inside a warm Python. */
async function psutilCall(name, args, rounds) {
  const words = Object.values(args).map((value) => JSON.stringify(value)).join(', ');
  const seconds = [];
  for (let n = 0; n < rounds; n++) seconds.push(await psutil(`__import__('timeit').timeit(lambda: psutil.${name}(${words}), number=50)`));
  return (median(seconds) * 1e6) / 50;
}

const rowOf = (where, name, { us, unavailable }, peers) => ({
  name: `${where} ${name}${unavailable === undefined ? '' : `: ${unavailable.slice(0, 60)}`}`, unit: 'us', digits: 1, ours: us, peers,
});

export async function calls({ long }) {
  const rounds = long ? 21 : 5;
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(rounds)]);
  const rows = [];
  for (const [name, reading] of Object.entries(JSON.parse(stdout))) {
    const peer = await psutilCall(name, reading.args, rounds).catch(() => undefined);
    rows.push(rowOf('Linux', name, reading, { psutil: peer }));
  }
  return { rows, budgets: [] };
}

/** The same by node.exe for Windows, in a prefix of its own. */
export async function wineCalls({ long }) {
  const prefix = await makePrefix();
  try {
    const module = join(prefix.drive, 'PsutilAgent');
    await layoutModule(module);
    mkdirSync(join(module, 'bench/support'), { recursive: true });
    cpSync(script, join(module, 'bench/support/providerCalls.mjs'));
    const { code, out, err } = await prefix.wine(['C:\\PsutilAgent\\bin\\node.exe', 'C:\\PsutilAgent\\bench\\support\\providerCalls.mjs', String(long ? 21 : 5)]);
    if (code !== 0) throw new Error(`node.exe ended with ${String(code)}: ${err}`);
    return { rows: Object.entries(JSON.parse(out)).map(([name, reading]) => rowOf('Wine', name, reading, {})), budgets: [] };
  } finally {
    await prefix.remove();
  }
}
