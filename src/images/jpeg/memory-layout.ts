/** @file What lies at fixed places of the memory of the JPEG kernels. */

/** 16 bytes that are not 0 after a block whose numbers did not fit into the steps of the inverse transform. */
export const RANGE_ALARM = 0;
/** Twice the places of the coefficients in a block, in zigzag order: their places in bytes. */
export const COEFFICIENT_PLACES = 16;
/** The place in the data of a scan, in bits; blocks that are left of a run of ends; whether the decoder stopped at damage. */
export const POSITION = 80;
export const END_RUN = 84;
export const DAMAGED = 88;
/** Where the rest of the memory begins, which each file divides for itself. */
export const FREE = 128;

/** The fields of a block of a unit of a scan: addresses, and bytes from unit to unit; 32 bits each. */
export const SCAN_BLOCK = {
  address: 0,
  step: 4,
  dcTable: 8,
  acTable: 12,
  prediction: 16,
  bytes: 20,
} as const;

/** For each block of a progressive file: a bit for each coefficient. */
export const PRESENCE_BYTES = 8;
