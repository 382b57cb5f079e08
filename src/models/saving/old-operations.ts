/** @file Arithmetic on tensors as tf.keras 2 wrote it, a layer `TFOpLambda` for each function of TensorFlow, as Keras 3 writes it. */

import { type Config, type ConfigValue, kerasObject } from '../../base/config.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { isRecord } from '../structure.ts';

const NUMPY = 'keras.src.ops.numpy';
const NN = 'keras.src.ops.nn';

/** TensorFlow's functions of one tensor, or of `x` and `y`, and Keras' operations. */
const OPERATIONS: Readonly<Record<string, readonly [module: string, className: string]>> = {
  'math.add': [NUMPY, 'Add'],
  '__operators__.add': [NUMPY, 'Add'],
  'math.subtract': [NUMPY, 'Subtract'],
  'math.multiply': [NUMPY, 'Multiply'],
  'math.truediv': [NUMPY, 'TrueDivide'],
  'math.divide': [NUMPY, 'Divide'],
  'math.maximum': [NUMPY, 'Maximum'],
  'math.minimum': [NUMPY, 'Minimum'],
  'math.negative': [NUMPY, 'Negative'],
  'math.abs': [NUMPY, 'Absolute'],
  'math.exp': [NUMPY, 'Exp'],
  'math.log': [NUMPY, 'Log'],
  'math.sqrt': [NUMPY, 'Sqrt'],
  'math.square': [NUMPY, 'Square'],
  'math.tanh': [NUMPY, 'Tanh'],
  'math.sigmoid': [NN, 'Sigmoid'],
  'nn.relu': [NN, 'Relu'],
};

/** Whether a file's layer is a function of TensorFlow. */
export function isTensorFlowFunction(layer: Config): boolean {
  return layer.class_name === 'TFOpLambda';
}

/** The operation of Keras 3 that the layer is. Throws UnsupportedError for other functions, FormatError for calls of another form. */
export function operationOfTensorFlow(layer: Config): Config {
  const { name, inbound_nodes: calls } = layer;
  const { function: named } = (layer.config ?? {}) as Config;
  const found = typeof named === 'string' && Object.hasOwn(OPERATIONS, named) ? OPERATIONS[named] : undefined;
  if (found === undefined) {
    throw new UnsupportedError(
      `Layer '${String(name)}' of the file calls TensorFlow's function ${describeValue(named)}, which only TensorFlow has. Known: ` +
        `${Object.keys(OPERATIONS).join(', ')}. Write that part of the model with layers.`,
    );
  }
  const [module, className] = found;
  if (!Array.isArray(calls)) throw wrongCall(name, calls);
  return {
    ...kerasObject(module, className, { name: name ?? null }),
    registered_name: className,
    name: name ?? null,
    inbound_nodes: calls.map((call) => ({ args: argumentsOf(name, call), kwargs: {} })),
  };
}

/** A call is `[layer, call, output, { y, name }]`; a number as the first argument is `['_CONSTANT_VALUE', -1, number, …]`. */
function argumentsOf(name: ConfigValue | undefined, call: ConfigValue): ConfigValue[] {
  if (!Array.isArray(call) || call.length !== 4 || !isRecord(call[3])) throw wrongCall(name, call);
  const { y, name: _scope, ...others } = call[3] as Config;
  const other = Object.entries(others).find(([, value]) => value !== null);
  if (other !== undefined) {
    throw new UnsupportedError(
      `Layer '${String(name)}' of the file is called with ${other[0]}=${describeValue(other[1])}.`,
    );
  }
  const first = call[0] === '_CONSTANT_VALUE' ? call[2]! : (call.slice(0, 3) as ConfigValue);
  return [first, ...(y === undefined ? [] : [y])].map(argumentOf);
}

function argumentOf(value: ConfigValue): ConfigValue {
  if (!Array.isArray(value)) return value;
  return typeof value[0] === 'string'
    ? { class_name: '__keras_tensor__', config: { keras_history: value } }
    : { class_name: '__numpy__', config: { value, dtype: 'float32' } };
}

function wrongCall(name: ConfigValue | undefined, call: unknown): FormatError {
  return new FormatError(`Layer '${String(name)}' of the file has the call ${describeValue(call)}.`);
}
