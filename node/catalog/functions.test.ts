import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functions } from './functions.js';
import { parseSelector, selectsOne, wholes } from './selector.js';

/** Every function on every platform: what the table says must hold together. */
describe('catalog', () => {
  it('has unique names', () => {
    assert.equal(new Set(functions.map(({ name }) => name)).size, functions.length);
  });

  for (const definition of functions) {
    it(`${definition.name} is complete`, () => {
      assert.match(definition.name, /^(Process|[a-z_]+|systeminformation\.[a-zA-Z]+)$/);
      assert.ok(definition.meaning.length > 5 && definition.platforms.length > 0);
      const names = definition.fields.flatMap(({ name, aliases }) => [name, ...aliases]);
      assert.equal(new Set(names).size, names.length, 'a field stands twice');
      for (const field of definition.fields) {
        assert.ok(field.meaning.length > 1, field.name);
        assert.ok(['s', 'd', '%', 'B', 'MHz', 'ms', 'Mbit/s', 'rpm', 'C', 'count', ''].includes(field.unit), field.unit);
        assert.ok(field.platforms.every((platform) => definition.platforms.includes(platform)));
        if (field.type === 'string') assert.equal(field.unit, '');
      }
      for (const argument of definition.arguments) {
        assert.ok(argument.meaning.length > 5, argument.name);
        const fits = argument.default === null ? argument.nullable || argument.required || argument.selects === true : typeof argument.default === (argument.type === 'integer' ? 'number' : argument.type);
        assert.ok(fits, `the default of ${argument.name} is no ${argument.type}`);
      }
      const per = definition.perItem;
      if (per !== undefined) assert.equal(definition.arguments.find(({ name }) => name === per.argument)?.type, per.value === undefined && per.given === undefined ? 'boolean' : 'string');
      const unnamed = [definition.shape, per?.shape].some((shape) => shape !== undefined && ['value', 'values', 'numbers', 'any'].includes(shape));
      assert.equal(definition.fields.some(({ name }) => name === ''), unnamed);
      assert.deepEqual(Object.keys(definition.source).sort(), [...definition.platforms].sort(), 'a source for each platform');
      for (const platform of ['win32', 'linux'] as const) {
        assert.equal(definition.platforms.includes(platform), definition.reasons?.[platform] === undefined, `a reason where it is not on ${platform}`);
      }
    });

    it(`${definition.name}: every field that is a number can be selected`, () => {
      for (const field of definition.fields.filter(({ name, type }) => name !== '' && type !== 'string' && !(definition.shape === 'map' && wholes.includes(name)))) {
        const source = definition.shape === 'fields' ? field.name : definition.shape === 'lists' ? `*.*.${field.name}` : `*.${field.name}`;
        const selector = parseSelector(definition, {}, source);
        assert.ok(!('expected' in selector), source);
        assert.equal(selectsOne(definition, {}, selector), !source.includes('*'));
      }
    });
  }
});
