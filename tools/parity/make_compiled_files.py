"""
.keras files whose compile options are more than names: learning-rate schedules, running means of the weights, accumulation,
rules for weights, and a metric of a user's own; with predictions, and the losses and predictions of more steps on the same data.
"""

from common import Fixture, keras, np

SEED = 20256
STEPS_BEFORE, STEPS_AFTER = 5, 6
layers, optimizers, schedules = keras.layers, keras.optimizers, keras.optimizers.schedules


def network():
    x = keras.Input((6,))
    hidden = layers.Dense(5, activation="tanh", kernel_regularizer="l2", bias_constraint="max_norm")(x)
    return keras.Model(x, layers.Dense(2)(hidden))


def overwritten():
    model = network()
    rate = schedules.CosineDecay(0.0, decay_steps=12, alpha=0.1, warmup_target=0.05, warmup_steps=3)
    # Its running means take the weights' place in the steps after the file, too.
    optimizer = optimizers.Adam(rate, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=4, clipnorm=1.0, weight_decay=0.01)
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def accumulated():
    model = network()
    rate = schedules.ExponentialDecay(0.2, decay_steps=4, decay_rate=0.7, staircase=True)
    # The file is written in the middle of an accumulation.
    optimizer = optimizers.SGD(rate, momentum=0.9, nesterov=True, use_ema=True, gradient_accumulation_steps=3)
    model.compile(optimizer, "mse")
    return model


@keras.saving.register_keras_serializable("mine")
def largest_error(y_true, y_pred):
    return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)


def own_metric():
    model = network()
    model.compile(optimizers.RMSprop(0.01), "mse", metrics=[largest_error])
    return model


def adafactor():
    model = network()
    model.compile(optimizers.Adafactor(0.1), keras.losses.LogCosh(), metrics=["mape", keras.metrics.RootMeanSquaredError()])
    return model


def muon():
    model = network()
    model.compile(optimizers.Muon(0.02, exclude_layers=["dense_1"]), "kld", metrics=["cosine_similarity"])
    return model


def lamb():
    model = network()
    model.compile(optimizers.Lamb(0.05, loss_scale_factor=8.0), keras.losses.Tversky(alpha=0.3, axis=-1), metrics=["hinge"])
    return model


CASES = (overwritten, accumulated, own_metric, adafactor, muon, lamb)


def main():
    fixture = Fixture("compiled-files", "make_compiled_files.py", seed=SEED, precision="float32")
    for make in CASES:
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        rng = np.random.default_rng(SEED)
        model = make()
        x = rng.normal(0, 1, (8, 6)).astype(np.float32)
        y = rng.normal(0, 1, (8, 2)).astype(np.float32)
        for weight in model.weights:
            weight.assign(rng.normal(0, 0.4, weight.shape))
        for _ in range(STEPS_BEFORE):
            model.train_on_batch(x, y)
        fixture.save_model(make.__name__, model)
        case = {
            "name": make.__name__,
            "input": fixture.array(x),
            "target": fixture.array(y),
            "output": fixture.array(model.predict(x, verbose=0)),
            "evaluated": [float(value) for value in np.atleast_1d(model.evaluate(x, y, verbose=0))],
        }
        losses = []
        for _ in range(STEPS_AFTER):
            model.reset_metrics()
            losses.append(float(np.atleast_1d(model.train_on_batch(x, y))[0]))
        fixture.add(**case, losses=losses, outputAfterSteps=fixture.array(model.predict(x, verbose=0)))
    fixture.write()


if __name__ == "__main__":
    main()
