/** @file Lambda: a function of nodes as a layer (Keras' `lambda_layer.py`). */

import { FormatError, UnsupportedError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { customFunction, functionNameOf, functionObject, withoutPackage } from '../options/custom-objects.ts';
import { unsupported, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import type { InputSpec } from './input-spec.ts';
import { type CallContext, Layer } from './layer.ts';

/** The function of a lambda layer: from its input, or from the list of its inputs. */
export type LambdaFunction = (x: Node & readonly Node[], context: CallContext) => Node;

/** A function of nodes. Files have its name; what has that name is found among `customObjects` and registered functions. */
function lambdaFunction(): Option<LambdaFunction, LambdaFunction, true> {
  const expected = 'a function of nodes';
  return new Option<LambdaFunction, LambdaFunction, true>({
    expected,
    read(given, place) {
      if (typeof given === 'function') return given as LambdaFunction;
      if ((given as { class_name?: unknown } | null)?.class_name === '__lambda__') {
        throw new UnsupportedError(
          'Lambda: the function is Python code inside of the file, which cannot be run here. Build the model in code with ' +
            "layers.lambda({ fn }) in that place, and load the file's weights with loadWeights().",
        );
      }
      const name = functionNameOf(given);
      if (name === null) throw wrongValue(place, expected, given);
      const found = customFunction(name);
      if (found !== undefined) return found as LambdaFunction;
      throw new FormatError(
        `Lambda: the function '${name}' of the file is not known. Give it to loadModel(path, { customObjects: { ${withoutPackage(name)} } }), ` +
          'or call register(f) before loading.',
      );
    },
    write: (fn) => functionObject(fn, 'the function of a Lambda layer'),
  }).keyed('function');
}

/** fn(x), or fn([x, y, …]) of several inputs. It can have no weights of its own: for these make a class that extends Layer. */
export class Lambda extends withOptions(Layer, {
  /** A function of nodes: `(x) => ops.mul(x, ops.sigmoid(x))`. Its second argument is the call's context. */
  fn: lambdaFunction(),
  arguments: unsupported({}, null),
  outputShape: unsupported().notInConfig(),
  mask: unsupported().notInConfig(),
}) {
  static override readonly className = 'Lambda';
  protected override inputSpec: InputSpec = { inputs: 'any' };

  override call(inputs: readonly Node[], context: CallContext): Node {
    const x = (inputs.length === 1 ? inputs[0] : inputs) as Node & readonly Node[];
    return this.fn(x, context);
  }
}

/** A function of nodes as a layer. */
export const lambda = factory(Lambda);
