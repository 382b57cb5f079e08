"""Image files that Pillow reads and does not write, for make_images.py."""

import struct
import zlib

import numpy as np

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def with_app14(data, transform):
    """The JPEG file with another colour transform in its Adobe marker, or (None) without the marker."""
    at = data.index(b"\xff\xee")
    length = struct.unpack(">H", data[at + 2 : at + 4])[0]
    if transform is None:
        return data[:at] + data[at + 2 + length :]
    return data[: at + 15] + bytes([transform]) + data[at + 16 :]


def packed(row, depth):
    """Samples of a row as bytes."""
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = ((row[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8).ravel()
    return np.packbits(bits).tobytes()


def paeth(a, b, c):
    p = a + b - c
    distances = (abs(p - a), abs(p - b), abs(p - c))
    return (a, b, c)[distances.index(min(distances))]


def filtered(kind, row, above, step):
    out = bytearray([kind])
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        out.append((value - (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) & 255)
    return bytes(out)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_file(samples, depth, color_type, interlaced, palette):
    """A PNG file of samples [height, width, samples], with every filter."""
    height, width, count = samples.shape
    body = b""
    step = max(1, count * depth // 8)
    kind = 0
    for x, y, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[y::dy, x::dx]
        if part.size == 0:
            continue
        above = bytes(len(packed(part[0].ravel(), depth)))
        for row in part:
            data = packed(row.ravel(), depth)
            body += filtered(kind % 5, data, above, step)
            above = data
            kind += 1
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    half = len(compressed := zlib.compress(body)) // 2
    parts = [chunk(b"IHDR", header)]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette))
    parts += [chunk(b"IDAT", compressed[:half]), chunk(b"IDAT", compressed[half:]), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif_on_larger_screen(data, width, height):
    """The GIF file with a screen that its frame does not fill."""
    return data[:6] + struct.pack("<HH", width, height) + data[10:]


def bmp_rows(values, bits):
    rows = []
    for row in values:
        if bits < 8:
            data = packed(row, bits)
        else:
            data = b"".join(int(value).to_bytes(bits // 8, "little") for value in row)
        rows.append(data + bytes(-len(data) % 4))
    return b"".join(rows)


def bmp_file(values, bits, kind, random, masks=None):
    """A BMP file: kind usual, top-down, os2 (header of 12 bytes) or v4 (of 108)."""
    height, width = values.shape
    colors = 1 << bits if bits <= 8 else 0
    palette = random.integers(0, 256, (colors, 3 if kind == "os2" else 4)).astype(np.uint8).tobytes()
    data = bmp_rows(values, bits)
    if kind == "os2":
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        size = 108 if kind == "v4" else 40
        signed = -height if kind == "top-down" else height
        compression = 0 if masks is None else 3
        header = struct.pack("<IiiHHIIIIII", size, width, signed, 1, bits, compression, len(data), 2835, 2835, 0, 0)
        if masks is not None:
            header += struct.pack("<IIII", *masks)[: 16 if kind == "v4" else 12]
        header += bytes(max(0, size - len(header)))
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


def bmp_runs(bits, random):
    """A run-length coded BMP file of 8 x 4 pixels, with every kind of code."""
    absolute = bytes([0, 4, 0x12, 0x34]) if bits == 4 else bytes([0, 3, 1, 2, 3, 0])
    rest = bytes([4, 0x56]) if bits == 4 else bytes([5, 6])
    data = absolute + rest + bytes([0, 0])  # a row of single pixels and a run
    data += bytes([8, 0x9A if bits == 4 else 200, 0, 0])  # a row of one run
    data += bytes([2, 0x11, 0, 2, 3, 0, 3, 0x22, 0, 0])  # a row with skipped pixels
    data += bytes([8, 0x33, 0, 1])
    palette = random.integers(0, 256, (1 << bits, 4)).astype(np.uint8).tobytes()
    header = struct.pack("<IiiHHIIIIII", 40, 8, 4, 1, bits, 1 if bits == 8 else 2, len(data), 2835, 2835, 0, 0)
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data
