"""Colours of matplotlib's maps (pip install matplotlib first): every fifth of the 256, the last one too."""

import json
from pathlib import Path

import matplotlib
import numpy as np

NAMES = ["viridis", "magma", "inferno", "coolwarm", "jet"]
AT = list(range(0, 256, 5))
FILE = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "color-maps.json"

colors = {name: matplotlib.colormaps[name](np.array(AT), bytes=True)[:, :3].tolist() for name in NAMES}
lines = [f'    "{name}": {json.dumps(values, separators=(",", ":"))}' for name, values in colors.items()]
FILE.write_text(
    '{\n  "script": "tools/parity/make_color_maps.py",\n'
    f'  "matplotlib": "{matplotlib.__version__}",\n  "at": {json.dumps(AT, separators=(",", ":"))},\n'
    '  "colors": {\n' + ",\n".join(lines) + "\n  }\n}\n"
)
