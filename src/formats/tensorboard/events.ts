/** @file What TensorBoard's event files hold (tensorflow's `event.proto`, `summary.proto`, `tensor.proto`), as bytes. */

import { bytesField, doubleField, message, wholeField } from '../protobuf.ts';

/** Numbers of element types. */
const FLOAT = 1;
const DOUBLE = 2;
const STRING = 7;

/** A named value of one step, without the time. */
export type Summary = Uint8Array;

/** The first event of a file. */
export function firstEvent(wallTime: number): Uint8Array {
  const source = bytesField(1, 'fovea');
  return message(doubleField(1, wallTime), bytesField(3, 'brain.Event:2'), bytesField(10, source));
}

/** @param wallTime Seconds since 1970. */
export function summaryEvent(wallTime: number, step: number, summary: Summary): Uint8Array {
  return message(doubleField(1, wallTime), wholeField(2, step), bytesField(5, bytesField(1, summary)));
}

/** A number. */
export function scalar(tag: string, value: number): Summary {
  return summary(tag, 'scalars', tensor(FLOAT, [], [contents(Float32Array.of(value))]));
}

/** A bucket of a histogram: its edges, and how many values are in it. */
export type Bucket = readonly [from: number, to: number, count: number];

/** How values are distributed. */
export function histogram(tag: string, buckets: readonly Bucket[]): Summary {
  const values = Float64Array.from(buckets.flat());
  return summary(tag, 'histograms', tensor(DOUBLE, [buckets.length, 3], [contents(values)]));
}

/** Pictures of one size, each as a PNG file. */
export function images(tag: string, width: number, height: number, files: readonly Uint8Array[]): Summary {
  const texts = [String(width), String(height), ...files];
  return summary(tag, 'images', tensor(STRING, [texts.length], texts.map(textElement)));
}

/** A model's layers and how they are joined, as Keras' JSON: the conceptual graph. */
export function kerasModel(tag: string, json: string): Summary {
  return summary(tag, 'graph_keras_model', tensor(STRING, [], [textElement(json)]), '1');
}

function summary(tag: string, plugin: string, value: Uint8Array, content = ''): Summary {
  const data = message(bytesField(1, plugin), content === '' ? message() : bytesField(2, content));
  return message(bytesField(1, tag), bytesField(8, value), bytesField(9, bytesField(1, data)));
}

function tensor(type: number, shape: readonly number[], values: readonly Uint8Array[]): Uint8Array {
  const extents = shape.map((extent) => bytesField(2, wholeField(1, extent)));
  return message(wholeField(1, type), bytesField(2, message(...extents)), ...values);
}

/** All numbers of a tensor. They are little-endian on every processor that JavaScript runs on. */
function contents(values: Float32Array | Float64Array): Uint8Array {
  return bytesField(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function textElement(value: Uint8Array | string): Uint8Array {
  return bytesField(8, value);
}
