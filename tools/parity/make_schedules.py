"""Fixtures of the learning rate schedules: their values, which Keras computes in float32, at several iterations."""

from common import Fixture, keras, np

S = keras.optimizers.schedules
ITERATIONS = [0, 1, 2, 3, 5, 7, 9, 10, 11, 19, 20, 21, 29, 30, 31, 45, 69, 70, 71, 99, 100, 101, 149, 150, 151, 1000, 12345]
CASES = [
    S.ExponentialDecay(0.1, 10, 0.9),
    S.ExponentialDecay(0.1, 7, 0.96, staircase=True),
    S.InverseTimeDecay(0.1, 10, 0.5),
    S.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    S.PolynomialDecay(0.1, 100),
    S.PolynomialDecay(0.1, 100, 0.01, power=0.5),
    S.PolynomialDecay(0.1, 30, 0.01, power=2.0, cycle=True),
    S.PiecewiseConstantDecay([10, 30, 100], [0.1, 0.05, 0.01, 0.001]),
    S.CosineDecay(0.1, 100),
    S.CosineDecay(0.1, 70, alpha=0.05),
    S.CosineDecay(0.01, 100, alpha=0.1, warmup_target=0.3, warmup_steps=20),
    S.CosineDecayRestarts(0.1, 10),
    S.CosineDecayRestarts(0.1, 10, t_mul=1.0, m_mul=0.9, alpha=0.1),
    S.CosineDecayRestarts(0.1, 20, t_mul=1.5, m_mul=0.8),
]


def main():
    fixture = Fixture("schedules", "make_schedules.py", iterations=ITERATIONS)
    for schedule in CASES:
        values = [float(schedule(keras.ops.convert_to_tensor(i, "int64"))) for i in ITERATIONS]
        fixture.add(object=S.serialize(schedule), values=fixture.array(np.array(values)))
    fixture.write()


if __name__ == "__main__":
    main()
