/** @file Reading the fixtures that tools/parity writes: a manifest, and the arrays of its gzipped little-endian binary. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';

/** The place of an array in a fixture's binary. */
export interface ArrayReference {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'float64' | 'uint8';
}

/** An array of a fixture: its numbers widened to float64. */
export interface FixtureArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A fixture: its manifest and the way to its arrays. */
export interface Fixture<Manifest> {
  readonly manifest: Manifest;
  read(reference: ArrayReference): FixtureArray;
  /** An array as a float32 tensor. */
  tensorOf(reference: ArrayReference): Tensor;
  /** The bytes of the fixture's file `<name>.gz`, uncompressed. */
  file(name: string): Uint8Array;
}

/** How an element at a byte offset is read, and the bytes that it takes. */
const ELEMENTS = {
  float32: { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  float64: { bytes: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
  uint8: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const;

/** The path of a file under tests/fixtures, from a test compiled into a folder beside it. */
export function fixtureUrl(path: string): URL {
  return new URL(`../../../tests/fixtures/${path}`, import.meta.url);
}

/** Reads `tests/fixtures/parity/<name>`. */
export function readFixture<Manifest>(name: string): Fixture<Manifest> {
  const manifest = JSON.parse(readFileSync(fixtureUrl(`parity/${name}/manifest.json`), 'utf8')) as Manifest;
  const file = (member: string) => gunzipSync(readFileSync(fixtureUrl(`parity/${name}/${member}.gz`)));
  const bytes = file('data.bin');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = ({ offset, shape, dtype }: ArrayReference): FixtureArray => {
    const size = sizeOf(shape);
    const element = ELEMENTS[dtype];
    return {
      shape,
      data: Float64Array.from({ length: size }, (_, i) => element.read(view, offset + i * element.bytes)),
    };
  };
  const tensorOf = (reference: ArrayReference) => {
    const { shape, data } = read(reference);
    return new Tensor(shape, 'float32', Float32Array.from(data));
  };
  return { manifest, read, tensorOf, file };
}
