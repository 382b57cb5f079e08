import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { PADDING } from './entropy-data.ts';
import { BLOCK_BYTES, COEFFICIENTS, NATURAL_ORDER } from './frame.ts';
import { huffmanTable, LONGEST_CODE, TABLE_WORDS } from './huffman-table.ts';
import { jpegKernels } from './jpeg-kernels.ts';
import { DAMAGED, FREE, POSITION, SCAN_BLOCK } from './memory-layout.ts';

const MCUS = 40;
const kernels = jpegKernels();
const words = new Int32Array(kernels.memory.buffer);
const bytes = new Uint8Array(kernels.memory.buffer);
const PREDICTION = FREE + SCAN_BLOCK.bytes;
const DC_TABLE = FREE + 64;
const AC_TABLE = DC_TABLE + 4 * TABLE_WORDS;
const BLOCKS = AC_TABLE + 4 * TABLE_WORDS + 8;
const DATA = BLOCKS + MCUS * BLOCK_BYTES;

/** Symbol → its code as a text of bits. */
type Codes = ReadonlyMap<number, string>;

/** A table with codes of random lengths for the symbols, and those codes. */
function randomTable(
  kind: 0 | 1,
  symbols: number[],
  random: RandomGenerator,
): { codes: Codes; table: Int32Array } {
  const lengths = new Uint8Array(LONGEST_CODE);
  const codes = new Map<number, string>();
  let code = 0;
  let length = 1;
  symbols.forEach((symbol, i) => {
    // A code may be given only if those behind it still have room, and one with ones only is left.
    const fits = () => ((1 << length) - code - 1) * 2 ** (LONGEST_CODE - length) > symbols.length - i;
    while (length < LONGEST_CODE && (!fits() || random.nextInt(3) === 0)) {
      code <<= 1;
      length++;
    }
    codes.set(symbol, code.toString(2).padStart(length, '0'));
    lengths[length - 1]!++;
    code++;
  });
  const table = huffmanTable(Uint8Array.of(kind << 4, ...lengths, ...symbols));
  assert.ok(table !== undefined);
  return { codes, table };
}

function shuffled(values: number[], random: RandomGenerator): number[] {
  const order = values.map((value) => [random.nextUint32(), value] as const);
  return order.sort(([a], [b]) => a - b).map(([, value]) => value);
}

const sizeOf = (value: number) => 32 - Math.clz32(Math.abs(value));

/** A number as the standard stores it: negative ones as the complement of their magnitude. */
function bitsOf(value: number): string {
  const size = sizeOf(value);
  if (size === 0) return '';
  return (value > 0 ? value : value + 2 ** size - 1).toString(2).padStart(size, '0');
}

/** The bits of a block whose first number is a difference, in zigzag order (T.81, F.1.2). */
function encode(zigzag: readonly number[], dc: Codes, ac: Codes): string {
  let bits = dc.get(sizeOf(zigzag[0]!))! + bitsOf(zigzag[0]!);
  let run = 0;
  for (const value of zigzag.slice(1)) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) bits += ac.get(0xf0)!;
    bits += ac.get((run << 4) | sizeOf(value))! + bitsOf(value);
    run = 0;
  }
  return run === 0 ? bits : bits + ac.get(0)!;
}

function randomBlock(random: RandomGenerator): number[] {
  const share = random.nextInt(40);
  const numbers = Array.from({ length: COEFFICIENTS }, () => {
    const range = 2 ** (1 + random.nextInt(10)) - 1;
    return random.nextInt(40) < share ? random.nextInt(2 * range + 1) - range : 0;
  });
  numbers[0] = random.nextInt(4095) - 2047;
  return numbers;
}

function writeBits(bits: string): void {
  bytes.fill(0, DATA, DATA + bits.length / 8 + PADDING);
  for (let i = 0; i < bits.length; i++) bytes[DATA + (i >> 3)]! |= Number(bits[i]) << (7 - (i & 7));
}

/** Decodes `mcus` MCUs of one block from bit `start` on. */
function decode(start: number, limit: number, mcus: number, first = 0): void {
  words.set([BLOCKS + first * BLOCK_BYTES, BLOCK_BYTES, DC_TABLE, AC_TABLE, PREDICTION], FREE / 4);
  words[POSITION / 4] = start;
  kernels.sequential(DATA, limit, FREE, FREE + SCAN_BLOCK.bytes, mcus);
}

const DC_SYMBOLS = Array.from({ length: 12 }, (_, i) => i);
const AC_SYMBOLS = [0, 0xf0];
for (let run = 0; run < 16; run++) for (let size = 1; size <= 10; size++) AC_SYMBOLS.push((run << 4) | size);

test('blocks of random coefficients in random codes are read back', () => {
  const random = new RandomGenerator(4);
  for (let round = 0; round < 60; round++) {
    const dc = randomTable(0, shuffled(DC_SYMBOLS, random), random);
    const ac = randomTable(1, shuffled(AC_SYMBOLS, random), random);
    words.set(dc.table, DC_TABLE / 4);
    words.set(ac.table, AC_TABLE / 4);
    const blocks = Array.from({ length: MCUS }, () => randomBlock(random));
    const start = random.nextInt(40);
    const bits = '1'.repeat(start) + blocks.map((block) => encode(block, dc.codes, ac.codes)).join('');
    writeBits(bits);
    words.fill(0, BLOCKS / 4, DATA / 4);
    words[PREDICTION / 4] = 0;
    decode(start, bits.length, 3);
    decode(words[POSITION / 4]!, bits.length, MCUS - 3, 3);
    assert.equal(words[DAMAGED / 4], 0);
    assert.equal(words[POSITION / 4], bits.length);
    const decoded = new Int16Array(bytes.buffer, BLOCKS, MCUS * COEFFICIENTS);
    let prediction = 0;
    blocks.forEach((block, i) => {
      const own = decoded.subarray(i * COEFFICIENTS, (i + 1) * COEFFICIENTS);
      prediction += block[0]!;
      const expected = block.map((value, k) => (k === 0 ? prediction : value));
      assert.deepEqual(
        expected.map((_, k) => own[NATURAL_ORDER[k]!]),
        expected,
        `round ${round}, block ${i}`,
      );
    });
    decode(start, bits.length - 1, MCUS);
    assert.equal(words[DAMAGED / 4], 1, 'one bit is missing');
  }
});

test('codes that do not exist and runs beyond the block are damage', () => {
  const random = new RandomGenerator(5);
  const dc = randomTable(0, [0], random);
  // 0: no difference; 00: 1 at the next place, 01: end, 100: 16 zeros.
  const ac = huffmanTable(Uint8Array.of(0x10, 0, 2, 1, ...new Uint8Array(13), 1, 0, 0xf0))!;
  words.set(dc.table, DC_TABLE / 4);
  words.set(ac, AC_TABLE / 4);
  const zero = dc.codes.get(0)!;
  const damaged = (bits: string) => {
    writeBits(bits);
    decode(0, bits.length, 1);
    return words[DAMAGED / 4] !== 0;
  };
  assert.equal(damaged(`${zero}01`), false);
  assert.equal(damaged(`${zero}11`), true, 'no AC code');
  assert.equal(damaged(`${zero}${'1'.repeat(16)}`), true, 'no long AC code');
  assert.equal(damaged('1'.repeat(16)), true, 'no DC code');
  assert.equal(damaged(`${zero}${'001'.repeat(63)}`), false, '63 numbers');
  assert.equal(damaged(`${zero}${'100'.repeat(3)}${'001'.repeat(15)}`), false, '48 zeros and 15 numbers');
  assert.equal(damaged(`${zero}${'100'.repeat(3)}${'001'.repeat(14)}01`), false, 'and an end');
  assert.equal(damaged(`${zero}${'100'.repeat(4)}`), true, '64 zeros');
});

test('counts that are no prefix code, and categories beyond 8 bits per sample, are refused', () => {
  const definition = (kind: number, counts: number[], symbols: number[]) =>
    huffmanTable(Uint8Array.of(kind, ...counts, ...new Uint8Array(16 - counts.length), ...symbols));
  assert.ok(definition(0, [1, 1], [0, 11]) !== undefined);
  assert.equal(definition(0, [2], [0, 1]), undefined, 'a code of ones only');
  assert.equal(definition(0, [1, 3], [0, 1, 2, 3]), undefined, 'more codes than there are');
  assert.equal(definition(0, [1, 1], [0, 12]), undefined);
  assert.ok(definition(0x10, [1, 1], [0, 12]) !== undefined);
});

test('a table that was made for a file serves the next one, also when the bytes of the first have changed', () => {
  const definition = Uint8Array.of(0x10, 1, 1, ...new Uint8Array(14), 7, 9);
  const file = Buffer.from(definition);
  const table = huffmanTable(file);
  file.fill(0);
  assert.equal(huffmanTable(definition), table);
});
