import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functions } from '../catalog/functions.js';
import { tryCatalog, type Outcome } from '../test/support/contract.js';

// The whole catalog on Linux. Under Wine the same is done by windows.system.test.ts.

const outcomes: readonly Outcome[] = await tryCatalog();

const of = (name: string): readonly Outcome[] => outcomes.filter(({ call }) => call.startsWith(`${name}(`));

/** What a host may lack. */
const untold = ['sensors_battery', 'sensors_temperatures', 'sensors_fans', 'users', 'disk_partitions'];

test('every function, in every form of its arguments, keeps what the catalog says of types, units, ranges and counters', (context) => {
  assert.deepEqual(outcomes.flatMap(({ faults }) => faults), []);
  context.diagnostic(`${String(outcomes.length)} forms, ${String(outcomes.reduce((sum, { numbers }) => sum + numbers, 0))} numbers`);
});

for (const { name, platforms, group } of functions) {
  if (group === 'external') continue;
  test(`${name} ${platforms.includes('linux') ? 'tells numbers' : 'says why it has none here'}`, () => {
    assert.ok(of(name).length > 0);
    if (!platforms.includes('linux')) assert.ok(of(name).every(({ numbers, absent }) => numbers === 0 && absent.some((reason) => reason.includes('cannot be had here'))));
    else if (!untold.includes(name)) assert.ok(of(name).some(({ numbers }) => numbers > 0), JSON.stringify(of(name)));
  });
}

test('each boolean is tried both ways, each named value, and each optional argument given and not', () => {
  for (const definition of functions.filter(({ group, platforms }) => group !== 'external' && platforms.includes('linux'))) {
    const calls = of(definition.name).map(({ call }) => call);
    for (const { name, type, values, required, nullable } of definition.arguments) {
      const given = (value: string): boolean => calls.some((call) => call.includes(`"${name}":${value}`));
      for (const value of type === 'boolean' ? ['true', 'false'] : (values ?? []).map((word) => JSON.stringify(word))) assert.ok(given(value), `${definition.name}(${name}=${value})`);
      if (nullable) assert.ok(given('null') && calls.some((call) => call.includes(`"${name}":`) && !call.includes(`"${name}":null`)), `${definition.name}(${name})`);
      if (required) assert.ok(calls.every((call) => call.includes(`"${name}":`)));
    }
  }
});
