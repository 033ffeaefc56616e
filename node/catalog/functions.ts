/**
 * The one table of functions. Schema, help, completion, reference page and contract tests are made from it.
 * Names, arguments and fields are those of psutil 8.0, which is in development (docs/psutil-versions.md has what 7.2.2 has
 * otherwise); units are psutil's but for disk times, which are milliseconds on Windows too (psutil divides by 10^7 and
 * documents milliseconds: its issue 3002).
 */
import { agent } from './agent.js';
import { certificates } from './certificates.js';
import { clock } from './clock.js';
import { cpu } from './cpu.js';
import { disk } from './disk.js';
import { events } from './events.js';
import { external } from './external.js';
import type { CatalogFunction } from './function.js';
import { gpu } from './gpu.js';
import { kernel } from './kernel.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { processes } from './process.js';
import { protocol } from './protocol.js';
import { reboot } from './reboot.js';
import { sensors } from './sensors.js';
import { services } from './services.js';
import { system } from './system.js';

/** Every function of the catalog, grouped as psutil documents them. */
export const functions: readonly CatalogFunction[] = [
  ...cpu, ...memory, ...disk, ...network, ...sensors, ...gpu, ...system, ...processes, ...services,
  ...kernel, ...protocol, ...certificates, ...reboot, ...events, ...clock, ...agent, ...external,
];

const byName = new Map(functions.map((definition) => [definition.name, definition]));

/** The function of that name, if the catalog has it. */
export function functionNamed(name: string): CatalogFunction | undefined {
  return byName.get(name);
}
