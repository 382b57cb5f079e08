import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { reserve } from '../../wasm/function-set.ts';
import { COLOR_OVERRUN } from './colors.ts';
import { jpegKernels } from './jpeg-kernels.ts';
import { FREE } from './memory-layout.ts';

const PIXELS = 1 << 16;
const kernels = jpegKernels();
reserve(kernels, FREE + 7 * PIXELS);
const bytes = new Uint8Array(kernels.memory.buffer);
const [LUMA, CB, CR, DST] = [0, 1, 2, 3].map((i) => FREE + i * PIXELS) as [number, number, number, number];

/** libjpeg's ycc_rgb_convert (jdcolor.c). */
function reference(y: number, cb: number, cr: number): number[] {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [blue, red] = [cb - 128, cr - 128];
  const rgb = [
    y + ((fixed(1.402) * red + 32768) >> 16),
    y + ((-fixed(0.34414) * blue - fixed(0.71414) * red + 32768) >> 16),
    y + ((fixed(1.772) * blue + 32768) >> 16),
  ];
  return rgb.map((value) => Math.min(255, Math.max(0, value)));
}

test('all chroma gives the colours of libjpeg', () => {
  const random = new RandomGenerator(3);
  for (let i = 0; i < PIXELS; i++) {
    bytes[LUMA + i] = random.nextInt(256);
    bytes[CB + i] = i & 255;
    bytes[CR + i] = i >> 8;
  }
  kernels.colors(LUMA, CB, CR, DST, PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const [y, cb, cr] = [bytes[LUMA + i]!, bytes[CB + i]!, bytes[CR + i]!];
    const rgb = [...bytes.subarray(DST + 3 * i, DST + 3 * i + 3)];
    if (reference(y, cb, cr).some((value, c) => value !== rgb[c])) {
      assert.deepEqual(rgb, reference(y, cb, cr), `${y} ${cb} ${cr}`);
    }
  }
});

test('rows of all lengths are converted, and little is written behind them', () => {
  for (let width = 1; width <= 40; width++) {
    bytes.fill(9, DST, DST + 500);
    kernels.colors(LUMA, CB, CR, DST, width);
    const last = width - 1;
    const rgb = reference(bytes[LUMA + last]!, bytes[CB + last]!, bytes[CR + last]!);
    assert.deepEqual([...bytes.subarray(DST + 3 * last, DST + 3 * width)], rgb);
    const end = DST + 48 * Math.ceil(width / 16) + COLOR_OVERRUN;
    assert.ok(bytes.subarray(end, DST + 500).every((byte) => byte === 9));
  }
});
