/** @file Application: one of Keras' architectures, as its options choose it. */

import { linear, softmax } from '../activations/index.ts';
import { activation } from '../activations/registry.ts';
import { FormatError, ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import type { ProgressListener } from '../downloads/download.ts';
import { withoutInitialValues } from '../initializers/initial-values.ts';
import { dense, globalAveragePooling2d, globalMaxPooling2d } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { SymbolicTensor } from '../layers/layer.ts';
import { Functional } from '../models/functional.ts';
import { Configurable, withOptions } from '../options/configurable.ts';
import { callable, count, flag, oneOf, text, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { loadImageNetWeights } from './imagenet-weights.ts';
import { inputShapeFor } from './input-shape.ts';
import { type GivenWeights, loadGivenWeights } from './load-weights.ts';
import { type Preprocessing, preprocess } from './preprocess-input.ts';
import type { WeightsFile } from './weights-file.ts';

/** What the weights of a model can be. */
export type Weights = 'imagenet' | GivenWeights;

function weights(): Option<Weights | null, Weights | null, false> {
  const expected = "'imagenet', null, a path, a URL, File objects, or the bytes of a file";
  return new Option<Weights | null, Weights | null, false>({
    expected,
    read(given, place) {
      if (typeof given === 'object' || (typeof given === 'string' && given !== ''))
        return given as Weights | null;
      throw wrongValue(place, expected, given);
    },
    fallback: () => 'imagenet',
    nullable: true,
  });
}

function symbolicTensor(): Option<SymbolicTensor | null, SymbolicTensor | null, false> {
  const expected = 'what input() or the apply() of a layer returned';
  return new Option<SymbolicTensor | null, SymbolicTensor | null, false>({
    expected,
    read(given, place) {
      if (given === null || given instanceof SymbolicTensor) return given;
      throw wrongValue(place, expected, given);
    },
    fallback: () => null,
    nullable: true,
  });
}

/** The shape of an image; it is checked together with other options. */
function imageShape(): Option<readonly number[] | null, readonly number[] | null, false> {
  return new Option<readonly number[] | null, readonly number[] | null, false>({
    expected: 'height, width and channels',
    read: (given) => given as readonly number[] | null,
    fallback: () => null,
    nullable: true,
  });
}

function progressListener() {
  const { definition } = callable<ProgressListener>().orNull();
  return new Option<ProgressListener | null, ProgressListener | null, false>({
    ...definition,
    fallback: () => null,
  });
}

function poolingOption() {
  const { definition } = oneOf('avg', 'max').orNull();
  return new Option<'avg' | 'max' | null, 'avg' | 'max' | null, false>({
    ...definition,
    fallback: () => null,
  });
}

/** The inputs that a tensor is computed from. */
function sourcesOf(tensor: SymbolicTensor): readonly SymbolicTensor[] {
  const { inputs } = tensor.producer;
  return inputs.length === 0 ? [tensor] : [...new Set(inputs.flatMap(sourcesOf))];
}

/** One of Keras' architectures. A class of its own says how the layers follow each other, and where its weights are. */
export abstract class Application extends withOptions(Configurable, {
  /** Whether the classifier on top is part of the model. Default true. */
  includeTop: flag(true),
  /**
   * 'imagenet': the published weights, from Keras' cache folder or downloaded into it; null: random ones; else a file with
   * weights, by its path, its URL or its bytes. Default 'imagenet'.
   */
  weights: weights(),
  /**
   * Called while weights are downloaded, with the bytes so far and those of the whole file (undefined where the server does not say):
   * `(received, total) => …`. Default null: on the command line a line tells of it.
   */
  onProgress: progressListener(),
  /** What the model is applied to, in the place of an input of its own. Default null: its own. */
  inputTensor: symbolicTensor(),
  /** Height, width and channels of an image. Default null: the architecture's own size, and 3. */
  inputShape: imageShape(),
  /** Without the classifier: pool the last maps to one number for each channel, 'avg' or 'max'. Default null: give the maps. */
  pooling: poolingOption(),
  /** Number of classes of the classifier. Default 1000. */
  classes: count(1000),
  /** Activation of the classifier; null gives logits. Default 'softmax'. */
  classifierActivation: new Option({ ...activation().definition, fallback: (_options) => softmax }),
  /** Name of the model. Default null: that of the architecture. */
  name: text(null),
}) {
  /** How images are changed before. */
  static readonly preprocessing: Preprocessing = 'none';
  /** Height and width of images when nothing else is said, and those that the published classifier takes. */
  get defaultSize(): number {
    return 224;
  }

  protected readonly minSize: number = 32;
  /** Where the layers for pooling have names of their own. */
  protected readonly namesPooling: 'always' | 'on top' | 'never' = 'always';

  /** The name of the model when none is given. */
  protected abstract readonly defaultName: string;

  /** The published file for these options; null where there is none. */
  abstract weightsFile(): WeightsFile | null;

  /** All layers but the classifier and the pooling. */
  protected abstract features(images: SymbolicTensor): SymbolicTensor;

  /** The classifier. */
  protected top(features: SymbolicTensor): SymbolicTensor {
    const { classes: units, classifierActivation } = this;
    const pooled = globalAveragePooling2d(this.namesPooling === 'never' ? {} : { name: 'avg_pool' }).apply(
      features,
    );
    return dense({ units, activation: classifierActivation, name: 'predictions' }).apply(pooled);
  }

  /** What comes after the features in a model without classifier. */
  protected pooled(features: SymbolicTensor): SymbolicTensor {
    const named = (name: string) => (this.namesPooling === 'always' ? { name } : {});
    if (this.pooling === 'avg') return globalAveragePooling2d(named('avg_pool')).apply(features);
    if (this.pooling === 'max') return globalMaxPooling2d(named('max_pool')).apply(features);
    return features;
  }

  /** Whether the weights of ImageNet are asked for. */
  protected get pretrained(): boolean {
    return this.weights === 'imagenet';
  }

  /** Whether the published classifier takes images of the default size only. */
  protected get fixed(): boolean {
    return this.pretrained && this.includeTop;
  }

  /** [height, width, channels] of the images. Throws as `inputShapeFor` does. */
  get imageShape(): readonly number[] {
    const { inputTensor, inputShape, defaultSize, minSize, pretrained, fixed } = this;
    const limits = { defaultSize, minSize, pretrained, fixed };
    if (inputTensor === null) return inputShapeFor(this.className, inputShape, limits);
    const shape = inputTensor.shape.slice(1) as readonly number[];
    if (inputShape !== null && formatShape(inputShape) !== formatShape(shape)) {
      throw new ValueError(
        `${this.className}: inputTensor has the shape ${formatShape(inputTensor.shape)}, and inputShape is ` +
          `${describeValue(inputShape)}. Leave inputShape out.`,
      );
    }
    return shape;
  }

  /** Throws ValueError for options that do not go together. */
  protected check(): void {
    const { className, weights, includeTop, classes, classifierActivation } = this;
    if (this.pretrained && includeTop && classes !== 1000) {
      throw new ValueError(
        `${className}: if using \`weights: 'imagenet'\` with \`includeTop: true\`, \`classes\` should be 1000. Received: ` +
          `classes=${classes}. For other classes pass includeTop: false, and put layers of your own on top.`,
      );
    }
    if (weights === null || !includeTop) return;
    if (classifierActivation === softmax || classifierActivation === linear) return;
    throw new ValueError(
      `${className}: only null and 'softmax' are allowed as \`classifierActivation\` when using pretrained weights, with ` +
        '`includeTop: true`.',
    );
  }

  /** The model, with random weights. Throws ValueError and ShapeError for options that do not go together. */
  build(): Functional {
    this.check();
    const shape = this.imageShape;
    const images = this.inputTensor ?? input({ shape });
    const features = this.features(images);
    return new Functional({
      inputs: this.inputTensor === null ? images : sourcesOf(images),
      outputs: this.includeTop ? this.top(features) : this.pooled(features),
      name: this.name ?? this.defaultName,
    });
  }

  /** The model with the weights that the options name. Throws as `build` does, and what reading the weights throws. */
  async make(): Promise<Functional> {
    const { weights } = this;
    if (weights === null) return this.build();
    const model = withoutInitialValues(() => this.build());
    if (weights === 'imagenet') {
      this.#checkPublishedFit(model);
      await loadImageNetWeights(model, this.weightsFile()!, { onProgress: this.onProgress });
    } else await this.#load(model, weights);
    return model;
  }

  /**
   * Throws ShapeError where the published weights cannot fit because of `inputTensor`, before they are downloaded. A given
   * `inputShape` has been checked by itself.
   */
  #checkPublishedFit(model: Functional): void {
    if (this.inputTensor === null) return;
    const published = this.#with({ inputTensor: null, inputShape: null }).weights;
    const { weights } = model;
    const same = (i: number) => sameShape(weights[i]?.shape ?? [], published[i]?.shape ?? []);
    const at = Array.from({ length: Math.max(weights.length, published.length) }).findIndex(
      (_, i) => !same(i),
    );
    if (at < 0) return;
    const { className, includeTop, imageShape, defaultSize } = this;
    const describe = (list: typeof weights) =>
      list[at] === undefined ? 'none' : `'${list[at].name}' ${formatShape(list[at].shape)}`;
    throw new ShapeError(
      `${className}: the \`imagenet\` weights do not fit the model on \`inputTensor\`, which gives ${formatShape(imageShape)}: where ` +
        `they have ${describe(published)}, it has ${describe(weights)}. Give a tensor with 3 channels${includeTop ? ` of ${defaultSize}x${defaultSize} pixels` : ''}, ` +
        `without layers with weights before it; or pass ${includeTop ? 'includeTop: false, where only the size is another, or ' : ''}weights: null.`,
    );
  }

  /** The model with some other options, and weights of zeros. */
  #with(changes: object): Functional {
    const Class = this.constructor as unknown as ApplicationClass & { readonly options: object };
    const values = this as unknown as Record<string, unknown>;
    const options = Object.fromEntries(Object.keys(Class.options).map((name) => [name, values[name]]));
    const other = new Class(...([{ ...options, ...changes }] as never[]));
    return withoutInitialValues(() => other.build());
  }

  /** Reads the weights of a file, whose errors say so when it is for the model with or without classifier instead. */
  async #load(model: Functional, weights: GivenWeights): Promise<void> {
    try {
      await loadGivenWeights(model, weights);
    } catch (error) {
      if (!(error instanceof FormatError) || !(await this.#fitsOther(weights))) throw error;
      const file = this.weightsFile()?.name;
      const named = file === undefined ? '' : `, such as '${file}'`;
      const { className, includeTop } = this;
      throw new FormatError(
        `${className}: the file holds the weights ${includeTop ? 'without' : 'with'} the classifier, and includeTop is ` +
          `${includeTop}. Pass includeTop: ${!includeTop}, or a file ${includeTop ? 'with' : 'without'} it${named}.`,
        { cause: error },
      );
    }
  }

  /** Whether a file has the weights of the model with classifier in the place of the one without, or the reverse. */
  async #fitsOther(weights: GivenWeights): Promise<boolean> {
    try {
      await loadGivenWeights(this.#with({ includeTop: !this.includeTop }), weights);
      return true;
    } catch {
      return false;
    }
  }
}

/** The class of an application. */
interface ApplicationClass {
  readonly preprocessing: Preprocessing;
  new (...args: never[]): Application;
}

/** A function that makes models of an architecture. */
export type ApplicationFunction<C extends ApplicationClass> = ((
  ...options: ConstructorParameters<C>
) => Promise<Functional>) & {
  readonly Class: C;
  /**
   * Images as the weights of ImageNet expect them, in float32. `images`: [height, width, 3] or [n, height, width, 3],
   * numbers from 0 to 255 of any type. Throws ShapeError for other shapes.
   */
  preprocessInput(images: Tensor): Tensor;
};

/** The function that makes models of `Class`. */
export function application<C extends ApplicationClass>(Class: C): ApplicationFunction<C> {
  const make = async (...options: ConstructorParameters<C>) => new Class(...(options as never[])).make();
  return Object.assign(make, {
    Class,
    preprocessInput: (images: Tensor) => preprocess(images, Class.preprocessing),
  });
}
