/** @file Dot: products of two inputs summed along one axis of each (Keras' `dot.py`). */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { ownAxis } from '../../ops/axis-blocks.ts';
import { constant, div, maximum, mul, reshape, sqrt, square, sum, transpose } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { flag, wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import type { InputSpec } from '../input-spec.ts';
import { Layer } from '../layer.ts';

type Axes = number | readonly [number, number];

const EXPECTED = 'a whole number, or a list of two';
/** Keras' epsilon: the least length by which `normalize` divides. */
const LEAST_LENGTH = 1e-7;

/** One axis of both inputs, or one of each. */
function dotAxes(): Option<Axes, number | readonly number[], true> {
  return new Option<Axes, number | readonly number[], true>({
    expected: EXPECTED,
    read(given, place) {
      if (Number.isSafeInteger(given)) return given as number;
      const isPair = Array.isArray(given) && given.length === 2 && given.every(Number.isSafeInteger);
      if (isPair) return [given[0], given[1]];
      throw wrongValue(place, EXPECTED, given);
    },
  });
}

/** x divided by its length along `axis`. */
function unit(x: Node, axis: number): Node {
  const squares = sum(square(x), { axes: [axis], keepDims: true });
  return div(x, sqrt(maximum(squares, constant(LEAST_LENGTH ** 2))));
}

/** [batch, …a] and [batch, …b] → [batch, …a without its axis, …b without its axis], or [batch, 1] when nothing is left. */
export class Dot extends withOptions(Layer, {
  /** The axis to sum along, or a list of one for each input; not the batch's. */
  axes: dotAxes(),
  /** Divide the inputs by their lengths along the axis first: the result is the cosine between them. Default false. */
  normalize: flag(false),
}) {
  static override readonly className = 'Dot';
  protected override inputSpec: InputSpec = { inputs: 'many', minNdim: 2 };

  /** Throws ValueError for more than two inputs, ShapeError when the axes' extents differ. */
  override call(inputs: readonly Node[]): Node {
    const shapes = inputs.map(({ shape }) => shape);
    if (inputs.length !== 2) {
      throw new ValueError(
        `Layer '${this.name}' (Dot) should be called on exactly 2 inputs. ` +
          `Received ${inputs.length}: ${shapes.map(formatShape).join(', ')}.`,
      );
    }
    const given = typeof this.axes === 'number' ? [this.axes, this.axes] : this.axes;
    const axes = shapes.map((shape, i) => ownAxis(`Layer '${this.name}' (Dot)`, shape, given[i]!));
    const extents = shapes.map((shape, i) => shape[axes[i]!]!);
    if (extents[0] !== extents[1]) {
      throw new ShapeError(
        `Incompatible input shapes of layer '${this.name}' (Dot): axis values ${extents[0]} (at axis ${axes[0]}) != ` +
          `${extents[1]} (at axis ${axes[1]}). Full input shapes: ${shapes.map(formatShape).join(', ')}.`,
      );
    }
    const [a, b] = inputs.map((x, i) => (this.normalize ? unit(x, axes[i]!) : x)) as [Node, Node];
    return dotProduct(a, b, axes as [number, number]);
  }
}

function dotProduct(a: Node, b: Node, [axisA, axisB]: readonly [number, number]): Node {
  const last = (x: Node, axis: number) => {
    const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
    return transpose(x, [...others, axis]);
  };
  const [left, right] = [last(a, axisA), last(b, axisB)];
  const [rows, columns] = [left.shape.slice(1, -1), right.shape.slice(1, -1)];
  const depth = left.shape.at(-1)!;
  const products = mul(
    reshape(left, [null, ...rows, ...columns.map(() => 1), depth]),
    reshape(right, [null, ...rows.map(() => 1), ...columns, depth]),
  );
  const result = sum(products, { axes: [-1] });
  return result.shape.length === 1 ? reshape(result, [null, 1]) : result;
}

/** Products of two inputs, summed along an axis. */
export const dot = factory(Dot);
