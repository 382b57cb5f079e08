/** @file Gradient ascent in the space of images: step after step, shifted a little each time, from small images to large ones. */

import { RandomGenerator } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import { resizing } from '../layers/index.ts';
import { type AscentOptions, answersOf, ascentView } from './ascent-graph.ts';
import { compiledView } from './compiled-views.ts';
import type { TracedFront } from './front-trace.ts';

/** What an ascent is made of, in the numbers of the model's input. */
export interface Ascent extends AscentOptions {
  readonly steps: number;
  readonly stepSize: number;
  readonly smoothness: number;
  /** How many pixels, at most, images are shifted by in a step, to and fro. */
  readonly jitter: number;
  readonly seed: number;
}

/** Each image `[count, h, w, c]` shifted down and right; what leaves at one side comes in at the other. */
function rolled(images: Tensor, down: number, right: number): Tensor {
  const [count, h, w, c] = images.shape as [number, number, number, number];
  const [top, left] = [((down % h) + h) % h, ((right % w) + w) % w];
  if (top === 0 && left === 0) return images;
  const data = new Float32Array(images.size);
  for (let row = 0; row < count * h; row++) {
    const [image, y] = [Math.floor(row / h), row % h];
    const from = row * w * c;
    const to = (image * h + ((y + top) % h)) * w * c;
    data.set(images.data.subarray(from, from + (w - left) * c), to + left * c);
    data.set(images.data.subarray(from + (w - left) * c, from + w * c), to);
  }
  return new Tensor(images.shape, 'float32', data);
}

/** A row for each filter with a 1 in its place. */
function maskOf(filters: readonly number[], count: number): Tensor {
  const mask = new Float32Array(filters.length * count);
  filters.forEach((filter, i) => {
    mask[i * count + filter] = 1;
  });
  return new Tensor([filters.length, count], 'float32', mask);
}

/** The images `[filters, h, w, c]`, one for each filter, after the ascent from `start`. */
export async function climb(
  { traced, target }: TracedFront,
  input: number,
  start: Tensor,
  filters: readonly number[],
  ascent: Ascent,
): Promise<Tensor> {
  const { steps, stepSize, smoothness, smooth, blur, jitter } = ascent;
  const key = `ascent ${input} ${target.path} ${smooth} ${blur}`;
  const compiled = compiledView(traced, key, () =>
    ascentView(traced.inputs[input]!, answersOf(target), { smooth, blur }),
  );
  const [mask] = compiled.view.fed;
  const scalars = [stepSize, smoothness].map((value) => new Tensor([], 'float32', Float32Array.of(value)));
  const samples = filters.length;
  // Inputs that the layer is not computed from.
  const inputs = traced.inputs.map(({ shape }, i) =>
    i === input ? start : Tensor.zeros([samples, ...(shape.slice(1) as number[])]),
  );
  const fed = [maskOf(filters, mask.shape[1] as number), ...scalars];
  if (jitter === 0) {
    const [climbed] = await compiled.repeat([...inputs, ...fed], samples, steps);
    return climbed!;
  }
  const random = new RandomGenerator(ascent.seed);
  let images = start;
  for (let step = 0; step < steps; step++) {
    const [down, right] = [random.nextInt(2 * jitter + 1) - jitter, random.nextInt(2 * jitter + 1) - jitter];
    inputs[input] = rolled(images, down, right);
    const [moved] = await compiled.run([...inputs, ...fed], samples);
    images = rolled(moved!, -down, -right);
  }
  return images;
}

/** Images `[count, h, w, c]` at another size. */
export function enlarged(images: Tensor, height: number, width: number): Promise<Tensor> {
  return resizing({ height, width, interpolation: 'bicubic' }).apply(images);
}
