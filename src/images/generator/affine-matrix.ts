/** @file The affine map of a transform of ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `apply_affine_transform`). */

/** What turns, moves, shears and zooms an image. */
export interface AffineParameters {
  /** Rotation in degrees. */
  readonly theta: number;
  /** Shift along the rows (up and down) and along the columns, in pixels. */
  readonly tx: number;
  readonly ty: number;
  /** Shear angle in degrees. */
  readonly shear: number;
  /** Zoom along the rows and the columns; above 1 the image gets smaller. */
  readonly zx: number;
  readonly zy: number;
}

/** A pixel of the result (row, column) lies at row `m[0] row + m[1] column + m[2]`, column `m[3] row + m[4] column + m[5]`. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

type Matrix = readonly (readonly number[])[];

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Rotation, shift, shear and zoom about the centre of an image; null when nothing is changed. */
export function affineMatrix(p: AffineParameters, height: number, width: number): AffineMatrix | null {
  const parts: Matrix[] = [];
  if (p.theta !== 0) {
    const [cos, sin] = [Math.cos(radians(p.theta)), Math.sin(radians(p.theta))];
    parts.push([
      [cos, -sin, 0],
      [sin, cos, 0],
      [0, 0, 1],
    ]);
  }
  if (p.tx !== 0 || p.ty !== 0) {
    parts.push([
      [1, 0, p.tx],
      [0, 1, p.ty],
      [0, 0, 1],
    ]);
  }
  if (p.shear !== 0) {
    parts.push([
      [1, -Math.sin(radians(p.shear)), 0],
      [0, Math.cos(radians(p.shear)), 0],
      [0, 0, 1],
    ]);
  }
  if (p.zx !== 1 || p.zy !== 1) {
    parts.push([
      [p.zx, 0, 0],
      [0, p.zy, 0],
      [0, 0, 1],
    ]);
  }
  if (parts.length === 0) return null;
  // Keras gives the height as x and the width as y here, and then exchanges the axes.
  const [ox, oy] = [height / 2 - 0.5, width / 2 - 0.5];
  const offset: Matrix = [
    [1, 0, ox],
    [0, 1, oy],
    [0, 0, 1],
  ];
  const reset: Matrix = [
    [1, 0, -ox],
    [0, 1, -oy],
    [0, 0, 1],
  ];
  const [first, second] = product(product(offset, parts.reduce(product)), reset) as [number[], number[]];
  return [second[1]!, second[0]!, second[2]!, first[1]!, first[0]!, first[2]!];
}
