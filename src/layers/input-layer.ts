/** @file InputLayer: where a model's data comes in, and `input()`, which makes one. */

import type { Config, ConfigValue } from '../base/config.ts';
import { InternalError, ValueError } from '../base/errors.ts';
import type { Dim, Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { Layer, type LayerOptions, SymbolicTensor } from './layer.ts';
import { checkBatchShape, checkSampleShape, refuseOptions } from './layer-options.ts';

export interface InputOptions {
  /** The shape of one sample, without the batch. */
  readonly shape?: readonly number[];
  /** The shape with the batch, in place of `shape`. The batch is `null`; a number is kept for files and limits nothing. */
  readonly batchShape?: Shape;
  /** Default: input_layer, numbered. */
  readonly name?: string;
  readonly dtype?: ConfigValue;
}

// Keras files carry them, off unless someone set them.
const REFUSED = ['sparse', 'ragged', 'optional'];

/** Holds the place of the data; its one output is there from the start. */
export class InputLayer extends Layer {
  static override readonly className = 'InputLayer';
  /** The input's shape with batch, which is open. */
  readonly batchShape: Shape;
  /** The batch as it was given, for files. */
  readonly #givenBatch: Dim;

  /** Throws ShapeError for a wrong shape, ValueError for none or two. */
  constructor(options: InputOptions) {
    super(options as LayerOptions, ['shape', 'batchShape', ...REFUSED]);
    refuseOptions('InputLayer', dropFalse(options), REFUSED);
    const { shape, batchShape } = options;
    const given = shape ?? this.batchInputShape?.slice(1);
    if ((given === undefined) === (batchShape === undefined)) {
      throw new ValueError(
        'InputLayer: give either shape, such as [28, 28, 1], or batchShape, such as [null, 28, 28, 1].',
      );
    }
    this.batchShape =
      batchShape === undefined
        ? [null, ...checkSampleShape('InputLayer', given as readonly number[])]
        : checkBatchShape('InputLayer', batchShape);
    this.#givenBatch = batchShape?.[0] ?? null;
    this.build([]);
    this.inboundCalls.push(this.#sourceCall());
  }

  /** The symbolic tensor to apply layers to. */
  get output(): SymbolicTensor {
    return this.inboundCalls[0]!.outputs[0]!;
  }

  override checkInputs(): void {}

  override applyAll(): never {
    throw new ValueError(`InputLayer '${this.name}' is not applied to anything: use its output.`);
  }

  override computeOutputShape(): Shape {
    return this.batchShape;
  }

  override call(): Node {
    throw new InternalError(`InputLayer '${this.name}' was traced: the model gives the node of an input.`);
  }

  override getConfig(): Config {
    const { name } = this;
    const batch_shape = [this.#givenBatch, ...this.batchShape.slice(1)];
    return { batch_shape, dtype: 'float32', sparse: false, ragged: false, name, optional: false };
  }

  #sourceCall() {
    const outputs: SymbolicTensor[] = [];
    const call = { layer: this, index: 0, inputs: [], outputs };
    outputs.push(new SymbolicTensor(this.batchShape, this.name, call, 0));
    return call;
  }
}

function dropFalse(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== false));
}

/** A model's input: `input({ shape: [150, 150, 3] })`. Throws ShapeError for a wrong shape, ValueError for none. */
export function input(options: InputOptions): SymbolicTensor {
  return new InputLayer(options).output;
}
