/**
 * @file The numbers of the training fixtures: weights, images and labels from an integer hash. Written twice, here and in
 * tools/parity/common.py, and equal bit for bit.
 */

/** The lowbias32 hash of a uint32 (C. Wellons, https://github.com/skeeto/hash-prospector). */
export function mix(value: number): number {
  let x = value >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return x >>> 0;
}

/** `count` uint32 numbers of a stream: mix(mix(stream) + i). */
export function numbers(stream: number, count: number): Uint32Array {
  const start = mix(stream);
  return Uint32Array.from({ length: count }, (_, i) => mix(start + i));
}

/** float32 numbers in [-limit, limit). */
export function uniform(stream: number, size: number, limit: number): Float32Array {
  return Float32Array.from(numbers(stream, size), (n) => (2 * ((n >>> 8) / 2 ** 24) - 1) * limit);
}

/** Glorot-uniform kernels; biases in ±0.1, so that a test fails when a bias is ignored. */
export function weightValues(stream: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length === 1) return uniform(stream, size, 0.1);
  const fanIn = shape.at(-2)!;
  const fanOut = shape.at(-1)!;
  const field = size / (fanIn * fanOut);
  return uniform(stream, size, Math.sqrt(6 / (field * (fanIn + fanOut))));
}

/** The number of classes, and the extents of an image. */
export interface Drawn {
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One image of whole numbers 0…250 and its label: three spots at the places of its class, jittered, on black. */
export function drawing(stream: number, drawn: Drawn): { image: Uint8Array; label: number } {
  const { classes, height, width, channels } = drawn;
  const n = numbers(stream, 8);
  const label = n[0]! % classes;
  const places = numbers(0xb10b, classes * 9);
  const image = new Uint8Array(height * width * channels);
  for (let spot = 0; spot < 3; spot++) {
    const [py, px, pc] = places.subarray((label * 3 + spot) * 3);
    const cy = 2 + (py! % (height - 4)) + (n[2 + 2 * spot]! % 7) - 3;
    const cx = 2 + (px! % (width - 4)) + (n[3 + 2 * spot]! % 7) - 3;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * channels + (pc! % channels);
        image[at] = Math.max(image[at]!, 250 - 25 * ((y - cy) ** 2 + (x - cx) ** 2));
      }
    }
  }
  const noise = numbers(n[1]!, image.length);
  return { image: image.map((pixel, i) => (pixel * (64 + (noise[i]! % 192))) >> 8), label };
}

/** `size` drawings as float32 in 0…1 (whole number / 255), one after another, and their labels. */
export function batch(
  stream: number,
  size: number,
  drawn: Drawn,
): { images: Float32Array; labels: number[] } {
  const pairs = Array.from({ length: size }, (_, i) => drawing(stream * 65536 + i, drawn));
  const images = new Float32Array(size * pairs[0]!.image.length);
  pairs.forEach(({ image }, i) => {
    images.set(
      Float32Array.from(image, (pixel) => pixel / 255),
      i * image.length,
    );
  });
  return { images, labels: pairs.map(({ label }) => label) };
}
