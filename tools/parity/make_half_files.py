"""Models whose layers compute in other types than float32, as whole files, with what Keras predicts for the same weights in float32."""

import gzip
import tempfile
from pathlib import Path

from common import Fixture, keras, np

SEED = 20270
POLICIES = ("mixed_float16", "float16", "mixed_bfloat16", "float64")

layers = keras.layers


def network():
    return keras.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax", name="top"),
        ],
        name="net",
    )


def main():
    fixture = Fixture("half-files", "make_half_files.py")
    rng = np.random.default_rng(SEED)
    x = rng.random((3, 8, 8, 2), dtype=np.float32)
    for policy in POLICIES:
        keras.utils.set_random_seed(SEED)
        keras.config.set_dtype_policy(policy)
        model = network()
        model.compile("adam", "categorical_crossentropy")
        # So that the optimizer has a state.
        model.train_on_batch(x, np.eye(2, dtype=np.float32)[[0, 1, 0]])
        keras.config.set_dtype_policy("float32")
        whole = network()
        whole.set_weights([np.asarray(keras.ops.cast(w, "float32")) for w in model.weights])
        fixture.folder.mkdir(parents=True, exist_ok=True)
        for ending in ("keras", "h5"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"model.{ending}"
                model.save(path)
                packed = gzip.compress(path.read_bytes(), 9, mtime=0)
                (fixture.folder / f"{policy}.{ending}.gz").write_bytes(packed)
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        iterations = optimizer.iterations
        fixture.add(
            name=policy,
            input=fixture.array(x),
            output=fixture.array(whole.predict(x, verbose=0)),
            iterations=int(iterations),
        )
    fixture.write()


if __name__ == "__main__":
    main()
