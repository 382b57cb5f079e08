/** @file ImageFlow: the endless batches of transformed images that ImageDataGenerator gives (Keras' `Iterator`). */

import { withPlace } from '../../base/errors.ts';
import { checkSeed } from '../../base/random.ts';
import type { StateValue } from '../../base/state-value.ts';
import { Tensor } from '../../base/tensor.ts';
import { Dataset } from '../../data/dataset.ts';
import { PassSeeds } from '../../data/pass-seeds.ts';
import { readAhead } from '../../data/read-ahead.ts';
import { type Source, stateList } from '../../data/source.ts';
import type { ImageLoader } from '../image-loader.ts';
import { NumpyRandom } from '../numpy-random.ts';
import { changesNothing, drawTransform, type TransformRanges } from './draw-transform.ts';
import type { TransformParameters } from './transform.ts';

/** Batches that are made before they are asked for. */
const AHEAD = 2;
const TWO_32 = 2 ** 32;

/** The images that a flow transforms. */
export interface FlowImages {
  readonly count: number;
  /** [height, width, channels] of each image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** An image, or null for one that is left out. */
  load(index: number): Promise<Tensor | null>;
  /** Whether an image was left out before. */
  isLeftOut?(index: number): boolean;
  /** An image's name for messages. */
  nameOf(index: number): string;
  /** Changes images. */
  readonly loader: ImageLoader;
  /** Called at the end of a pass. */
  report?(): void;
}

/** What a generator does to images. */
export interface ImageWriter {
  readonly ranges: TransformRanges;
  /** The image transformed and standardized, as float32. */
  change(image: Tensor, transform: TransformParameters, loader: ImageLoader): Promise<Tensor>;
}

export interface FlowSettings<T> {
  readonly writer: ImageWriter;
  readonly images: FlowImages;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number | null;
  /** A batch of images and the places of the images in the data. */
  readonly batch: (images: Tensor, places: readonly number[]) => T;
}

/** The images of a batch and what is to be done to them. */
interface Plan {
  readonly places: readonly number[];
  readonly transforms: readonly TransformParameters[];
}

/**
 * A pass over a flow. As in Keras, each batch has a seed of its own, the flow's plus the number of batches before it, and
 * the order of a pass is drawn with the seed of its first batch.
 */
class FlowSource<T> implements Source<T> {
  readonly length: number;
  readonly parts = [];
  readonly #settings: FlowSettings<T>;
  readonly #seeds = new PassSeeds(null);
  #passes = 0;

  constructor(settings: FlowSettings<T>) {
    this.#settings = settings;
    this.length = Math.ceil(settings.images.count / settings.batchSize);
  }

  async *open(): AsyncGenerator<T, void, undefined> {
    const make = (plan: Plan) => this.#make(plan);
    try {
      for await (const batch of readAhead(this.#plans(), 1 + AHEAD, make))
        if (batch !== null) yield batch.batch;
    } finally {
      this.#settings.images.report?.();
    }
  }

  getState(): StateValue {
    return [this.#passes, this.#seeds.getState()];
  }

  setState(state: StateValue): void {
    const [passes, seeds] = stateList(state, 2);
    this.#passes = passes as number;
    this.#seeds.setState(seeds!);
  }

  /** The places of images in batches, where images are the same in each pass. */
  places(source: number): Source<unknown> | null {
    const { writer, images } = this.#settings;
    if (!changesNothing(writer.ranges)) return null;
    const plans = () => this.#plans();
    async function* open() {
      for await (const { places } of plans()) {
        const left = places.filter((place) => images.isLeftOut?.(place) !== true);
        const sources = new Int32Array(left.length).fill(source);
        if (left.length > 0)
          yield [sources, Int32Array.from(left)].map((each) => new Tensor([left.length], 'int32', each));
      }
    }
    return { length: this.length, parts: [], open };
  }

  async *#plans(): AsyncGenerator<Plan, void, undefined> {
    const { writer, images, batchSize, shuffle, seed } = this.#settings;
    const first = seed === null ? this.#seeds.begin().nextUint32() : seed + this.#passes * this.length;
    this.#passes++;
    let order: Int32Array | null = null;
    for (let batch = 0; batch < this.length; batch++) {
      const random = new NumpyRandom((first + batch) % TWO_32);
      order ??= shuffle
        ? random.permutation(images.count)
        : Int32Array.from({ length: images.count }, (_, i) => i);
      const places = [...order.subarray(batch * batchSize, (batch + 1) * batchSize)];
      yield { places, transforms: places.map(() => drawTransform(random, writer.ranges, images.shape)) };
    }
  }

  /** The batch, or null when all of its images are left out. */
  async #make({ places, transforms }: Plan): Promise<{ batch: T } | null> {
    const { writer, images, batch } = this.#settings;
    const change = async (place: number, i: number) => {
      const image = await images.load(place);
      if (image === null) return null;
      try {
        return { place, image: await writer.change(image, transforms[i]!, images.loader) };
      } catch (error) {
        throw withPlace(error, images.nameOf(place));
      }
    };
    const changed = await Promise.all(places.map(change));
    const kept = changed.filter((each) => each !== null);
    if (kept.length === 0) return null;
    const size = kept[0]!.image.size;
    const out = new Float32Array(kept.length * size);
    for (const [i, { image }] of kept.entries()) out.set(image.data, i * size);
    const pixels = new Tensor([kept.length, ...images.shape], 'float32', out);
    return {
      batch: batch(
        pixels,
        kept.map(({ place }) => place),
      ),
    };
  }
}

/**
 * Batches of transformed images, again and again: `for await (const [images, labels] of flow)` does not end by itself. In
 * `fit`, `evaluate` and `predict`, and for the datasets made of it, a pass has `length` batches; with more steps than that
 * an epoch goes on into the next pass.
 */
export class ImageFlow<T> extends Dataset<T> {
  readonly batchSize: number;
  /** Images in a pass. */
  readonly samples: number;

  /** Flows are made by `ImageDataGenerator.flow` and `flowFromDirectory`. Throws ValueError for a seed that cannot be. */
  constructor(settings: FlowSettings<T>, classNames: readonly string[] | null) {
    if (settings.seed !== null) checkSeed(settings.seed);
    super(new FlowSource(settings), classNames);
    this.batchSize = settings.batchSize;
    this.samples = settings.images.count;
  }

  override get goesOn(): boolean {
    return true;
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) yield* this.pass();
  }
}
