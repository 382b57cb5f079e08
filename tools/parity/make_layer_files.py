"""
Files of models with the layers for activation, regularization and merging, in the form of make_keras_files.py. Layers that
draw random numbers have rates of 0, so that a training step can be compared.
"""

from common import Fixture, float32_policy, keras, np
from keras.src.applications.convnext import LayerScale, StochasticDepth

SEED = 20262

layers = keras.layers


def merged():
    x = layers.Input((6, 5, 4), name="x")
    a = layers.ReLU(6.0, negative_slope=0.1)(layers.Conv2D(4, 3, padding="same")(x))
    b = layers.LeakyReLU(0.1)(layers.PReLU(shared_axes=[1, 2])(x))
    c = layers.ELU(0.5)(layers.Identity()(x))
    a = layers.Dropout(0.0, noise_shape=(None, 1, 1, 1))(a)
    b = layers.SpatialDropout2D(0.0)(b)
    c = layers.GaussianDropout(0.0)(layers.GaussianNoise(0.0, seed=3)(c))
    merges = [layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum]
    sums = [make()([a, b, c]) for make in merges]
    joined = layers.Concatenate()([*sums, layers.Subtract()([a, c])])
    tall = layers.Concatenate(axis=1)([joined, joined])
    scaled = StochasticDepth(0.0)(LayerScale(0.5, 24)(tall))
    shares = layers.Softmax(axis=[1, 2])(scaled)
    total = layers.Add()([shares, layers.Dense(24, activation="gelu")(scaled)])
    rows = layers.Reshape((12, 120))(layers.AlphaDropout(0.0)(total))
    squares = layers.Dot(axes=(2, 2), normalize=True)([rows, rows])
    flat = layers.Flatten()(layers.ActivityRegularization(l2=0.01)(squares))
    model = keras.Model(x, layers.Dense(3, activation="log_softmax")(flat), name="merged")
    model.compile(keras.optimizers.SGD(0.05), "mse")
    return model


def functions():
    """A layer for each activation function that has a name and keeps the shape."""
    names = "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid mish relu relu6 selu"
    names += " sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus swish tanh tanh_shrink"
    x = layers.Input((7,))
    parts = [layers.Activation(name)(x) for name in names.split()]
    return keras.Model(x, layers.Concatenate()(parts), name="functions")


def main():
    fixture = Fixture("layer-files", "make_layer_files.py", seed=SEED, precision="float32")
    for make, shapes in ((merged, ((4, 6, 5, 4), (4, 3))), (functions, ((4, 7), None))):
        keras.utils.clear_session()
        rng = np.random.default_rng(SEED)
        x, y = [None if shape is None else rng.normal(size=shape).astype(np.float32) for shape in shapes]
        model = make()
        for weight in model.weights:
            weight.assign(rng.normal(0, 0.4, weight.shape))
        fixture.save_model(make.__name__, model)
        case = {
            "name": make.__name__,
            "config": model.get_config(),
            "inputs": [fixture.array(x)],
            "outputs": [fixture.array(model.predict(x, verbose=0))],
        }
        if y is not None:
            case["targets"] = [fixture.array(y)]
            case["iterations"] = 0
            model.train_on_batch(x, y)
            case["outputsAfterStep"] = [fixture.array(model.predict(x, verbose=0))]
        fixture.add(**float32_policy(case))
    fixture.write()


if __name__ == "__main__":
    main()
