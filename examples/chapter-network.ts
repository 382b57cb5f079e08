/** @file The convnet of Chollet, Deep Learning with Python, 5.1: 93,322 parameters. */

import { layers, sequential } from 'fovea';

/** The network for grey images of 28 × 28 pixels and ten classes, not compiled yet. */
export function chapterNetwork() {
  const net = sequential();
  net.add(layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: 'relu', inputShape: [28, 28, 1] }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }));
  net.add(layers.flatten());
  net.add(layers.dense({ units: 64, activation: 'relu' }));
  net.add(layers.dense({ units: 10, activation: 'softmax' }));
  return net;
}
