"""Writes src/drawing/font-outlines.ts: the outlines of Roboto Regular that text in pictures is drawn with.

Usage: python3 tools/font/outlines.py Roboto-Regular.ttf > src/drawing/font-outlines.ts
Needs fonttools. The font is Debian's fonts-roboto-unhinted (version 2.138, Copyright 2011 Google, Apache-2.0).
"""

import sys

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

UNITS = 512  # to the em: at 40 pixels a unit is a twelfth of a pixel
CHARACTERS = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x100)])).replace("\xad", "") + "–—‘’“”•…−≤≥≈"


class RelativePath(BasePen):
    """Collects the commands m, l, q and z with whole, relative coordinates."""

    def __init__(self, glyphs, scale):
        super().__init__(glyphs)
        self.scale, self.text, self.at = scale, "", (0, 0)

    def _add(self, command, *points):
        scaled = [(round(x * self.scale), round(y * self.scale)) for x, y in points]
        numbers = [n for x, y in scaled for n in (x - self.at[0], y - self.at[1])]
        if any(numbers) or command == "m":
            self.text += command + "".join((" " if i and n >= 0 else "") + str(n) for i, n in enumerate(numbers))
        self.at = scaled[-1]

    def _moveTo(self, point):
        self._add("m", point)

    def _lineTo(self, point):
        self._add("l", point)

    def _qCurveToOne(self, control, point):
        self._add("q", control, point)

    def _closePath(self):
        pass  # every contour is closed


font = TTFont(sys.argv[1])
glyphs, names = font.getGlyphSet(), font.getBestCmap()
scale = UNITS / font["head"].unitsPerEm


print(
    f"""/**
 * @file Outlines of Roboto Regular, with which text becomes pixels. Written by tools/font/outlines.py from version 2.138
 * of the font (Copyright 2011 Google Inc., Apache License 2.0, like Fovea).
 */

/** Units to the em. */
export const UNITS_PER_EM = {UNITS};

/**
 * A line for each character: the character, its advance width, and its outline, which is closed contours of relative
 * lines and quadratic curves in the notation of SVG paths (m, l, q), with y upwards from the baseline.
 */
export const GLYPH_LINES = `\\"""
)
for character in CHARACTERS:
    glyph = glyphs[names[ord(character)]]
    pen = RelativePath(glyphs, scale)
    glyph.draw(pen)
    escaped = "\\" + character if character in "`\\" else character
    print(f"{escaped}{round(glyph.width * scale)}{pen.text}")
print("`;")
