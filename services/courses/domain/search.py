"""Finding words inside words: Korean glues particles and compounds to a word, so pieces of words are indexed instead.

Hangul (and any script but Latin): single characters and pairs. Latin letters and digits: threes, and the first one and
two of a word. Pieces only narrow the search down; what is found must also contain each word as typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.chassis.text import normalise
from services.courses.domain.content import Audience, Level

_RUN = re.compile(r"(?P<latin>[0-9a-z\u00df-\u024f\u1e00-\u1eff]+)|(?P<other>[^\W_0-9a-z\u00df-\u024f\u1e00-\u1eff]+)")


def fold(text: str) -> str:
    """Full-width forms, composed or decomposed syllables, and upper case make no difference."""
    return normalise("NFKC", normalise("NFKC", text).casefold())


def words(query: str) -> tuple[str, ...]:
    """Splits at whitespace and at NUL, which a regular expression may not hold."""
    return tuple(dict.fromkeys(fold(query).replace("\0", " ").split()))


def pieces(texts: Iterable[str]) -> tuple[str, ...]:
    """All pieces of the texts, for the index."""
    return tuple(sorted({piece for text in texts for latin, run in _runs(text) for piece in _pieces(latin, run)}))


def needed_pieces(word: str) -> tuple[str, ...]:
    """The index pieces that any text containing this word must have."""
    pieces = {piece for latin, run in _runs(word) for piece in _needed(latin, run)}
    return tuple(sorted(pieces))


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    for match in _RUN.finditer(fold(text)):
        yield match["latin"] is not None, match[0]


def _grams(run: str, size: int) -> Iterator[str]:
    return (run[start : start + size] for start in range(len(run) - size + 1))


def _pieces(latin: bool, run: str) -> Iterator[str]:
    if latin:
        yield from (run[:1], run[:2])
        yield from _grams(run, 3)
    else:
        yield from run
        yield from _grams(run, 2)


def _needed(latin: bool, run: str) -> Iterator[str]:
    if latin:
        # One or two letters are looked for at the beginning of a word only.
        yield from _grams(run, 3) if len(run) > 2 else (run,)
    else:
        yield from _grams(run, 2) if len(run) > 1 else run


@dataclass(frozen=True)
class Wanted:
    """A catalogue query; empty fields do not narrow it."""

    query: str = ""
    areas: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    language: str = ""
    max_minutes: int = 0
    audience: Audience | None = None
