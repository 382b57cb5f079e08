/**
 * @file The instruction table, in the notation of Intel's Software Developer's Manual, volume 2:
 * `opcode | operands | operand encoding, EVEX tuple type`. notation.ts reads it.
 *
 * - A row that lists vector lengths (`VEX.128/256`) is one form per length; `v` and `mv` are the register and the
 *   memory of that length.
 * - Operand encoding, one letter per operand: R ModRM.reg, M ModRM.rm, V VEX.vvvv, I immediate, O opcode + register,
 *   D relative displacement; a second R is the upper half of the last byte (`/is4`). ZO: no operands.
 * - `{k}` and `{z}` say that the form can be masked, `m32bcst` that it can broadcast. No form carries embedded
 *   rounding or exception suppression: Fovea leaves both to MXCSR.
 * - `simm8` and `simm32` are sign-extended to the operand's width; `imm8` and `imm32` are as wide as their use.
 * - xchg is here for its atomic exchange with memory only.
 * - The first row that fits is used, so shorter encodings and VEX come before longer ones and EVEX.
 */

const floatBinary = (opcode: string) => [
  `VEX.128/256.0F.WIG ${opcode} /r | v, v, v/mv | RVM`,
  `EVEX.128/256/512.0F.W0 ${opcode} /r | v {k}{z}, v, v/mv/m32bcst | RVM full`,
];

const fusedMultiplyAdd = (opcode: string) => [
  `VEX.128/256.66.0F38.W0 ${opcode} /r | v, v, v/mv | RVM`,
  `EVEX.128/256/512.66.0F38.W0 ${opcode} /r | v {k}{z}, v, v/mv/m32bcst | RVM full`,
];

const intBinary = (opcode: string, map = '0F') => [
  `VEX.128/256.66.${map}.WIG ${opcode} /r | v, v, v/mv | RVM`,
  `EVEX.128/256/512.66.${map}.W0 ${opcode} /r | v {k}{z}, v, v/mv/m32bcst | RVM full`,
];

const shiftByImmediate = (digit: number) => [
  `VEX.128/256.66.0F.WIG 72 /${digit} ib | v, v, imm8 | VMI`,
  `EVEX.128/256/512.66.0F.W0 72 /${digit} ib | v {k}{z}, v/mv/m32bcst, imm8 | VMI full`,
];

const vectorMove = (load: string, store: string) => [
  `VEX.128/256.0F.WIG ${load} /r | v, v/mv | RM`,
  `VEX.128/256.0F.WIG ${store} /r | mv, v | MR`,
  `EVEX.128/256/512.0F.W0 ${load} /r | v {k}{z}, v/mv | RM fullmem`,
  `EVEX.128/256/512.0F.W0 ${store} /r | mv {k}, v | MR fullmem`,
];

const VECTOR = {
  vmovups: vectorMove('10', '11'),
  vmovaps: vectorMove('28', '29'),
  vmovntps: ['VEX.128/256.0F.WIG 2B /r | mv, v | MR', 'EVEX.128/256/512.0F.W0 2B /r | mv, v | MR fullmem'],
  vmaskmovps: [
    'VEX.128/256.66.0F38.W0 2C /r | v, v, mv | RVM',
    'VEX.128/256.66.0F38.W0 2E /r | mv, v, v | MVR',
  ],
  vmovss: [
    'VEX.LIG.F3.0F.WIG 10 /r | xmm, m32 | RM',
    'VEX.LIG.F3.0F.WIG 10 /r | xmm, xmm, xmm | RVM',
    'VEX.LIG.F3.0F.WIG 11 /r | m32, xmm | MR',
    'EVEX.LLIG.F3.0F.W0 10 /r | xmm {k}{z}, m32 | RM tuple1',
    'EVEX.LLIG.F3.0F.W0 10 /r | xmm {k}{z}, xmm, xmm | RVM',
    'EVEX.LLIG.F3.0F.W0 11 /r | m32 {k}, xmm | MR tuple1',
  ],
  vmovsd: [
    'VEX.LIG.F2.0F.WIG 10 /r | xmm, m64 | RM',
    'VEX.LIG.F2.0F.WIG 10 /r | xmm, xmm, xmm | RVM',
    'VEX.LIG.F2.0F.WIG 11 /r | m64, xmm | MR',
    'EVEX.LLIG.F2.0F.W1 10 /r | xmm {k}{z}, m64 | RM tuple1',
    'EVEX.LLIG.F2.0F.W1 10 /r | xmm {k}{z}, xmm, xmm | RVM',
    'EVEX.LLIG.F2.0F.W1 11 /r | m64 {k}, xmm | MR tuple1',
  ],
  vmovd: [
    'VEX.128.66.0F.W0 6E /r | xmm, r/m32 | RM',
    'VEX.128.66.0F.W0 7E /r | r/m32, xmm | MR',
    'EVEX.128.66.0F.W0 6E /r | xmm, r/m32 | RM tuple1',
    'EVEX.128.66.0F.W0 7E /r | r/m32, xmm | MR tuple1',
  ],
  vmovq: ['VEX.128.66.0F.W1 7E /r | r64, xmm | MR', 'EVEX.128.66.0F.W1 7E /r | r64, xmm | MR'],
  vpextrq: [
    'VEX.128.66.0F3A.W1 16 /r ib | r64, xmm, imm8 | MRI',
    'EVEX.128.66.0F3A.W1 16 /r ib | r64, xmm, imm8 | MRI',
  ],
  vpinsrb: [
    'VEX.128.66.0F3A.W0 20 /r ib | xmm, xmm, m8, imm8 | RVMI',
    'EVEX.128.66.0F3A.WIG 20 /r ib | xmm, xmm, m8, imm8 | RVMI tuple1byte',
  ],
  vpinsrd: [
    'VEX.128.66.0F3A.W0 22 /r ib | xmm, xmm, r/m32, imm8 | RVMI',
    'EVEX.128.66.0F3A.W0 22 /r ib | xmm, xmm, r/m32, imm8 | RVMI tuple1',
  ],
  vpmovzxbd: [
    'VEX.128.66.0F38.WIG 31 /r | xmm, xmm/m32 | RM',
    'VEX.256.66.0F38.WIG 31 /r | ymm, xmm/m64 | RM',
    'EVEX.128.66.0F38.WIG 31 /r | xmm {k}{z}, xmm/m32 | RM quartermem',
    'EVEX.256.66.0F38.WIG 31 /r | ymm {k}{z}, xmm/m64 | RM quartermem',
    'EVEX.512.66.0F38.WIG 31 /r | zmm {k}{z}, xmm/m128 | RM quartermem',
  ],
  vbroadcastss: [
    'VEX.128/256.66.0F38.W0 18 /r | v, xmm/m32 | RM',
    'EVEX.128/256/512.66.0F38.W0 18 /r | v {k}{z}, xmm/m32 | RM tuple1',
  ],
  vpbroadcastd: [
    'VEX.128/256.66.0F38.W0 58 /r | v, xmm/m32 | RM',
    'EVEX.128/256/512.66.0F38.W0 58 /r | v {k}{z}, xmm/m32 | RM tuple1',
    'EVEX.128/256/512.66.0F38.W0 7C /r | v {k}{z}, r32 | RM',
  ],
  vbroadcastf128: ['VEX.256.66.0F38.W0 1A /r | ymm, m128 | RM'],
  vbroadcastf32x4: ['EVEX.256/512.66.0F38.W0 1A /r | v {k}{z}, m128 | RM tuple4'],

  vaddps: floatBinary('58'),
  vsubps: floatBinary('5C'),
  vmulps: floatBinary('59'),
  vdivps: floatBinary('5E'),
  vminps: floatBinary('5D'),
  vmaxps: floatBinary('5F'),
  vandps: floatBinary('54'),
  vandnps: floatBinary('55'),
  vorps: floatBinary('56'),
  vxorps: floatBinary('57'),
  vsqrtps: [
    'VEX.128/256.0F.WIG 51 /r | v, v/mv | RM',
    'EVEX.128/256/512.0F.W0 51 /r | v {k}{z}, v/mv/m32bcst | RM full',
  ],
  vfmadd132ps: fusedMultiplyAdd('98'),
  vfmadd213ps: fusedMultiplyAdd('A8'),
  vfmadd231ps: fusedMultiplyAdd('B8'),
  vfnmadd132ps: fusedMultiplyAdd('9C'),
  vfnmadd213ps: fusedMultiplyAdd('AC'),
  vfnmadd231ps: fusedMultiplyAdd('BC'),
  vroundps: ['VEX.128/256.66.0F3A.WIG 08 /r ib | v, v/mv, imm8 | RMI'],
  vrndscaleps: ['EVEX.128/256/512.66.0F3A.W0 08 /r ib | v {k}{z}, v/mv/m32bcst, imm8 | RMI full'],
  vcvttps2dq: [
    'VEX.128/256.F3.0F.WIG 5B /r | v, v/mv | RM',
    'EVEX.128/256/512.F3.0F.W0 5B /r | v {k}{z}, v/mv/m32bcst | RM full',
  ],
  vcvtdq2ps: [
    'VEX.128/256.0F.WIG 5B /r | v, v/mv | RM',
    'EVEX.128/256/512.0F.W0 5B /r | v {k}{z}, v/mv/m32bcst | RM full',
  ],
  vcmpps: [
    'VEX.128/256.0F.WIG C2 /r ib | v, v, v/mv, imm8 | RVMI',
    'EVEX.128/256/512.0F.W0 C2 /r ib | k {k}, v, v/mv/m32bcst, imm8 | RVMI full',
  ],
  vblendvps: ['VEX.128/256.66.0F3A.W0 4A /r /is4 | v, v, v/mv, v | RVMR'],
  vblendmps: ['EVEX.128/256/512.66.0F38.W0 65 /r | v {k}{z}, v, v/mv/m32bcst | RVM full'],

  vpaddd: intBinary('FE'),
  vpmulld: intBinary('40', '0F38'),
  vpand: ['VEX.128/256.66.0F.WIG DB /r | v, v, v/mv | RVM'],
  vpor: ['VEX.128/256.66.0F.WIG EB /r | v, v, v/mv | RVM'],
  vpxor: ['VEX.128/256.66.0F.WIG EF /r | v, v, v/mv | RVM'],
  vpandd: ['EVEX.128/256/512.66.0F.W0 DB /r | v {k}{z}, v, v/mv/m32bcst | RVM full'],
  vpord: ['EVEX.128/256/512.66.0F.W0 EB /r | v {k}{z}, v, v/mv/m32bcst | RVM full'],
  vpxord: ['EVEX.128/256/512.66.0F.W0 EF /r | v {k}{z}, v, v/mv/m32bcst | RVM full'],
  vpternlogd: ['EVEX.128/256/512.66.0F3A.W0 25 /r ib | v {k}{z}, v, v/mv/m32bcst, imm8 | RVMI full'],
  vpcmpeqd: [
    'VEX.128/256.66.0F.WIG 76 /r | v, v, v/mv | RVM',
    'EVEX.128/256/512.66.0F.W0 76 /r | k {k}, v, v/mv/m32bcst | RVM full',
  ],
  vpslld: shiftByImmediate(6),
  vpsrld: shiftByImmediate(2),

  vshufps: [
    'VEX.128/256.0F.WIG C6 /r ib | v, v, v/mv, imm8 | RVMI',
    'EVEX.128/256/512.0F.W0 C6 /r ib | v {k}{z}, v, v/mv/m32bcst, imm8 | RVMI full',
  ],
  vpermilps: [
    'VEX.128/256.66.0F3A.W0 04 /r ib | v, v/mv, imm8 | RMI',
    'VEX.128/256.66.0F38.W0 0C /r | v, v, v/mv | RVM',
    'EVEX.128/256/512.66.0F3A.W0 04 /r ib | v {k}{z}, v/mv/m32bcst, imm8 | RMI full',
    'EVEX.128/256/512.66.0F38.W0 0C /r | v {k}{z}, v, v/mv/m32bcst | RVM full',
  ],
  vpshufd: [
    'VEX.128/256.66.0F.WIG 70 /r ib | v, v/mv, imm8 | RMI',
    'EVEX.128/256/512.66.0F.W0 70 /r ib | v {k}{z}, v/mv/m32bcst, imm8 | RMI full',
  ],
  vmovhlps: ['VEX.128.0F.WIG 12 /r | xmm, xmm, xmm | RVM', 'EVEX.128.0F.W0 12 /r | xmm, xmm, xmm | RVM'],
  vextractf128: ['VEX.256.66.0F3A.W0 19 /r ib | xmm/m128, ymm, imm8 | MRI'],
  vextractf32x4: ['EVEX.256/512.66.0F3A.W0 19 /r ib | xmm/m128 {k}{z}, v, imm8 | MRI tuple4'],
  vextractf64x4: ['EVEX.512.66.0F3A.W1 1B /r ib | ymm/m256 {k}{z}, zmm, imm8 | MRI tuple4'],
  vinsertf128: ['VEX.256.66.0F3A.W0 18 /r ib | ymm, ymm, xmm/m128, imm8 | RVMI'],
  vinsertf32x4: ['EVEX.256/512.66.0F3A.W0 18 /r ib | v {k}{z}, v, xmm/m128, imm8 | RVMI tuple4'],
  vperm2f128: ['VEX.256.66.0F3A.W0 06 /r ib | ymm, ymm, ymm/m256, imm8 | RVMI'],
  vshuff32x4: ['EVEX.256/512.66.0F3A.W0 23 /r ib | v {k}{z}, v, v/mv/m32bcst, imm8 | RVMI full'],
  vzeroupper: ['VEX.128.0F.WIG 77 | | ZO'],
  vldmxcsr: ['VEX.LZ.0F.WIG AE /2 | m32 | M'],
  vstmxcsr: ['VEX.LZ.0F.WIG AE /3 | m32 | M'],
} satisfies Record<string, readonly string[]>;

const MASK = {
  kmovw: [
    'VEX.L0.0F.W0 90 /r | k, k/m16 | RM',
    'VEX.L0.0F.W0 91 /r | m16, k | MR',
    'VEX.L0.0F.W0 92 /r | k, r32 | RM',
    'VEX.L0.0F.W0 93 /r | r32, k | RM',
  ],
  kmovd: [
    'VEX.L0.66.0F.W1 90 /r | k, k/m32 | RM',
    'VEX.L0.66.0F.W1 91 /r | m32, k | MR',
    'VEX.L0.F2.0F.W0 92 /r | k, r32 | RM',
    'VEX.L0.F2.0F.W0 93 /r | r32, k | RM',
  ],
  kandw: ['VEX.L1.0F.W0 41 /r | k, k, k | RVM'],
  kandnw: ['VEX.L1.0F.W0 42 /r | k, k, k | RVM'],
  korw: ['VEX.L1.0F.W0 45 /r | k, k, k | RVM'],
  kxnorw: ['VEX.L1.0F.W0 46 /r | k, k, k | RVM'],
  kxorw: ['VEX.L1.0F.W0 47 /r | k, k, k | RVM'],
  knotw: ['VEX.L0.0F.W0 44 /r | k, k | RM'],
} satisfies Record<string, readonly string[]>;

/** add, or, and, sub, xor, cmp: the opcodes are `digit * 8` and its neighbours. */
function arithmetic(digit: number): readonly string[] {
  const opcode = (low: number) => (digit * 8 + low).toString(16).toUpperCase().padStart(2, '0');
  return [
    `REX.W ${opcode(1)} /r | r/m64, r64 | MR`,
    `REX.W ${opcode(3)} /r | r64, m64 | RM`,
    `REX.W 83 /${digit} ib | r/m64, simm8 | MI`,
    `REX.W 81 /${digit} id | r/m64, simm32 | MI`,
    `${opcode(1)} /r | r/m32, r32 | MR`,
    `${opcode(3)} /r | r32, m32 | RM`,
    `83 /${digit} ib | r/m32, simm8 | MI`,
    `81 /${digit} id | r/m32, imm32 | MI`,
  ];
}

const oneOperand = (opcode: string) => [`REX.W ${opcode} | r/m64 | M`, `${opcode} | r/m32 | M`];

const shift = (digit: number) => [
  `REX.W D1 /${digit} | r/m64, 1 | MI`,
  `REX.W C1 /${digit} ib | r/m64, imm8 | MI`,
  `D1 /${digit} | r/m32, 1 | MI`,
  `C1 /${digit} ib | r/m32, imm8 | MI`,
];

const GENERAL = {
  mov: [
    'REX.W 89 /r | r/m64, r64 | MR',
    'REX.W 8B /r | r64, m64 | RM',
    '89 /r | r/m32, r32 | MR',
    '8B /r | r32, m32 | RM',
    '88 /r | r/m8, r8 | MR',
    '8A /r | r8, m8 | RM',
    'B8+rd id | r32, imm32 | OI',
    'C7 /0 id | m32, imm32 | MI',
    'REX.W C7 /0 id | r/m64, simm32 | MI',
    'REX.W B8+rd io | r64, imm64 | OI',
    'C6 /0 ib | m8, imm8 | MI',
  ],
  movzx: ['0F B6 /r | r32, r/m8 | RM', '0F B7 /r | r32, m16 | RM'],
  movsxd: ['REX.W 63 /r | r64, r/m32 | RM'],
  lea: ['REX.W 8D /r | r64, m | RM', '8D /r | r32, m | RM'],
  add: arithmetic(0),
  or: arithmetic(1),
  and: arithmetic(4),
  sub: arithmetic(5),
  xor: arithmetic(6),
  cmp: arithmetic(7),
  test: [
    'REX.W 85 /r | r/m64, r64 | MR',
    'REX.W F7 /0 id | r/m64, simm32 | MI',
    '85 /r | r/m32, r32 | MR',
    'F7 /0 id | r/m32, imm32 | MI',
  ],
  inc: oneOperand('FF /0'),
  dec: oneOperand('FF /1'),
  not: oneOperand('F7 /2'),
  neg: oneOperand('F7 /3'),
  div: oneOperand('F7 /6'),
  imul: [
    'REX.W 0F AF /r | r64, r/m64 | RM',
    'REX.W 6B /r ib | r64, r/m64, simm8 | RMI',
    'REX.W 69 /r id | r64, r/m64, simm32 | RMI',
    '0F AF /r | r32, r/m32 | RM',
    '6B /r ib | r32, r/m32, simm8 | RMI',
    '69 /r id | r32, r/m32, imm32 | RMI',
  ],
  shl: shift(4),
  shr: shift(5),
  sar: shift(7),
  push: ['50+rd | r64 | O'],
  pop: ['58+rd | r64 | O'],
  ret: ['C3 | | ZO'],
  call: ['E8 cd | rel32 | D', 'FF /2 | r/m64 | M'],
  jmp: ['EB cb | rel8 | D', 'E9 cd | rel32 | D', 'FF /4 | r/m64 | M'],
  xchg: ['REX.W 87 /r | m64, r64 | MR', '87 /r | m32, r32 | MR'],
  'lock xadd': ['F0 REX.W 0F C1 /r | m64, r64 | MR', 'F0 0F C1 /r | m32, r32 | MR'],
  'lock cmpxchg': ['F0 REX.W 0F B1 /r | m64, r64 | MR', 'F0 0F B1 /r | m32, r32 | MR'],
  mfence: ['0F AE F0 | | ZO'],
  lfence: ['0F AE E8 | | ZO'],
  pause: ['F3 90 | | ZO'],
  syscall: ['0F 05 | | ZO'],
  rdtsc: ['0F 31 | | ZO'],
  cpuid: ['0F A2 | | ZO'],
  xgetbv: ['0F 01 D0 | | ZO'],
  ldmxcsr: ['0F AE /2 | m32 | M'],
  stmxcsr: ['0F AE /3 | m32 | M'],
  endbr64: ['F3 0F 1E FA | | ZO'],
  prefetcht0: ['0F 18 /1 | m8 | M'],
  'rep stosb': ['F3 AA | | ZO'],
} satisfies Record<string, readonly string[]>;

/** Condition → its number in the opcodes of jcc, setcc and cmovcc. */
const CONDITIONS = {
  o: 0x0,
  no: 0x1,
  b: 0x2,
  c: 0x2,
  ae: 0x3,
  nc: 0x3,
  e: 0x4,
  z: 0x4,
  ne: 0x5,
  nz: 0x5,
  be: 0x6,
  a: 0x7,
  s: 0x8,
  ns: 0x9,
  p: 0xa,
  np: 0xb,
  l: 0xc,
  ge: 0xd,
  le: 0xe,
  g: 0xf,
} as const;

type Condition = keyof typeof CONDITIONS;

function perCondition<P extends string>(prefix: P, rows: (digit: string) => readonly string[]) {
  const entries = Object.entries(CONDITIONS).map(([name, code]) => [
    prefix + name,
    rows(code.toString(16).toUpperCase()),
  ]);
  return Object.fromEntries(entries) as Record<`${P}${Condition}`, readonly string[]>;
}

const CONDITIONAL = {
  ...perCondition('j', (cc) => [`7${cc} cb | rel8 | D`, `0F 8${cc} cd | rel32 | D`]),
  ...perCondition('set', (cc) => [`0F 9${cc} /0 | r/m8 | M`]),
  ...perCondition('cmov', (cc) => [`REX.W 0F 4${cc} /r | r64, r/m64 | RM`, `0F 4${cc} /r | r32, r/m32 | RM`]),
};

/** Mnemonic → the rows of its forms. */
export const INSTRUCTIONS = { ...VECTOR, ...MASK, ...GENERAL, ...CONDITIONAL };

/** The name of an instruction Fovea can assemble, in the manual's (Intel) syntax. */
export type Mnemonic = keyof typeof INSTRUCTIONS;

/** Jumps that take a label. */
export type Jump = 'jmp' | `j${Condition}`;
