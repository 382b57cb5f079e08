/** @file The slots of each variable, in the order and under the names of Keras' files. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { Variable } from '../graph/variable.ts';
import { snakeCase } from '../options/spelling.ts';
import type { Slots } from './transform.ts';

/** A number or a block of numbers of the optimizer, in the form for files. */
export interface OptimizerVariable {
  /** Keras' path, such as `rm_sprop/dense_kernel_velocity`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'int64' | 'float32';
  /** A copy of the numbers. */
  read(): Float64Array | Float32Array;
  /** Throws ShapeError on a wrong count, ValueError for numbers that it cannot hold. */
  check(values: ArrayLike<number>): void;
  /** Replaces the numbers. Throws as `check` does. */
  write(values: ArrayLike<number>): void;
}

/** A number of shape [] that is kept on the host. */
export function hostVariable(options: {
  readonly name: string;
  readonly dtype: OptimizerVariable['dtype'];
  get(): number;
  /** Throws ValueError for a value that it cannot have. */
  check(value: number): void;
  set(value: number): void;
}): OptimizerVariable {
  const { name, dtype } = options;
  const check = (values: ArrayLike<number>) => {
    if (values.length !== 1) {
      throw new ShapeError(`The variable '${name}' is one number, received ${values.length}.`);
    }
    options.check(values[0]!);
  };
  return {
    name,
    shape: [],
    dtype,
    read: () => (dtype === 'int64' ? Float64Array : Float32Array).of(options.get()),
    check,
    write(values) {
      check(values);
      options.set(values[0]!);
    },
  };
}

/** The slots of all variables. */
export class OptimizerState {
  readonly #owner: string;
  readonly #variables = new Set<Variable>();
  readonly #slots = new Map<string, Map<Variable, Variable>>();
  readonly #order: Variable[] = [];

  /**
   * @param owner The optimizer's name.
   * @param groupsOf A variable's slots in the order of files: those of a group lie together for each variable.
   */
  constructor(
    owner: string,
    variables: readonly Variable[],
    groupsOf: (variable: Variable) => readonly Slots[],
  ) {
    this.#owner = owner;
    for (const variable of variables) this.#variables.add(variable);
    const all = variables.map((variable) => ({ variable, groups: groupsOf(variable) }));
    const most = Math.max(0, ...all.map(({ groups }) => groups.length));
    for (let group = 0; group < most; group++) {
      for (const { variable, groups } of all) this.#add(groups[group] ?? {}, variable);
    }
  }

  #add(group: Slots, variable: Variable): void {
    for (const [name, given] of Object.entries(group)) {
      const { shape = variable.shape, start } = typeof given === 'number' ? { start: given } : given;
      const path = `${this.#owner}/${variable.name.replaceAll('/', '_')}_${snakeCase(name)}`;
      const values =
        start === 'weight' ? variable.view().slice() : new Float32Array(sizeOf(shape)).fill(start);
      const slot = new Variable({ name: path, shape, values, trainable: false });
      if (!this.#slots.has(name)) this.#slots.set(name, new Map());
      this.#slots.get(name)!.set(variable, slot);
      this.#order.push(slot);
    }
  }

  /** The variables that it has slots for. */
  get trained(): Iterable<Variable> {
    return this.#variables;
  }

  /** Throws ValueError for a variable that was not there when the slots were made. */
  checkKnown(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.#variables.has(variable)) continue;
      throw new ValueError(
        `Unknown variable: '${variable.name}' of shape ${formatShape(variable.shape)}. The optimizer '${this.#owner}' can ` +
          'only be used for the variables it was built with. Compile with a new optimizer.',
      );
    }
  }

  /** Throws ValueError for a name that is not among the slots. */
  slot(name: string, variable: Variable): Variable {
    const found = this.#slots.get(name)?.get(variable);
    if (found !== undefined) return found;
    const names = [...this.#slots.keys()].map((each) => `'${each}'`).join(', ');
    throw new ValueError(
      `The optimizer '${this.#owner}' has no slot '${name}' for '${variable.name}'. Its slots are ${names || 'none'}: ` +
        'name all of them in `slots()`.',
    );
  }

  /**
   * All slots in the order of files. Their memory may move, so they are read and written only through these objects.
   */
  get list(): readonly OptimizerVariable[] {
    return this.#order.map((slot) => ({
      name: slot.name,
      shape: slot.shape,
      dtype: 'float32',
      read: () => slot.view().slice(),
      check: (values) => slot.checkCount(values),
      write: (values) => slot.assign(values),
    }));
  }
}
