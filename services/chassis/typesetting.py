"""Typesets documents as tagged PDFs (PDF/UA-1), and pictures, whatever signs the texts in them contain.

PDF/UA allows no character without a glyph, and typst refuses the whole document because of one. So what no font can
show is drawn as a box, and `unprintable` says beforehand which characters these are.
"""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import manimgx_fonts
import manimgx_fonts_cjk
import pylopdf_fonts_ko
import typst

STAND_IN = "\u25a1"
_FOLDERS = (
    Path(pylopdf_fonts_ko.__file__).parent,
    Path(__file__).parent / "fonts",
    Path(manimgx_fonts.__file__).parent,
    Path(manimgx_fonts_cjk.__file__).parent,
)
"""The Korean fonts, which set nearly everything, come first."""
PIXELS_PER_INCH = 192
"""Of pictures: twice a screen's, so that they stay sharp on paper."""
_MARKS = frozenset({"Mn", "Mc", "Me"})
_SPACES = "\t\n "
_NO_GLYPH = re.compile("could not be displayed|private use|not displayable")


def typeset(template: Path, given: Mapping[str, Any], moment: datetime) -> bytes:
    """The PDF of a typst template that reads `given` as JSON; `moment` is its date."""
    try:
        return _compile(template, _replaced(given, printable), moment)
    except typst.TypstError as error:
        if not _NO_GLYPH.search(str(error)):
            raise
    # Signs that each have a glyph may still have none together, such as marks of one script on letters of another.
    return _compile(template, _replaced(given, _plain), moment)


def draw(template: Path, given: Mapping[str, Any], form: str) -> bytes:
    """The one page of a template as "png" or "svg", in which letters are outlines."""
    compiled: Any = typst.compile
    result = compiled(
        str(template),
        font_paths=[str(folder) for folder in _FOLDERS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(_replaced(given, printable), ensure_ascii=False)},
        format=form,
        **({"ppi": PIXELS_PER_INCH} if form == "png" else {}),
    )
    assert isinstance(result, bytes)  # noqa: S101  # of one page
    return result


def printable(text: str) -> str:
    """The text with a box for each sign that no font can show."""
    if not set(text) - _always_printable():
        return text
    return "".join(sign if _has_glyph(sign) else _stand_in(sign) for sign in _signs(text))


def unprintable(text: str) -> tuple[str, ...]:
    """The signs that will be boxes, each once."""
    if not set(text) - _always_printable():
        return ()
    return tuple(dict.fromkeys(sign for sign in _signs(text) if not _has_glyph(sign)))


async def unprintable_signs(texts: Iterable[str]) -> tuple[str, ...]:
    """As `unprintable`, beside the event loop: reading the fonts takes a second the first time."""
    return await asyncio.to_thread(unprintable, " ".join(texts))


def _stand_in(sign: str) -> str:
    """A letter stays, and the box stands for the marks that cannot be set on it."""
    return sign[0] + STAND_IN if len(sign) > 1 and _has_glyph(sign[0]) else STAND_IN


def _plain(text: str) -> str:
    return "".join(character if character in _always_printable() else STAND_IN for character in text)


def _signs(text: str) -> Iterator[str]:
    """Characters with the marks and joiners that belong to them; control characters are left out."""
    sign = ""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs") and character not in _SPACES:
            continue
        if sign and (category in _MARKS or category == "Cf" or sign.endswith("\u200d")):
            sign += character
            continue
        if sign:
            yield sign
        sign = character
    if sign:
        yield sign


def _has_glyph(sign: str) -> bool:
    """Whether one font has all of it. Format characters and variation selectors need no glyph."""
    needed = {ord(character) for character in sign if not _is_ignorable(character)}
    return any(needed <= _characters(font) for font in _fonts())


def _is_ignorable(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F or character in _SPACES


@cache
def _always_printable() -> frozenset[str]:
    """What both Korean fonts show, apart from marks, which depend on their letters."""
    korean = frozenset.intersection(*map(_characters, _fonts(_FOLDERS[:1])))
    characters = map(chr, korean)
    return frozenset(_SPACES) | {
        each for each in characters if unicodedata.category(each)[0] not in "MC" or each in _SPACES
    }


@cache
def _fonts(folders: tuple[Path, ...] = _FOLDERS) -> tuple[Path, ...]:
    files = (file for folder in folders for file in sorted(folder.iterdir()))
    return tuple(file for file in files if file.suffix in (".otf", ".ttf", ".ttc"))


@cache
def _characters(font: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # slow to load, and rarely needed

    with TTFont(font, fontNumber=0, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def _replaced(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {name: _replaced(each, change) for name, each in value.items()}
        case list() | tuple():
            return [_replaced(each, change) for each in value]
        case _:
            return value


def _compile(template: Path, given: Mapping[str, Any], moment: datetime) -> bytes:
    compiled: Any = typst.compile  # its overloads disagree on bytes
    result = compiled(
        str(template),
        font_paths=[str(folder) for folder in _FOLDERS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(moment.timestamp()),
    )
    assert isinstance(result, bytes)  # noqa: S101  # without an output path it is one document's bytes
    return result
