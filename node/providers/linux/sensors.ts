import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { known, optionalNamesIn, optionalTextOf, type Roots } from './source.js';

/** psutil's signs of a battery's time. */
const unknownTime = -1;
const unlimitedTime = -2;

/** psutil's sensors_battery: the first battery. Throws UnavailableError where there is none, which psutil tells by None. */
export function battery(roots: Roots): Result {
  const supplies = `${roots.sys}/class/power_supply`;
  const names = optionalNamesIn(supplies);
  const name = names.filter((supply) => supply.startsWith('BAT') || supply.toLowerCase().includes('battery')).sort()[0];
  if (name === undefined) throw new UnavailableError('this machine has no battery');
  const number = (file: string): number | undefined => {
    const text = optionalTextOf(`${supplies}/${name}/${file}`);
    return text === undefined ? undefined : Number(text);
  };
  const now = number('energy_now') ?? number('charge_now');
  const full = number('energy_full') ?? number('charge_full');
  const power = number('power_now') ?? number('current_now');
  const percent = full !== undefined && now !== undefined && full > 0 ? (100 * now) / full : number('capacity');
  if (percent === undefined) throw new UnavailableError(`the battery ${name} does not tell its charge`);
  const plugged = pluggedIn(supplies, names, optionalTextOf(`${supplies}/${name}/status`)?.toLowerCase());
  const minutes = number('time_to_empty_now');
  const left = now !== undefined && power !== undefined && power > 0 ? Math.trunc((now / power) * 3600)
    : minutes !== undefined && minutes >= 0 ? Math.trunc(minutes * 60) : unknownTime;
  return { percent, secsleft: plugged === true ? unlimitedTime : left, power_plugged: plugged ?? null };
}

/** Whether a mains supply is on; where none tells, what the battery's own state says. */
function pluggedIn(supplies: string, names: readonly string[], status: string | undefined): boolean | undefined {
  const online = names.filter((name) => /^AC/.test(name)).map((name) => optionalTextOf(`${supplies}/${name}/online`)).find((text) => text !== undefined);
  if (online !== undefined) return online === '1';
  if (status === 'discharging') return false;
  return status === 'charging' || status === 'full' ? true : undefined;
}

/** The folders of hwmon chips; older drivers keep theirs one level deeper. */
function chips(roots: Roots): string[] {
  const folder = `${roots.sys}/class/hwmon`;
  return optionalNamesIn(folder).filter((name) => name.startsWith('hwmon')).map((name) => `${folder}/${name}`);
}

/** The sensors of all chips: a row for each `<kind>N_input`, by the chip's name. */
function sensorsOf(roots: Roots, kind: string, row: (sensor: (suffix: string) => string | undefined) => Result | undefined): Record<string, Result[]> {
  const byChip: Record<string, Result[]> = {};
  for (const chip of chips(roots)) {
    const bases = [chip, `${chip}/device`].flatMap((folder) =>
      optionalNamesIn(folder).flatMap((name) => (new RegExp(`^${kind}\\d+_input$`).test(name) ? [`${folder}/${name.slice(0, -'_input'.length)}`] : [])));
    const name = optionalTextOf(`${chip}/name`) ?? optionalTextOf(`${chip}/device/name`);
    for (const base of bases.sort()) {
      const value = row((suffix) => optionalTextOf(`${base}_${suffix}`));
      if (value !== undefined && name !== undefined) (byChip[name] ??= []).push(value);
    }
  }
  return byChip;
}

/** psutil's sensors_fans: revolutions a minute by chip. */
export function fans(roots: Roots): Record<string, Result[]> {
  return sensorsOf(roots, 'fan', (sensor) => {
    const current = sensor('input');
    return current === undefined ? undefined : { label: sensor('label') ?? '', ...known({ current: Number(current) }) };
  });
}

/** psutil's sensors_temperatures by chip; where no chip tells, the thermal zones. */
export function temperatures(roots: Roots, fahrenheit: boolean): Record<string, Result[]> {
  const degrees = (text: string | undefined): number | null => (text === undefined || text === '' || Number.isNaN(Number(text)) ? null : scale(Number(text) / 1000, fahrenheit));
  const byChip = sensorsOf(roots, 'temp', (sensor) => {
    const current = degrees(sensor('input'));
    if (current === null) return undefined;
    const [high, critical] = [degrees(sensor('max')), degrees(sensor('crit'))];
    return { label: sensor('label') ?? '', current, high: high ?? critical, critical: critical ?? high };
  });
  return Object.keys(byChip).length > 0 ? byChip : zones(roots, degrees);
}

function zones(roots: Roots, degrees: (text: string | undefined) => number | null): Record<string, Result[]> {
  const folder = `${roots.sys}/class/thermal`;
  const byType: Record<string, Result[]> = {};
  for (const zone of optionalNamesIn(folder).filter((name) => name.startsWith('thermal_zone')).sort()) {
    const current = degrees(optionalTextOf(`${folder}/${zone}/temp`));
    const type = optionalTextOf(`${folder}/${zone}/type`);
    if (current === null || type === undefined) continue;
    const point = (kind: string): number | null => degrees(tripPoint(`${folder}/${zone}`, kind));
    const [high, critical] = [point('high'), point('critical')];
    (byType[type] ??= []).push({ label: '', current, high: high ?? critical, critical: critical ?? high });
  }
  return byType;
}

function tripPoint(zone: string, kind: string): string | undefined {
  const type = optionalNamesIn(zone).filter((name) => /^trip_point_\d+_type$/.test(name)).find((name) => optionalTextOf(`${zone}/${name}`) === kind);
  return type === undefined ? undefined : optionalTextOf(`${zone}/${type.replace(/_type$/, '_temp')}`);
}

function scale(celsius: number, fahrenheit: boolean): number {
  return fahrenheit ? (celsius * 9) / 5 + 32 : celsius;
}

