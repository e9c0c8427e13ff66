"""Create the web fonts, Latin woff2 subsets of Source Serif 4 and Source Sans 3, and draw the word mark.

Run `make fonts` when the font packages change; the results are committed. Needs fonttools and brotli.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

STATIC = Path(__file__).resolve().parent.parent / "static"
TARGET = STATIC / "fonts"
PROGRAM_NAME = "City Data Alliance Accelerator"

# Latin with the accents of Spanish, Portuguese, French and related languages, and the punctuation and symbols that a
# strategy uses. Missing characters fall back to the reader's own font, glyph by glyph.
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *[0x2C6, 0x2DA, 0x2DC, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2212],
    *range(0x2010, 0x2027),
    *[0x2190, 0x2191, 0x2192, 0x2193, 0x2248, 0x2260, 0x2264, 0x2265],
]
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "calt", "lnum", "tnum"]
WEIGHTS = (400, 700)

# package, file, target, axes: the optical size is fixed at reading size, which halves the file size.
FACES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("fontpkg_source_serif_4", "SourceSerif4[opsz,wght].ttf", "serif", {"opsz": 14, "wght": WEIGHTS}),
    ("fontpkg_source_serif_4", "SourceSerif4-Italic[opsz,wght].ttf", "serif-italic", {"opsz": 14, "wght": WEIGHTS}),
    ("fontpkg_source_sans_3", "SourceSans3[wght].ttf", "sans", {"wght": WEIGHTS}),
    ("fontpkg_source_sans_3", "SourceSans3-Italic[wght].ttf", "sans-italic", {"wght": WEIGHTS}),
]


def package_folder(package: str) -> Path:
    """The folder of an installed font package; raises SystemExit saying how to install it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package.replace('_', '-')} is not installed: pip install -r requirements.txt")
    return Path(spec.origin).parent


def cut(source: Path, target: Path, axes: dict[str, Any]) -> int:
    """Write one face, subset to CHARACTERS and the given axes, and return its size in bytes."""
    font = TTFont(source, recalcTimestamp=False)  # the same input produces the same bytes
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # The license (13, 14) stays in the font.
    # Hinting is for low-resolution screens and makes the files larger.
    options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    font = instantiateVariableFont(font, axes)
    font.flavor = "woff2"
    font.save(target)
    return target.stat().st_size


def draw_word_mark() -> None:
    """Write static/img/word-mark.svg: the mark and the product name as outlines."""
    source = package_folder("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf"
    font = instantiateVariableFont(TTFont(source), {"wght": 650})
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    pen, x, scale = SVGPathPen(glyphs, ntos=lambda number: f"{number:.4g}"), 32, 15 / font["head"].unitsPerEm
    # Outlines, since an SVG used as an image can't load the page's fonts. SVG's y axis points down, a font's up.
    for letter in PROGRAM_NAME:
        glyph = glyphs[names[ord(letter)]]
        glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, 17)))
        x += glyph.width * scale
    mark = re.findall(r"<path[^>]*/>", (STATIC / "img" / "mark.svg").read_text())[0]
    (STATIC / "img" / "word-mark.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x:.0f} 24" role="img">'
        f'<title>{PROGRAM_NAME}</title>{mark}<path fill="#1A2233" d="{pen.getCommands()}"/></svg>\n'
    )


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for package, file, name, axes in FACES:
        target = TARGET / f"{name}.woff2"
        size = cut(package_folder(package) / "files" / file, target, axes)
        print(f"{target.name}: {size / 1024:.0f} KB")
    license_text = (package_folder("fontpkg_source_serif_4") / "LICENSE").read_text()
    (TARGET / "OFL.txt").write_text(license_text)
    draw_word_mark()


if __name__ == "__main__":
    main()
