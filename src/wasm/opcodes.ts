/**
 * @file WebAssembly opcodes by their names in the specification: those without immediates, and those with a memory
 * argument. Source: WebAssembly core specification 2.0, section 5.4, and the relaxed-SIMD proposal.
 */

/** The prefix of all SIMD opcodes. */
const SIMD = 0xfd;

/** Value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

/** A local's type. */
export type ValueType = typeof I32 | typeof I64 | typeof V128;

function simd(code: number): readonly number[] {
  return code < 0x80 ? [SIMD, code] : [SIMD, (code & 0x7f) | 0x80, code >>> 7];
}

/** Instructions whose operands all come from the stack. */
export const PLAIN_OPCODES = {
  select: [0x1b],
  'i32.eq': [0x46],
  'i32.ne': [0x47],
  'i32.lt_s': [0x48],
  'i32.lt_u': [0x49],
  'i32.gt_s': [0x4a],
  'i32.le_s': [0x4c],
  'i64.eq': [0x51],
  'i64.lt_u': [0x54],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.div_u': [0x6e],
  'i32.rem_u': [0x70],
  'i32.and': [0x71],
  'i32.or': [0x72],
  'i32.shl': [0x74],
  'i32.shr_s': [0x75],
  'i32.shr_u': [0x76],
  'i32.rotl': [0x77],
  'i64.ctz': [0x7a],
  'i64.add': [0x7c],
  'i64.sub': [0x7d],
  'i64.and': [0x83],
  'i64.or': [0x84],
  'i64.xor': [0x85],
  'i64.shl': [0x86],
  'i64.shr_s': [0x87],
  'i64.shr_u': [0x88],
  'i32.wrap_i64': [0xa7],
  'i64.extend_i32_u': [0xad],
  'i16x8.splat': simd(0x10),
  'f32x4.eq': simd(0x41),
  'f32x4.lt': simd(0x43),
  'f32x4.le': simd(0x45),
  'v128.and': simd(0x4e),
  'v128.andnot': simd(0x4f),
  'v128.or': simd(0x50),
  'v128.xor': simd(0x51),
  'v128.bitselect': simd(0x52),
  'v128.any_true': simd(0x53),
  'i8x16.narrow_i16x8_u': simd(0x66),
  'f32x4.floor': simd(0x68),
  'i16x8.q15mulr_sat_s': simd(0x82),
  'i16x8.narrow_i32x4_s': simd(0x85),
  'i16x8.narrow_i32x4_u': simd(0x86),
  'i16x8.extend_low_i8x16_s': simd(0x87),
  'i16x8.extend_high_i8x16_s': simd(0x88),
  'i16x8.extend_low_i8x16_u': simd(0x89),
  'i16x8.extend_high_i8x16_u': simd(0x8a),
  'i16x8.shl': simd(0x8b),
  'i16x8.shr_s': simd(0x8c),
  'i16x8.shr_u': simd(0x8d),
  'i16x8.add': simd(0x8e),
  'i32x4.extend_low_i16x8_u': simd(0xa9),
  'i32x4.extend_high_i16x8_u': simd(0xaa),
  'i32x4.shl': simd(0xab),
  'i32x4.shr_s': simd(0xac),
  'i32x4.shr_u': simd(0xad),
  'i32x4.add': simd(0xae),
  'i32x4.sub': simd(0xb1),
  'i32x4.mul': simd(0xb5),
  'i32x4.dot_i16x8_s': simd(0xba),
  'i32x4.extmul_low_i16x8_s': simd(0xbc),
  'i32x4.extmul_high_i16x8_s': simd(0xbd),
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
  'i64.load': [0x29],
  'i32.load8_u': [0x2d],
  'i32.load16_s': [0x2e],
  'i64.load32_u': [0x35],
  'i32.store': [0x36],
  'i64.store': [0x37],
  'i32.store16': [0x3b],
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
  else: [0x05],
  end: [0x0b],
  br_if: [0x0d],
  call: [0x10],
  'local.get': [0x20],
  'local.set': [0x21],
  'local.tee': [0x22],
  'i32.const': [0x41],
  'i64.const': [0x42],
  'memory.fill': [0xfc, 0x0b],
  'v128.const': simd(0x0c),
  'i8x16.shuffle': simd(0x0d),
  'i32x4.extract_lane': simd(0x1b),
} as const satisfies Record<string, readonly number[]>;
