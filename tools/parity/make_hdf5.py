"""HDF5 files by h5py in the oldest and the newest layouts of the format, with what they hold."""

import gzip
import io

import h5py
from common import Fixture, np

SEED = 20255

TYPES = ["<f2", "<f4", "<f8", ">f4", ">f8", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", ">i4", "?"]


def datasets(rng, newest):
    """Name, values, and options of create_dataset."""
    for kind in TYPES:
        yield f"type{TYPES.index(kind)}", (rng.random((3, 5)) * 100).astype(kind), {}
    yield "scalar", np.float32(1.5), {}
    yield "empty", np.zeros((0, 3), "<f4"), {}
    if newest:
        return
    packed = {"compression": "gzip", "shuffle": True, "fletcher32": True}
    yield "chunks", rng.random((17, 11)).astype("<f4"), {"chunks": (5, 4)}
    yield "packed", rng.integers(0, 9, (17, 11, 6)).astype("<i4"), {"chunks": (5, 4, 6), **packed}


def write(file, rng, fixture, newest):
    found = []
    for name, values, options in datasets(rng, newest):
        file.create_dataset(f"data/{name}", data=values, **options)
        found.append({"path": f"data/{name}", "values": {**fixture.array(values, "float64"), "shape": list(np.shape(values))}})
    many = file.create_group("many")
    for i in range(700):
        many[f"a name {i:03}"] = file["data/scalar"]
    file.create_group("none")
    file.attrs["text"] = "grün"
    file.attrs["number"] = 7
    file.attrs["numbers"] = np.array([1.5, -2.5])
    file.attrs["fixed"] = np.array([b"kernel", b"bias:0"])
    file.attrs["variable"] = ["one", "", "three"]
    for i in range(30):
        file["none"].attrs[f"attribute {i}"] = f"value {i}"
    return found


def main():
    fixture = Fixture("hdf5", "make_hdf5.py", seed=SEED)
    fixture.folder.mkdir(parents=True, exist_ok=True)
    for libver in ("earliest", "latest"):
        buffer = io.BytesIO()
        with h5py.File(buffer, "w", libver=libver) as file:
            found = write(file, np.random.default_rng(SEED), fixture, libver == "latest")
        (fixture.folder / f"{libver}.h5.gz").write_bytes(gzip.compress(buffer.getvalue(), 9, mtime=0))
        fixture.add(name=libver, datasets=found)
    fixture.write()


if __name__ == "__main__":
    main()
