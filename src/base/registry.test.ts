import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from './registry.ts';

const fruit = new Registry<readonly unknown[]>({
  kind: 'fruit',
  example: "Give a name such as 'redApple'.",
  factories: { redApple: (options) => ['apple', options], pear: (options) => ['pear', options] },
  aliases: { apple: 'redApple' },
  listed: ['nuts'],
});

test('names in any spelling, and aliases', () => {
  for (const name of ['redApple', 'red_apple', 'RedApple', 'apple', 'APPLE']) {
    assert.deepEqual(fruit.create(name), ['apple', {}]);
  }
  assert.deepEqual(fruit.create('pear', { ripe: true }), ['pear', { ripe: true }]);
});

test('objects of Keras files, options in camelCase', () => {
  const object = { module: 'm', class_name: 'RedApple', config: { beta_1: 2 }, registered_name: null };
  assert.deepEqual(fruit.resolve(object), ['apple', { beta1: 2 }]);
  assert.deepEqual(fruit.resolve('pear'), ['pear', {}]);
});

test('what does not exist is an error with the nearest name', () => {
  assert.throws(
    () => fruit.resolve('red_aple'),
    /^ValueError: Unknown fruit 'red_aple'\. Did you mean 'redApple'\? Known: redApple, pear, nuts\.$/,
  );
  // A name that every JavaScript object has.
  for (const name of ['constructor', 'toString', '__proto__', '']) {
    assert.throws(() => fruit.resolve(name), /^ValueError: Unknown fruit/);
  }
  for (const wrong of [3, null, undefined, {}, [], () => 1]) {
    assert.throws(() => fruit.resolve(wrong), /Could not interpret fruit identifier: .*such as 'redApple'/);
  }
});
