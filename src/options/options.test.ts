import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { resetNames } from '../base/names.ts';
import { Configurable, factory, fromConfig, withOptions } from './configurable.ts';
import { withCustomObjects } from './custom-objects.ts';
import {
  automaticName,
  axes,
  count,
  flag,
  formerOption,
  number,
  oneOf,
  pair,
  text,
  unsupported,
} from './kinds.ts';
import { Registry } from './registry.ts';

class Window extends withOptions(Configurable, {
  size: pair().formerly(['nb_row', 'nb_col']),
  strides: pair((values) => values.size as readonly [number, number]).formerly('subsample'),
  padding: oneOf('valid', 'same').formerly('border_mode'),
}) {
  static override readonly className = 'Window';
}

class Filters extends withOptions(Window, {
  filters: count().formerly('nb_filter'),
  useBias: flag(true).formerly('bias'),
  decay: number(0.5, { atLeast: 0 }).orNull(),
  label: text(null),
  beta1: number(0.9),
  groups: unsupported(1),
}) {
  static override readonly className = 'Filters';
}

const filters = factory(Filters);

test('options have their defaults, inherited ones included, and are properties', () => {
  const made = filters({ size: 3, filters: 2 });
  const { size, strides, padding, useBias, decay, label } = made;
  assert.deepEqual(
    [size, strides, padding, made.filters, useBias, decay, label],
    [[3, 3], [3, 3], 'valid', 2, true, 0.5, null],
  );
});

test('configs are Keras and read back, null is a value only where it can be one', () => {
  const config = filters({ size: [3, 5], filters: 2, decay: null }).getConfig();
  assert.deepEqual(config, {
    ...{ size: [3, 5], strides: [3, 5], padding: 'valid', filters: 2, use_bias: true, decay: null },
    ...{ label: null, beta_1: 0.9, groups: 1 },
  });
  assert.deepEqual(fromConfig(Filters, config).getConfig(), config);
  assert.equal(fromConfig(Filters, { size: 3, filters: 2, use_bias: null, unknown: null }).useBias, true);
  assert.throws(
    () => fromConfig(Filters, { size: 3, filters: 2, unknown: 1 }),
    /Unknown Filters option 'unknown'/,
  );
});

test('keys are those of Keras', () => {
  class Keys extends withOptions(Configurable, {
    l2: number(0.5),
    beta2: number(0.5),
    useBias: flag(true),
    axis: axes([0]),
  }) {}
  assert.deepEqual(new Keys().getConfig(), { l2: 0.5, beta_2: 0.5, use_bias: true, axis: 0 });
  assert.deepEqual(fromConfig(Keys, { l2: 1, axis: [0, 1] }).getConfig(), {
    ...{ l2: 1, beta_2: 0.5, use_bias: true, axis: [0, 1] },
  });
});

test('keys of earlier versions of Keras are read, and named when a user gives them', () => {
  const old = { nb_row: 3, nb_col: 5, nb_filter: 4, bias: false, border_mode: 'same', subsample: [2, 2] };
  const made = fromConfig(Filters, old);
  assert.deepEqual(
    [made.size, made.strides, made.filters, made.useBias, made.padding],
    [[3, 5], [2, 2], 4, false, 'same'],
  );
  assert.throws(
    () => filters({ size: 1, nbFilter: 3 } as never),
    /`nbFilter` of earlier versions of Keras is `filters` now/,
  );
});

test('wrong options are refused with the received value', () => {
  const good = { size: 3, filters: 2 };
  const cases: readonly [object, typeof ValueError | typeof UnsupportedError, RegExp][] = [
    [{ size: 3 }, ValueError, /Filters: the option `filters` is missing.*filters=undefined/],
    [{ ...good, filters: 0 }, ValueError, /whole number from 1 up. Received: filters=0/],
    [{ ...good, size: [1, 2, 3] }, ValueError, /size=\[1, 2, 3\]/],
    [{ ...good, padding: 'sam' }, ValueError, /one of 'valid', 'same'. Received: padding='sam'/],
    [{ ...good, useBias: 1 }, ValueError, /true or false/],
    [{ ...good, decay: -1 }, ValueError, /from 0 up/],
    [{ ...good, groups: 2 }, UnsupportedError, /groups=2 is not supported/],
    [{ ...good, fitlers: 2 }, ValueError, /Did you mean 'filters'/],
    [[], ValueError, /takes one record of options/],
  ];
  for (const [options, type, message] of cases) {
    assert.throws(
      () => filters(options as never),
      (error) => error instanceof type && message.test(error.message),
    );
  }
});

test('a registry finds ours, registered ones and those of open scopes, and writes which is which', () => {
  const registry = new Registry<Configurable>({
    kind: 'part',
    base: Configurable,
    module: 'keras.parts',
    example: 'Give a name.',
    list: { filters },
  });
  const object = { class_name: 'Filters', config: { size: 1, filters: 1 } };
  assert.ok(registry.resolve(object) instanceof Filters);
  assert.equal(registry.serialize(filters({ size: 1, filters: 1 })).registered_name, null);
  class Mine extends Configurable {}
  assert.throws(() => registry.create('Mine'), /Unknown part 'Mine'/);
  withCustomObjects({ Mine }, () => assert.ok(registry.create('Custom>Mine') instanceof Mine));
  assert.throws(() => registry.create('Mine'), /Unknown part 'Mine'/);
  registry.register(Mine, 'Own');
  const written = registry.serialize(new Mine());
  assert.equal(written.registered_name, 'Own>Mine');
  assert.ok(registry.resolve(written) instanceof Mine);
  class Other extends Configurable {
    static override readonly className = 'Filters';
  }
  assert.throws(() => registry.register(Other), /there is a part 'Filters' of Fovea's own already/);
});

class Numbered extends withOptions(Configurable, {
  name: automaticName(),
  limit: number(null, { atMost: 3 }),
  was: formerOption(count(7)),
}) {
  static override readonly className = 'NumberedThing';

  get first(): unknown {
    return this.optionValue('was');
  }
}

test('automatic names are numbered by class, options of former files are read and not written', () => {
  resetNames();
  assert.deepEqual(
    [new Numbered(), new Numbered({ name: 'own' }), new Numbered()].map(({ name }) => name),
    ['numbered_thing', 'own', 'numbered_thing_1'],
  );
  assert.deepEqual(new Numbered({ name: 'own' }).getConfig(), { name: 'own', limit: null });
  assert.equal(fromConfig(Numbered, { was: 5 }).first, 5);
  assert.throws(() => new Numbered({ limit: 4 }), /a number up to 3/);
});

test('a registry with a base refuses things of another kind', () => {
  const list = { numbered: factory(Numbered) };
  const registry = new Registry({ kind: 'part', base: Numbered, module: 'm', example: 'Give a name.', list });
  assert.ok(registry.resolve(new Numbered()) instanceof Numbered);
  assert.throws(() => registry.resolve(filters({ size: 1, filters: 1 })), /Could not interpret part/);
  class Other extends withOptions(Configurable, { name: text('numbered') }) {}
  assert.throws(() => registry.resolve(new Other()), /Could not interpret part identifier: a Other/);
});

test('a table is refused with what is no option, and with the name of something that the base has', () => {
  const cases: readonly [unknown, unknown, RegExp][] = [
    [null, {}, /a class such as Layer, Loss or Metric to extend. Received: null/],
    [class Other {}, {}, /to extend/],
    [Configurable, null, /a record of options/],
    [Configurable, { size: 3 }, /`size` is no option, received 3/],
    [Configurable, { size: count }, /Call a kind of options: size: /],
    [Configurable, { getConfig: flag(true) }, /cannot be called `getConfig`/],
    [Configurable, { constructor: flag(true) }, /cannot be called `constructor`/],
  ];
  for (const [Base, table, message] of cases) {
    assert.throws(
      () => withOptions(Base as typeof Configurable, table as Record<string, never>),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  }
});

test('a field of an option name is an error and does not hide the option', () => {
  class Hidden extends withOptions(Configurable, { size: count(3) }) {}
  const declare = (made: object) => Object.defineProperty(made, 'size', { value: undefined });
  assert.throws(() => declare(new Hidden()), /Cannot redefine property: size/);
});

test('a class without a name is refused', () => {
  const classes = [class extends Configurable {}];
  assert.throws(() => new classes[0]!(), /A class has no name by which files could find it/);
});

test('classes of one name and two packages are two', () => {
  const registry = new Registry({
    kind: 'part',
    base: Configurable,
    module: 'm',
    example: 'Give a name.',
    list: { filters },
  });
  const make = () => {
    class Block extends Configurable {}
    return Block;
  };
  const [First, Second] = [make(), make()];
  registry.register(First, 'first');
  registry.register(Second, 'second');
  for (const Class of [First, Second]) {
    const written = registry.serialize(new Class());
    assert.equal(written.registered_name, `${Class === First ? 'first' : 'second'}>Block`);
    assert.equal(registry.resolve(written).constructor, Class);
  }
  assert.equal(registry.create('Block').constructor, Second);
  // The class called Filters in the file is not the class of this test.
  const theirs = {
    class_name: 'Filters',
    config: { size: 1, filters: 1 },
    registered_name: 'theirs>Filters',
  };
  assert.throws(() => registry.resolve(theirs), /Unknown part 'Filters'/);
});

test('customObjects are a record of classes and functions of the kind that is asked for', () => {
  const list = { numbered: factory(Numbered) };
  const registry = new Registry({ kind: 'part', base: Numbered, module: 'm', example: 'Give a name.', list });
  const cases: readonly [unknown, RegExp][] = [
    [5, /a record of classes and functions by name, .* Received: 5/],
    [[Numbered], /a record of classes/],
    [new Map(), /a record of classes/],
    [{ Part: null }, /a class or a function as 'Part'. Received: null/],
    [{ Part: new Numbered() }, /a class or a function as 'Part'/],
    [{ Part: factory(Numbered) }, /'Part' makes things of the class NumberedThing. Give the class itself/],
    [{ Part: Filters }, /'Part' should be a part here, but the class Filters is of another kind/],
  ];
  for (const [objects, message] of cases) {
    assert.throws(
      () => withCustomObjects(objects as Record<string, unknown>, () => registry.create('Part')),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  }
});
