import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { kernelTree } from '../../test/support/tree.js';
import { linuxProvider } from './provider.js';
import { battery, fans, temperatures } from './sensors.js';

const under = (folder: string, files: Readonly<Record<string, string>>) =>
  kernelTree(Object.fromEntries(Object.entries(files).map(([name, text]) => [`sys/class/${folder}/${name}`, `${text}\n`])));

describe('battery', () => {
  const of = (files: Record<string, string>): Result => battery(under('power_supply', files));

  it('is full to a share of what it takes, lasts by what it gives, and is plugged in or not', () => {
    const energy = { 'BAT0/energy_now': '30', 'BAT0/energy_full': '40', 'BAT0/power_now': '60', 'BAT0/status': 'Discharging', 'BAT0/capacity': '1' };
    assert.deepEqual(of(energy), { percent: 75, secsleft: 1800, power_plugged: false });
    const charge = { 'BAT0/charge_now': '10', 'BAT0/charge_full': '40', 'BAT0/current_now': '7' };
    assert.deepEqual(of(charge), { percent: 25, secsleft: 5142, power_plugged: null });
    assert.deepEqual(of({ ...energy, ...charge }), { percent: 75, secsleft: 1800, power_plugged: false }, 'energy before charge');
    assert.deepEqual(of({ 'BAT0/capacity': '66', 'BAT0/energy_now': '5', 'BAT0/energy_full': '0' }), { percent: 66, secsleft: -1, power_plugged: null });
  });

  it('lasts as long as it says, where it does not say what it gives', () => {
    const base = { 'BAT0/capacity': '50' };
    assert.deepEqual(of({ ...base, 'BAT0/time_to_empty_now': '2.5' }), { percent: 50, secsleft: 150, power_plugged: null });
    assert.deepEqual(of({ ...base, 'BAT0/time_to_empty_now': '0' }), { percent: 50, secsleft: 0, power_plugged: null });
    for (const more of [{}, { 'BAT0/time_to_empty_now': '-1' }]) assert.deepEqual(of({ ...base, ...more }), { percent: 50, secsleft: -1, power_plugged: null });
    assert.deepEqual(of({ ...base, 'BAT0/energy_now': '5', 'BAT0/power_now': '0' }), { percent: 50, secsleft: -1, power_plugged: null });
  });

  it('believes the mains before the battery', () => {
    const base = { 'BAT0/capacity': '50', 'BAT0/time_to_empty_now': '1' };
    for (const [more, plugged] of [
      [{ 'AC/online': '1', 'BAT0/status': 'Discharging' }, true], [{ 'AC0/online': '0', 'BAT0/status': 'Charging' }, false], [{ 'XAC/online': '1' }, null],
      [{ 'BAT0/status': 'Charging' }, true], [{ 'BAT0/status': 'FULL' }, true], [{ 'BAT0/status': 'discharging' }, false], [{ 'BAT0/status': 'Unknown' }, null],
    ] as const) assert.deepEqual(of({ ...base, ...more }), { percent: 50, secsleft: plugged === true ? -2 : 60, power_plugged: plugged }, JSON.stringify(more));
  });

  it('says nothing of a time or a share that it lacks half of', () => {
    assert.deepEqual(of({ 'BAT0/capacity': '50', 'BAT0/energy_full': '40', 'BAT0/power_now': '60' }), { percent: 50, secsleft: -1, power_plugged: null });
    assert.deepEqual(of({ 'BAT0/capacity': '50', 'BAT0/energy_now': '40' }), { percent: 50, secsleft: -1, power_plugged: null });
    assert.equal((of({ 'BAT0/capacity': '50', 'AC/type': 'Mains', 'AC1/online': '1' }) as { power_plugged: boolean }).power_plugged, true, 'of several mains the one that tells');
  });

  it('is the first of several, by any of its names', () => {
    assert.equal((of({ 'BAT1/capacity': '1', 'BAT0/capacity': '2', 'AC/online': '1' }) as { percent: number }).percent, 2);
    assert.equal((of({ 'my_Battery/capacity': '3', 'hid-BAT/capacity': '4' }) as { percent: number }).percent, 3);
  });

  it('is unavailable where there is none, or where it does not tell its charge', () => {
    assert.throws(() => of({ 'AC/online': '1', 'XBAT/capacity': '1' }), new UnavailableError('this machine has no battery'));
    assert.throws(() => of({ 'BAT0/status': 'Full' }), new UnavailableError('the battery BAT0 does not tell its charge'));
  });
});

describe('fans', () => {
  it('by chip, each with its label, older drivers one level deeper; what cannot be read is left out', () => {
    const roots = under('hwmon', {
      'hwmon0/name': 'nct', 'hwmon0/fan2_input': '900', 'hwmon0/fan1_input': '0', 'hwmon0/fan1_label': 'CPU', 'hwmon0/temp1_input': '5', 'hwmon0/fan1_input_x': '7', 'hwmon0/xfan1_input': '7',
      'hwmon1/device/name': 'old', 'hwmon1/device/fan1_input': '1200', 'hwmon1/fan1_max': '9',
      'hwmon2/fan1_input': '3', 'other/name': 'x', 'other/fan1_input': '4',
    });
    assert.deepEqual(fans(roots), { nct: [{ label: 'CPU', current: 0 }, { label: '', current: 900 }], old: [{ label: '', current: 1200 }] });
    assert.deepEqual(fans(kernelTree({})), {});
  });
});

describe('temperatures', () => {
  it('of chips: a limit that is not told is the other one, and without any both are unknown', () => {
    const roots = under('hwmon', {
      'hwmon0/name': 'coretemp', 'hwmon0/temp1_input': '45500', 'hwmon0/temp1_label': 'Package', 'hwmon0/temp1_max': '80000', 'hwmon0/temp1_crit': '100000',
      'hwmon0/temp2_input': '-5000', 'hwmon0/temp2_max': '70000', 'hwmon0/temp3_input': '0', 'hwmon0/temp3_crit': '90000', 'hwmon0/temp4_input': '1000', 'hwmon0/temp5_input': 'N/A', 'hwmon0/temp6_input': '',
    });
    assert.deepEqual(temperatures(roots, false), { coretemp: [
      { label: 'Package', current: 45.5, high: 80, critical: 100 }, { label: '', current: -5, high: 70, critical: 70 }, { label: '', current: 0, high: 90, critical: 90 },
      { label: '', current: 1, high: null, critical: null },
    ] });
    assert.deepEqual((temperatures(roots, true)['coretemp'] as { current: number; high: number | null }[]).map(({ current, high }) => [current, high]), [[113.9, 176], [23, 158], [32, 194], [33.8, null]]);
  });

  it('of thermal zones where no chip tells', () => {
    const roots = under('thermal', {
      'thermal_zone0/type': 'acpitz', 'thermal_zone0/temp': '30000', 'thermal_zone0/trip_point_0_type': 'critical', 'thermal_zone0/trip_point_0_temp': '110000',
      'thermal_zone0/trip_point_1x_type': 'high', 'thermal_zone0/xtrip_point_0_type': 'high', 'thermal_zone0/trip_point_0_typex': 'high', 'thermal_zone0/trip_point_1_type': 'high', 'thermal_zone0/trip_point_1_temp': '95000', 'thermal_zone1/type': 'acpitz', 'thermal_zone1/temp': '20000',
      'thermal_zone1/trip_point_0_type': 'critical', 'thermal_zone1/trip_point_0_temp': '99000', 'thermal_zone2/type': 'bare', 'thermal_zone3/temp': '1', 'cooling_device0/type': 'x', 'cooling_device0/temp': '1',
    });
    assert.deepEqual(temperatures(roots, false), { acpitz: [{ label: '', current: 30, high: 95, critical: 110 }, { label: '', current: 20, high: 99, critical: 99 }] });
    assert.deepEqual(temperatures(kernelTree({}), false), {});
  });

  it('the provider asks in the scale that it is asked for', async () => {
    const roots = under('hwmon', { 'hwmon0/name': 'x', 'hwmon0/temp1_input': '10000', 'hwmon0/fan1_input': '7' });
    const provider = linuxProvider(roots);
    for (const [args, current] of [[{ fahrenheit: true }, 50], [{ fahrenheit: false }, 10], [{}, 10]] as const) {
      assert.deepEqual(await provider.read('sensors_temperatures', args), { x: [{ label: '', current, high: null, critical: null }] });
    }
    assert.deepEqual(await provider.read('sensors_fans', {}), { x: [{ label: '', current: 7 }] });
    await assert.rejects(provider.read('sensors_battery', {}), UnavailableError);
  });
});
