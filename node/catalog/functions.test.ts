import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functions } from './functions.js';
import { parseSelector, selectsOne } from './selector.js';

/** Every function on every platform: what the table says must hold together. */
describe('catalog', () => {
  it('has unique names', () => {
    assert.equal(new Set(functions.map(({ name }) => name)).size, functions.length);
  });

  for (const definition of functions) {
    it(`${definition.name} is complete`, () => {
      assert.match(definition.name, /^[a-z_]+$/);
      assert.ok(definition.meaning.length > 5 && definition.platforms.length > 0);
      const names = definition.fields.flatMap(({ name, aliases }) => [name, ...aliases]);
      assert.equal(new Set(names).size, names.length, 'a field stands twice');
      for (const field of definition.fields) {
        assert.ok(field.meaning.length > 2, field.name);
        assert.ok(['s', '%', 'B', 'MHz', 'ms', 'Mbit/s', 'count', ''].includes(field.unit), field.unit);
        assert.ok(field.platforms.every((platform) => definition.platforms.includes(platform)));
        if (field.type === 'string') assert.equal(field.unit, '');
      }
      for (const argument of definition.arguments) {
        assert.ok(argument.meaning.length > 5, argument.name);
        const fits = argument.default === null ? argument.nullable || argument.required : typeof argument.default === argument.type;
        assert.ok(fits, `the default of ${argument.name} is no ${argument.type}`);
      }
      const per = definition.perItem;
      if (per !== undefined) assert.equal(definition.arguments.find(({ name }) => name === per.argument)?.type, 'boolean');
      const unnamed = definition.shape === 'value' || definition.shape === 'values';
      assert.equal(definition.fields.some(({ name }) => name === ''), unnamed);
    });

    it(`${definition.name}: every field that is a number can be selected`, () => {
      for (const field of definition.fields.filter(({ name, type }) => name !== '' && type !== 'string')) {
        for (const [args, source] of [[{}, definition.shape === 'fields' ? field.name : definition.shape === 'lists' ? `*.*.${field.name}` : `*.${field.name}`] as const]) {
          const selector = parseSelector(definition, args, source);
          assert.ok(!('expected' in selector), source);
          assert.equal(selectsOne(definition, args, selector), !source.includes('*'));
        }
      }
    });
  }
});
