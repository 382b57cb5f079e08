/** @file Eigenvalues and eigenvectors of a symmetric matrix (cyclic Jacobi: Golub, Van Loan, Matrix Computations, 8.5). */

const SWEEPS = 60;
/** Sum of squares beside the diagonal, relative to that of all, at which the matrix is taken for diagonal. */
const TOLERANCE = 1e-28;

/** `values[k]` belongs to the vector `vectors[k * n … k * n + n - 1]`. `matrix` [n, n] is changed. */
export function symmetricEigen(matrix: Float64Array): { values: Float64Array; vectors: Float64Array } {
  const n = Math.sqrt(matrix.length);
  const vectors = new Float64Array(matrix.length);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const total = matrix.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let beside = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) beside += 2 * matrix[p * n + q]! ** 2;
    if (beside <= TOLERANCE * total) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!), vectors };
}

/** Makes element (p, q) zero. */
function rotate(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const element = matrix[p * n + q]!;
  if (element === 0) return;
  const tau = (matrix[q * n + q]! - matrix[p * n + p]!) / (2 * element);
  const tangent = Math.sign(tau || 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) {
    const [a, b] = [matrix[k * n + p]!, matrix[k * n + q]!];
    matrix[k * n + p] = cosine * a - sine * b;
    matrix[k * n + q] = sine * a + cosine * b;
  }
  for (let k = 0; k < n; k++) {
    const [a, b] = [matrix[p * n + k]!, matrix[q * n + k]!];
    matrix[p * n + k] = cosine * a - sine * b;
    matrix[q * n + k] = sine * a + cosine * b;
    const [v, w] = [vectors[p * n + k]!, vectors[q * n + k]!];
    vectors[p * n + k] = cosine * v - sine * w;
    vectors[q * n + k] = sine * v + cosine * w;
  }
}
