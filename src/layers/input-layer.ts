/** @file InputLayer: where a model's data comes in, and `input()`, which makes one. */

import type { Config } from '../base/config.ts';
import { InternalError, ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { factory, takesOptions } from '../options/configurable.ts';
import { unsupported } from '../options/kinds.ts';
import type { OptionsOf } from '../options/option.ts';
import { Layer, type LayerOptions, SymbolicTensor } from './layer.ts';
import { batchShape, sampleShape } from './layer-options.ts';

const OPTIONS = {
  /** The shape of one sample, without the batch. Default null: `batchShape` says it. */
  shape: sampleShape().notInConfig(),
  /** The shape with the batch, in place of `shape`. The batch is `null`; a number is kept for files and limits nothing. Default null: `shape` says it. */
  batchShape: batchShape().formerly('batch_input_shape'),
  sparse: unsupported(false, null),
  ragged: unsupported(false, null),
  optional: unsupported(false, null),
};

/** Options of `input()`. */
export type InputOptions = Pick<LayerOptions, 'name' | 'dtype'> & OptionsOf<typeof OPTIONS>;

/** Stands for the data; its one output exists from the start. */
export class InputLayer extends takesOptions(Layer, OPTIONS) {
  static override readonly className = 'InputLayer';
  readonly #batchShape: Shape;
  readonly #config: Config;

  /** Throws ShapeError for a wrong shape, ValueError when no shape or both shapes are given. */
  constructor(options: InputOptions & LayerOptions) {
    super(options);
    const { shape, batchShape: given } = options;
    const sample = shape ?? this.batchInputShape?.slice(1);
    if ((sample === undefined) === (given === undefined)) {
      throw new ValueError(
        'InputLayer: give either shape, such as [28, 28, 1], or batchShape, such as [null, 28, 28, 1].',
      );
    }
    this.#batchShape = [null, ...(sample ?? given!.slice(1))];
    this.#config = {
      batch_shape: [given?.[0] ?? null, ...this.batchShape.slice(1)],
      ...{ dtype: 'float32', sparse: false, ragged: false, optional: false, name: this.name },
    };
    this.build([]);
    this.inboundCalls.push(this.#sourceCall());
  }

  /** The input's shape with batch, which is open. */
  get batchShape(): Shape {
    return this.#batchShape;
  }

  /** The symbolic tensor to apply layers to. */
  override get output(): SymbolicTensor {
    return this.inboundCalls[0]!.outputs[0]!;
  }

  override checkInputs(): void {}

  override applyAll(): never {
    throw new ValueError(`InputLayer '${this.name}' is not applied to anything: use its output.`);
  }

  override computeOutputShapes(): readonly Shape[] {
    return [this.batchShape];
  }

  override trace(): readonly Node[] {
    return [];
  }

  override call(): Node {
    throw new InternalError(`InputLayer '${this.name}' was traced: the model gives the node of an input.`);
  }

  override getConfig(): Config {
    return this.#config;
  }

  #sourceCall() {
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, index: 0, inputs: [], outputs };
    outputs.push(new SymbolicTensor(this.batchShape, this.name, call, 0));
    return call;
  }
}

/** The layer through which data enters a model. */
export const inputLayer = factory(InputLayer);

/** A model's input: `input({ shape: [150, 150, 3] })`. Throws ShapeError for a wrong shape, ValueError for none. */
export function input(options: InputOptions): SymbolicTensor {
  return new InputLayer(options).output;
}
