"""Passphrases that anybody guesses first.

The list beside this file holds the most common ones of the world, and Korean words as they are and as they come out
on a Latin keyboard. A word of the list with some digits or signs behind it, a word repeated, and a date are no better.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_suffix(".txt")
_ENDING = re.compile(r"[0-9!@#$%^&*.~?_-]{0,4}$")
_DATE = re.compile(r"(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])")
_SHORTEST_WORD = 4


def is_common(passphrase: str) -> bool:
    plain = passphrase.casefold()
    unit = _repeated_unit(plain)
    word = _ENDING.sub("", unit)
    return (
        len(unit) < _SHORTEST_WORD
        or unit in _common()
        or (len(word) >= _SHORTEST_WORD and word in _common())
        or _DATE.fullmatch(plain) is not None
    )


def _repeated_unit(text: str) -> str:
    """The shortest text that, repeated, gives this one."""
    return text[: (text + text).find(text, 1)]


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text(encoding="utf-8").split("\n")[:-1])
