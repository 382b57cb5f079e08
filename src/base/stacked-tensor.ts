/** @file Tensors along a new first axis, which are copied together only when someone asks for the elements as one array. */

import { allocate, type TypedArray } from './dtype.ts';
import { Tensor } from './tensor.ts';

/** The tensors that each stacked tensor is made of, until its elements were asked for. */
const rowsOf = new WeakMap<Tensor, readonly Tensor[]>();

/** Tensors of one shape and type as one, in memory of its own. */
export function copiedTogether(rows: readonly Tensor[]): Tensor {
  const { shape, dtype, size } = rows[0]!;
  const data = allocate(dtype, size * rows.length);
  rows.forEach((row, i) => {
    data.set(row.data, i * size);
  });
  return new Tensor([rows.length, ...shape], dtype, data);
}

/**
 * As `copiedTogether`, but its `data` is made when it is first read. Whoever needs single rows takes them from `rowData`,
 * which saves a copy of a batch of images, and memory that V8 collects with all else.
 */
export function stackedTensor(rows: readonly Tensor[]): Tensor {
  const [first] = rows;
  const tensor = new Tensor(first!.shape, first!.dtype, first!.data);
  rowsOf.set(tensor, rows);
  const data = () => {
    const value = copiedTogether(rows).data;
    rowsOf.delete(tensor);
    Object.defineProperty(tensor, 'data', { value, writable: false });
    return value;
  };
  return Object.defineProperties(tensor, {
    shape: { value: Object.freeze([rows.length, ...first!.shape]) },
    size: { value: rows.length * first!.size },
    data: { get: data },
  });
}

/** The elements of the row `index` along the first axis. `size` is the number of elements of a row. */
export function rowData(tensor: Tensor, index: number, size: number): TypedArray {
  return rowsOf.get(tensor)?.[index]?.data ?? tensor.data.subarray(index * size, (index + 1) * size);
}

/** Whether the elements are still those of single rows. */
export function isInRows(tensor: Tensor): boolean {
  return rowsOf.has(tensor);
}
