import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { ones } from '../../initializers/index.ts';
import { dense } from '../../layers/index.ts';
import { Layer } from '../../layers/layer.ts';
import { abs, mean, mul, sub } from '../../ops/index.ts';
import { variableNode } from '../../ops/leaf.ts';
import { sequential } from '../sequential.ts';
import type { CompileOptions } from './compile-options.ts';

before(() => useBackend(new ReferenceBackend()));

const x = Tensor.ones([4, 3]);
const y = Tensor.zeros([4, 3]);
const quiet = { verbose: 0 } as const;

/** Multiplies by learned factors, by way of `multiply`. */
class Scale extends Layer {
  static override readonly className = 'Scale';
  readonly #multiply: (x: Node, factors: Variable) => unknown;
  #factors: Variable | undefined;

  constructor(multiply: (x: Node, factors: Variable) => unknown) {
    super({});
    this.#multiply = multiply;
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override call([input]: readonly Node[]): Node {
    return this.#multiply(input!, this.#factors!) as Node;
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const shape = [input!.at(-1)!];
    this.#factors = this.addWeight({ name: 'factors', shape, initializer: ones() });
  }
}

test('layers, losses and metrics of one own are trained and reported', async () => {
  const net = sequential([
    dense({ units: 3, kernelInitializer: 'ones', inputShape: [3] }),
    new Scale((a, b) => mul(a, variableNode(b))),
  ]);
  const distance = (yTrue: Node, yPred: Node) => abs(sub(yTrue, yPred));
  net.compile({
    optimizer: 'sgd',
    loss: (a, b) => mean(distance(a, b), { axes: [-1] }),
    metrics: [distance],
  });
  const { history } = await net.fit(x, y, { ...quiet, epochs: 2 });
  assert.ok(history.loss![1]! < history.loss![0]!);
  assert.ok(Math.abs(history.distance![0]! - history.loss![0]!) < 1e-6);
  assert.notDeepEqual([...net.layers[1]!.getWeights()[0]!.data], [1, 1, 1]);
});

test('what is no node is refused with its owner', async () => {
  const fit = async (layers: readonly Layer[], options: CompileOptions) => {
    const net = sequential(layers);
    net.compile(options);
    return net.fit(x, y, quiet);
  };
  const plain = () => dense({ units: 3, inputShape: [3] });
  const wrong = (value: unknown) => (() => value) as unknown as () => Node;
  await assert.rejects(fit([plain()], { loss: wrong(3) }), (error: Error) => {
    assert.ok(error instanceof ValueError);
    assert.match(error.message, /The loss 'loss': expected a node.*received 3\. ops\.constant/);
    return true;
  });
  await assert.rejects(
    fit([plain()], { loss: 'mse', metrics: [wrong(undefined)] }),
    /The metric 'metric': .*undefined/,
  );
  const activation = wrong('relu');
  await assert.rejects(
    fit([dense({ units: 3, activation, name: 'd' })], { loss: 'mse' }),
    /Layer 'd' \(Dense\), its call or its activation: .*received 'relu'/,
  );
  await assert.rejects(
    fit([plain(), new Scale((_, b) => b)], { loss: 'mse' }),
    /\(Scale\).*received a Variable/,
  );
  const unwrapped = new Scale((a, b) => mul(a, b as unknown as Node));
  await assert.rejects(
    fit([plain(), unwrapped], { loss: 'mse' }),
    /^ValueError: mul: .*received a Variable.*ops\.variable/,
  );
});
