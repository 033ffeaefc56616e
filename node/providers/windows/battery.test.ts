import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { parseBattery } from './battery.js';
import * as layouts from './layouts.js';

test('batteries: none, on mains, draining, and what is not known', () => {
  const power = (line: number, flag: number, percent: number, left: number): Buffer => {
    const status = Buffer.from([line, flag, percent, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    status.writeInt32LE(left, layouts.SYSTEM_POWER_STATUS.BatteryLifeTime);
    return status;
  };
  assert.throws(() => parseBattery(power(1, 128, 255, -1)), { name: 'UnavailableError', message: 'this machine has no battery' });
  assert.throws(() => parseBattery(power(255, 255, 255, -1)), UnavailableError);
  assert.deepEqual(parseBattery(power(1, 8, 80, -1)), { percent: 80, secsleft: -2, power_plugged: true });
  assert.deepEqual(parseBattery(power(0, 1, 55, 3600)), { percent: 55, secsleft: 3600, power_plugged: false });
  assert.deepEqual(parseBattery(power(255, 8, 55, 3600)), { percent: 55, secsleft: -2, power_plugged: false }, 'it is charged, whatever by');
  assert.deepEqual(parseBattery(power(0, 0, 255, -1)), { secsleft: -1, power_plugged: false });
});
