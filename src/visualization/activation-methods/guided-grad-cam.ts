/**
 * @file Guided Grad-CAM: guided backpropagation where Grad-CAM is warm, at the size of the image. Source: Selvaraju et al. 2017
 * (arXiv 1610.02391).
 */

import { Tensor } from '../../base/tensor.ts';
import { guidedGradients } from '../guided-gradients.ts';
import { stretch } from '../stretch.ts';
import { gradCam } from './grad-cam.ts';
import type { ActivationMethod } from './maps.ts';

export const guidedGradCam: ActivationMethod = async (sample) => {
  const input = sample.explainedInput();
  const guided = (await guidedGradients(sample.question, input)).values[0]!;
  const [height, width, channels] = guided.shape.slice(1) as [number, number, number];
  const heat = await gradCam(sample);
  const warm = new Tensor(
    [heat.height, heat.width, 1],
    'float64',
    heat.values.map((value) => Math.max(value, 0)),
  );
  const large = stretch(warm, height, width).data;
  const map = Float32Array.from(guided.data, (value, i) => value * large[Math.floor(i / channels)]!);
  const values = Float64Array.from({ length: height * width }, (_, place) => {
    const pixel = map.subarray(place * channels, (place + 1) * channels);
    return pixel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  });
  return { height, width, values, map: new Tensor([height, width, channels], 'float32', map) };
};
