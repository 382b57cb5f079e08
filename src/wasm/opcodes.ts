/**
 * @file WebAssembly opcodes by their names in the specification: those without immediates, and those with a memory
 * argument. Source: WebAssembly core specification 2.0, section 5.4, and the relaxed-SIMD proposal.
 */

/** The prefix of all SIMD opcodes. */
const SIMD = 0xfd;

/** Value types. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** A local's type. */
export type ValueType = typeof I32 | typeof V128;

function simd(code: number): readonly number[] {
  return code < 0x80 ? [SIMD, code] : [SIMD, (code & 0x7f) | 0x80, code >>> 7];
}

/** Instructions whose operands all come from the stack. */
export const PLAIN_OPCODES = {
  'i32.lt_u': [0x49],
  'i32.eq': [0x46],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.shl': [0x74],
  'i32.div_u': [0x6e],
  'i32.rem_u': [0x70],
  select: [0x1b],
  'f32x4.eq': simd(0x41),
  'f32x4.lt': simd(0x43),
  'f32x4.le': simd(0x45),
  'v128.and': simd(0x4e),
  'v128.andnot': simd(0x4f),
  'v128.or': simd(0x50),
  'v128.xor': simd(0x51),
  'v128.bitselect': simd(0x52),
  'i8x16.narrow_i16x8_u': simd(0x66),
  'f32x4.floor': simd(0x68),
  'i16x8.narrow_i32x4_u': simd(0x86),
  'i16x8.extend_low_i8x16_u': simd(0x89),
  'i32x4.extend_low_i16x8_u': simd(0xa9),
  'i32x4.shl': simd(0xab),
  'i32x4.shr_u': simd(0xad),
  'i32x4.add': simd(0xae),
  'i32x4.mul': simd(0xb5),
  'f32x4.abs': simd(0xe0),
  'f32x4.neg': simd(0xe1),
  'f32x4.sqrt': simd(0xe3),
  'f32x4.add': simd(0xe4),
  'f32x4.sub': simd(0xe5),
  'f32x4.mul': simd(0xe6),
  'f32x4.div': simd(0xe7),
  'f32x4.pmin': simd(0xea),
  'f32x4.pmax': simd(0xeb),
  'i32x4.trunc_sat_f32x4_s': simd(0xf8),
  'f32x4.convert_i32x4_s': simd(0xfa),
  'i32x4.relaxed_trunc_f32x4_s': simd(0x101),
  'f32x4.relaxed_madd': simd(0x105),
  'i32x4.relaxed_laneselect': simd(0x10b),
} as const satisfies Record<string, readonly number[]>;

export type PlainOpcode = keyof typeof PLAIN_OPCODES;

/** Instructions with an alignment and an offset; those that end in `_lane` also name a lane. */
export const MEMORY_OPCODES = {
  'i32.load': [0x28],
  'v128.load': simd(0x00),
  'v128.load8x8_u': simd(0x02),
  'v128.load32_splat': simd(0x09),
  'v128.store': simd(0x0b),
  'v128.load8_lane': simd(0x54),
  'v128.load32_lane': simd(0x56),
  'v128.store32_lane': simd(0x5a),
  'v128.store64_lane': simd(0x5b),
  'v128.load32_zero': simd(0x5c),
  'v128.load64_zero': simd(0x5d),
} as const satisfies Record<string, readonly number[]>;

export type MemoryOpcode = keyof typeof MEMORY_OPCODES;

/** Instructions with immediates of their own, each written by its own method of FunctionWriter. */
export const OTHER_OPCODES = {
  block: [0x02],
  loop: [0x03],
  if: [0x04],
  end: [0x0b],
  br_if: [0x0d],
  call: [0x10],
  'local.get': [0x20],
  'local.set': [0x21],
  'local.tee': [0x22],
  'i32.const': [0x41],
  'memory.fill': [0xfc, 0x0b],
  'v128.const': simd(0x0c),
  'i8x16.shuffle': simd(0x0d),
  'i32x4.extract_lane': simd(0x1b),
} as const satisfies Record<string, readonly number[]>;
