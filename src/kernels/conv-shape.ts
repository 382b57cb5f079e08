/** @file The numbers of a convolution without padding. */

/** Extents of source, result and kernel; strides s, dilation d. */
export interface ConvShape {
  readonly ih: number;
  readonly iw: number;
  readonly ic: number;
  readonly oh: number;
  readonly ow: number;
  readonly oc: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly dh: number;
  readonly dw: number;
}

/** `28x28x1_3x3x32`, with strides and dilation where they are not 1. */
export function convName(c: ConvShape): string {
  const strides = c.sh === 1 && c.sw === 1 ? '' : `_s${c.sh}x${c.sw}`;
  const dilation = c.dh === 1 && c.dw === 1 ? '' : `_d${c.dh}x${c.dw}`;
  return `${c.ih}x${c.iw}x${c.ic}_${c.kh}x${c.kw}x${c.oc}${strides}${dilation}`;
}

/**
 * A 1×1 convolution without strides does not depend on rows, so its map counts as one long row: that needs fewer small
 * tiles.
 */
export function flattenPointwise(c: ConvShape): ConvShape {
  if (c.kh !== 1 || c.kw !== 1 || c.sh !== 1 || c.sw !== 1) return c;
  return { ...c, ih: 1, oh: 1, iw: c.ih * c.iw, ow: c.oh * c.ow };
}
