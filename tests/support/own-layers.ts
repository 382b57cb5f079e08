/** @file Users' own layers, written twice: here, and in tools/parity/own_layers.py. Files with them are exchanged. */

import type { Shape } from '../../src/base/shape.ts';
import type { Node } from '../../src/graph/node.ts';
import type { Variable } from '../../src/graph/variable.ts';
import { ones, zeros } from '../../src/initializers/index.ts';
import * as layers from '../../src/layers/index.ts';
import { type CallContext, Layer } from '../../src/layers/layer.ts';
import { Model } from '../../src/models/model.ts';
import { add, constant, mean, mul, relu, square, sum, variable } from '../../src/ops/index.ts';
import { withOptions } from '../../src/options/configurable.ts';
import { count, fraction } from '../../src/options/kinds.ts';

/** relu(norm(conv(x))): [h, w, channels] → [h, w, filters]. */
export class Branch extends withOptions(Layer, {
  /** Channels of the output. */
  filters: count(),
}) {
  static override readonly className = 'Branch';
  readonly norm = this.track(layers.batchNormalization({ momentum: 0.9 }));
  readonly conv = this.track(
    layers.conv2d({ filters: this.filters, kernelSize: 3, padding: 'same', useBias: false }),
  );

  override call([x]: readonly Node[], context: CallContext): Node {
    return relu(context.apply(this.norm, context.apply(this.conv, x!)));
  }
}

/** x + scale · mix[n](… mix[0](branch(x))), with a price on the scale and a running mean of the output. */
export class Residual extends withOptions(Layer, {
  /** Dense layers. Default 2. */
  depth: count(2),
  /** How slowly the running mean forgets. Default 0.75. */
  momentum: fraction(0.75),
}) {
  static override readonly className = 'Residual';
  mix: readonly Layer[] = [];
  branch: Branch | null = null;
  #scale: Variable | null = null;
  #seen: Variable | null = null;

  override call([x]: readonly Node[], context: CallContext): Node {
    const { momentum } = this;
    const [scale, seen] = [this.#scale!, this.#seen!];
    const mixed = this.mix.reduce((h, layer) => context.apply(layer, h), context.apply(this.branch!, x!));
    const y = add(x!, mul(variable(scale), mixed));
    context.addLoss(mul(constant(0.1), sum(square(variable(scale)))));
    if (context.training) {
      const now = mul(mean(y, { axes: [0, 1, 2] }), constant(1 - momentum));
      context.update(seen, add(mul(variable(seen), constant(momentum)), now));
    }
    return y;
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const channels = input!.at(-1)!;
    this.#scale = this.addWeight({ name: 'scale', shape: [channels], initializer: ones() });
    this.#seen = this.addWeight({ name: 'seen', shape: [channels], initializer: zeros(), trainable: false });
    this.mix = Array.from({ length: this.depth }, () =>
      this.track(layers.dense({ units: channels, kernelRegularizer: 'l2' })),
    );
    this.branch = this.track(new Branch({ filters: channels }));
  }
}

/** A model of a user's own: a body with a list of layers, and two named outputs. */
export class TwoHeads extends withOptions(Model, {
  /** Numbers of the wide output. Default 3. */
  units: count(3),
}) {
  static override readonly className = 'TwoHeads';
  readonly body = layers.dense({ units: 4, activation: 'tanh' });
  readonly wide = layers.dense({ units: this.units });
  readonly blocks = [
    layers.dense({ units: 4, activation: 'tanh' }),
    layers.dense({ units: 4, activation: 'tanh' }),
  ];
  readonly norm = layers.batchNormalization({ momentum: 0.5 });
  readonly narrow = layers.dense({ units: 1 });

  override call([x]: readonly Node[], context: CallContext) {
    const start = context.apply(this.norm, context.apply(this.body, x!));
    const h = this.blocks.reduce((y, layer) => context.apply(layer, y), start);
    return { wide: context.apply(this.wide, h), narrow: context.apply(this.narrow, h) };
  }
}
