/** @file The factors of the exact inverse transform, as pairs for products of two inputs at a time. */

/** Bits behind the point. */
export const CONSTANT_BITS = 13;

const fixed = (value: number) => Math.round(value * (1 << CONSTANT_BITS));
export const ONE = fixed(1);
const C0_298 = fixed(0.298631336);
const C0_390 = fixed(0.390180644);
const C0_541 = fixed(0.5411961);
const C0_765 = fixed(0.765366865);
const C0_899 = fixed(0.899976223);
const C1_175 = fixed(1.175875602);
const C1_501 = fixed(1.50132111);
const C1_847 = fixed(1.847759065);
const C1_961 = fixed(1.96157056);
const C2_053 = fixed(2.053119869);
const C2_562 = fixed(2.562915447);
const C3_072 = fixed(3.072711026);

/** Factors of inputs 0 and 4 in the even part, for the outer and the inner two results. */
export const EVEN_04 = [
  [ONE, ONE],
  [ONE, -ONE],
] as const;
/** Those of inputs 2 and 6. */
export const EVEN_26 = [
  [C0_541 + C0_765, C0_541],
  [C0_541, C0_541 - C1_847],
] as const;
/** Factors of inputs 1 and 3 in the odd part of results 0 to 3. */
export const ODD_13 = [
  [C1_501 - C0_899 - C0_390 + C1_175, C1_175],
  [C1_175, C3_072 - C2_562 - C1_961 + C1_175],
  [C1_175 - C0_390, C1_175 - C2_562],
  [C1_175 - C0_899, C1_175 - C1_961],
] as const;
/** Those of inputs 5 and 7. */
export const ODD_57 = [
  [C1_175 - C0_390, C1_175 - C0_899],
  [C1_175 - C2_562, C1_175 - C1_961],
  [C2_053 - C2_562 - C0_390 + C1_175, C1_175],
  [C1_175, C0_298 - C0_899 - C1_961 + C1_175],
] as const;
