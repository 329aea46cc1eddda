"""Spelling errors: words that are one letter apart. Korean syllables are compared letter by letter, as they are
typed."""

from __future__ import annotations

import unicodedata
from itertools import takewhile

_SHORTEST = 4
"""Letters, two syllables: among shorter words one letter makes another word."""


def one_letter_off(term: str, word: str) -> str:
    """The beginning of `word` that is one letter away from the term; "" for none. What follows it is a particle."""
    for length in (len(term), len(term) + 1, len(term) - 1):
        part = word[:length]
        if len(part) > 1 and _is_close(_letters(term), _letters(part)):
            return part
    return ""


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word)


def _is_close(one: str, other: str) -> bool:
    """One letter more, less or another, or two neighbours exchanged."""
    if len(one) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    start = _shared(one, other)
    one, other = one[start:], other[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    return max(len(one), len(other)) <= 1 or (len(one) == len(other) == 2 and one == other[::-1])


def _shared(one: str, other: str) -> int:
    """How many letters are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
