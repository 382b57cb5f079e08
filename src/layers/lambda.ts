/** @file Lambda: a function of nodes as a layer (Keras' `lambda_layer.py`). */

import type { ConfigValue } from '../base/config.ts';
import { FormatError, ShapeError, UnsupportedError } from '../base/errors.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { customFunction, functionNameOf, functionObject, withoutPackage } from '../options/custom-objects.ts';
import { formerOption, text, unsupported, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import type { InputSpec } from './input-spec.ts';
import { type CallContext, Layer } from './layer.ts';
import { sampleShape } from './layer-options.ts';

/** Arguments of a lambda layer's function besides its input: plain data, which files can hold. */
export type LambdaArguments = { readonly [name: string]: ConfigValue };

/** The function of a lambda layer: from its input, or from the list of its inputs. */
export type LambdaFunction = (x: Node & readonly Node[], context: CallContext, args: LambdaArguments) => Node;

const PYTHON_CODE =
  'Lambda: the function is Python code inside of the file, which cannot be run here. Build the model in code with ' +
  "layers.lambda({ fn }) in that place, and load the file's weights with loadWeights().";

/** A function of nodes. Files have its name; what has that name is found among `customObjects` and registered functions. */
function lambdaFunction(): Option<LambdaFunction, LambdaFunction, true> {
  const expected = 'a function of nodes';
  return new Option<LambdaFunction, LambdaFunction, true>({
    expected,
    read(given, place) {
      if (typeof given === 'function') return given as LambdaFunction;
      // Keras 2 wrote the code as a list, and the name of a function alone.
      const isCode =
        Array.isArray(given) || (given as { class_name?: unknown } | null)?.class_name === '__lambda__';
      if (isCode) throw new UnsupportedError(PYTHON_CODE);
      const name = typeof given === 'string' ? given : functionNameOf(given);
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

/** Whether files can hold `value`. */
function isPlain(value: unknown): value is ConfigValue {
  if (typeof value !== 'object' || value === null)
    return value === null || ['boolean', 'string'].includes(typeof value) || Number.isFinite(value);
  const isList = Array.isArray(value);
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isPlain);
}

/** A record of plain data. */
function plainRecord(): Option<LambdaArguments, LambdaArguments, false> {
  const expected = 'a record of numbers, texts and lists';
  return new Option<LambdaArguments, LambdaArguments, false>({
    expected,
    read(given, place) {
      if (isPlain(given) && typeof given === 'object' && given !== null && !Array.isArray(given))
        return given as LambdaArguments;
      throw wrongValue(place, expected, given);
    },
    fallback: () => ({}),
  });
}

/**
 * fn(x), or fn([x, y, …]) of several inputs; the call's context is its second argument, `arguments` its third. It can have
 * no weights of its own: for these make a class that extends Layer.
 */
export class Lambda extends withOptions(Layer, {
  /** A function of nodes: `(x) => ops.mul(x, ops.sigmoid(x))`. */
  fn: lambdaFunction(),
  /** More arguments for the function, as a record; files hold them. Default {}. */
  arguments: plainRecord(),
  /** The shape of one sample of the result, which is then checked. Default null: whatever the function gives. */
  outputShape: sampleShape().onlyWhenSet(),
  mask: unsupported().notInConfig(),
  functionType: formerOption(text(null)),
  module: formerOption(text(null)),
  outputShapeType: formerOption(text(null)),
  outputShapeModule: formerOption(text(null)),
}) {
  static override readonly className = 'Lambda';
  protected override inputSpec: InputSpec = { inputs: 'any' };

  /** Throws ShapeError when the result has another shape than `outputShape`. */
  override call(inputs: readonly Node[], context: CallContext): Node {
    const x = (inputs.length === 1 ? inputs[0] : inputs) as Node & readonly Node[];
    const y = this.fn(x, context, this.arguments);
    if (this.outputShape !== null && y?.shape !== undefined) {
      const expected = [null, ...this.outputShape];
      if (!sameShape(y.shape, expected)) {
        throw new ShapeError(
          `The function of layer '${this.name}' (Lambda) gives the shape ${formatShape(y.shape)}, but outputShape says ` +
            `${formatShape(expected)}. Leave outputShape out, or change one of them.`,
        );
      }
    }
    return y;
  }
}

/** A function of nodes as a layer. */
export const lambda = factory(Lambda);
