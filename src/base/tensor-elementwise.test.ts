import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from './random.ts';
import { sizeOf } from './shape.ts';
import { Tensor, tensor } from './tensor.ts';

const values = (t: Tensor) => [...t.data];

test('arithmetic on equal shapes and numbers', () => {
  const a = tensor([1, 2, 3]);
  const b = tensor([4, 5, 6]);
  assert.deepEqual(values(a.add(b)), [5, 7, 9]);
  assert.deepEqual(values(a.sub(b)), [-3, -3, -3]);
  assert.deepEqual(values(a.mul(b)), [4, 10, 18]);
  assert.deepEqual(values(b.div(2)), [2, 2.5, 3]);
  assert.deepEqual(values(a.minimum(2)), [1, 2, 2]);
  assert.deepEqual(values(a.maximum(2)), [2, 2, 3]);
  assert.deepEqual(values(a.pow(2)), [1, 4, 9]);
  assert.ok(Number.isNaN(tensor(Number.NaN).maximum(1).item()));
  assert.throws(() => a.add('1' as unknown as number), /add: expected a Tensor or a number, received 1/);
});

/** Broadcasting by its definition: the index of each operand, axis by axis. */
function naiveSub(a: Tensor, b: Tensor, shape: number[]): number[] {
  const at = (t: Tensor, index: number[]) => {
    let place = 0;
    t.shape.forEach((dim, axis) => {
      const i = index[axis + index.length - t.rank]!;
      place = place * dim + (dim === 1 ? 0 : i);
    });
    return t.data[place]!;
  };
  const size = sizeOf(shape);
  return Array.from({ length: size }, (_, flat) => {
    const index: number[] = [];
    let rest = flat;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    return at(a, index) - at(b, index);
  });
}

test('broadcasting agrees with its definition on random shapes', () => {
  const random = new RandomGenerator(3);
  for (let round = 0; round < 200; round++) {
    const full = Array.from(
      { length: random.nextInt(5) },
      () => random.nextInt(3) + (random.nextInt(8) ? 1 : 0),
    );
    const thin = () => {
      const dims = full.map((dim) => (random.nextInt(2) ? dim : 1));
      return dims.slice(random.nextInt(dims.length + 1));
    };
    const [sa, sb] = [thin(), thin()];
    const a = Tensor.range(0, 200).slice(0, sizeOf(sa)).reshape(sa);
    const b = Tensor.range(0, 400, 2).slice(0, sizeOf(sb)).reshape(sb);
    const out = a.sub(b);
    assert.deepEqual(values(out), naiveSub(a, b, [...out.shape]), `${sa} with ${sb}`);
  }
});

test('broadcasting refuses shapes that do not fit', () => {
  assert.throws(() => Tensor.zeros([2, 3]).add(Tensor.zeros([2])), {
    name: 'ShapeError',
    message:
      'add: shapes [2, 3] and [2] do not fit together. Counted from the last axis, extents must be equal or one of them 1.',
  });
});

test('element types follow the promotion rule', () => {
  const u8 = tensor(new Uint8Array([200, 100]));
  const i32 = tensor(new Int32Array([1, -2]));
  const f64 = tensor(new Float64Array([0.1, 0.2]));
  assert.deepEqual(
    [u8.div(255).dtype, u8.add(1).dtype, u8.mul(tensor([1, 1])).dtype],
    Array(3).fill('float32'),
  );
  assert.deepEqual([u8.add(u8).dtype, values(u8.add(u8))], ['int32', [400, 200]]);
  assert.deepEqual(
    [
      u8.sub(i32).dtype,
      tensor([true])
        .add(tensor([true]))
        .item(),
    ],
    ['int32', 2],
  );
  assert.equal(i32.div(i32).dtype, 'float32');
  assert.equal(i32.pow(i32).dtype, 'float32');
  assert.equal(f64.add(tensor([1, 1])).dtype, 'float64');
  assert.deepEqual([f64.mul(0.1).dtype, f64.mul(0.1).data[0]], ['float64', 0.1 * 0.1]);
  assert.equal(
    tensor(new Int32Array([123456789]))
      .mul(tensor(new Int32Array([987654321])))
      .item(),
    -67153019,
  );
});

test('comparisons give bool', () => {
  const a = tensor([1, 2, Number.NaN]);
  const b = tensor([1, 3, Number.NaN]);
  assert.equal(a.equal(b).dtype, 'bool');
  assert.deepEqual(values(a.equal(b)), [1, 0, 0]);
  assert.deepEqual(values(a.notEqual(b)), [0, 1, 1]);
  assert.deepEqual(values(a.less(b)), [0, 1, 0]);
  assert.deepEqual(values(a.lessEqual(b)), [1, 1, 0]);
  assert.deepEqual(values(a.greater(1)), [0, 1, 0]);
  assert.deepEqual(values(a.greaterEqual(1)), [1, 1, 0]);
  assert.equal(
    tensor(new Float64Array([0.1]))
      .equal(0.1)
      .item(),
    1,
  );
  assert.equal(tensor([0.5]).equal(0.5).item(), 1);
});

test('functions of one operand', () => {
  const x = tensor([-1.5, 0.5, 2.5]);
  assert.deepEqual(values(x.neg()), [1.5, -0.5, -2.5]);
  assert.deepEqual(values(x.abs()), [1.5, 0.5, 2.5]);
  assert.deepEqual(values(x.square()), [2.25, 0.25, 6.25]);
  assert.deepEqual(values(x.round()), [-2, 0, 2]);
  assert.deepEqual(values(tensor([-0.5, 1.5, 3.49, -2.51]).round()), [0, 2, 3, -3]);
  assert.deepEqual(values(x.floor()), [-2, 0, 2]);
  assert.deepEqual(values(x.clip(-1, 1)), [-1, 0.5, 1]);
  assert.deepEqual(values(tensor([1, 4]).sqrt()), [1, 2]);
  assert.equal(tensor(0).exp().item(), 1);
  assert.equal(tensor(1).log().item(), 0);
  assert.equal(
    tensor(new Uint8Array([3]))
      .neg()
      .item(),
    -3,
  );
  assert.equal(
    tensor(new Uint8Array([200]))
      .square()
      .item(),
    40000,
  );
  assert.equal(tensor(new Uint8Array([4])).sqrt().dtype, 'float32');
  assert.throws(() => x.clip(1, 0), /lower bound 1 must not be above the upper bound 0/);
  assert.throws(() => x.clip(Number.NaN, 0), /NaN/);
});
