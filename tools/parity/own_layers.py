"""Layers of a user's own, written twice: here, and in tests/support/own-layers.ts. Files with them are exchanged."""

from common import keras

layers = keras.layers


@keras.saving.register_keras_serializable()
class Branch(layers.Layer):
    """relu(norm(conv(x)))."""

    def __init__(self, filters, **options):
        super().__init__(**options)
        self.filters = filters
        self.norm = layers.BatchNormalization(momentum=0.9)
        self.conv = layers.Conv2D(filters, 3, padding="same", use_bias=False)

    def build(self, shape):
        self.conv.build(shape)
        self.norm.build((*shape[:-1], self.filters))
        self.built = True

    def call(self, x, training=None):
        return keras.ops.relu(self.norm(self.conv(x), training=training))

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable()
class Residual(layers.Layer):
    """x + scale * mix[n](… mix[0](branch(x))), with a price on the scale and a running mean of the output."""

    def __init__(self, depth=2, momentum=0.75, **options):
        super().__init__(**options)
        self.depth, self.momentum = depth, momentum

    def build(self, shape):
        channels = shape[-1]
        self.scale = self.add_weight(name="scale", shape=(channels,), initializer="ones")
        self.seen = self.add_weight(name="seen", shape=(channels,), initializer="zeros", trainable=False)
        self.mix = [layers.Dense(channels, kernel_regularizer="l2") for _ in range(self.depth)]
        self.branch = Branch(channels)
        self.branch.build(shape)
        for layer in self.mix:
            layer.build(shape)
        self.built = True

    def call(self, x, training=None):
        y = self.branch(x, training=training)
        for layer in self.mix:
            y = layer(y)
        y = x + self.scale * y
        self.add_loss(0.1 * keras.ops.sum(keras.ops.square(self.scale)))
        if training:
            mean = keras.ops.mean(y, axis=(0, 1, 2))
            self.seen.assign(self.seen * self.momentum + mean * (1 - self.momentum))
        return y

    def get_config(self):
        return {**super().get_config(), "depth": self.depth, "momentum": self.momentum}


@keras.saving.register_keras_serializable()
class TwoHeads(keras.Model):
    """A model of a user's own: a body with a list of layers, and two named outputs."""

    def __init__(self, units=3, **options):
        super().__init__(**options)
        self.units = units
        self.body = layers.Dense(4, activation="tanh")
        self.wide = layers.Dense(units)
        self.blocks = [layers.Dense(4, activation="tanh"), layers.Dense(4, activation="tanh")]
        self.norm = layers.BatchNormalization(momentum=0.5)
        self.narrow = layers.Dense(1)

    def call(self, x, training=None):
        h = self.norm(self.body(x), training=training)
        for layer in self.blocks:
            h = layer(h)
        return {"wide": self.wide(h), "narrow": self.narrow(h)}

    def get_config(self):
        return {**super().get_config(), "units": self.units}
