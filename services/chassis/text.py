"""Unicode normalisation in a time that grows with the text alone."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

LONGEST_RUN = 8
"""How many combining marks may follow each other. No script needs more; normalising takes the square of a run."""


def normalise(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The text in this form of Unicode. Of a longer run of combining marks only the first ones stay."""
    return unicodedata.normalize(form, _with_short_runs(text))


def _with_short_runs(text: str) -> str:
    if text.isascii():
        return text
    marks = "".join(re.escape(character) for character in set(text) if _combines(character))
    return re.sub(f"([{marks}]{{{LONGEST_RUN}}})[{marks}]+", r"\1", text) if marks else text


@lru_cache(maxsize=4096)
def _combines(character: str) -> bool:
    """True also for what only becomes a combining mark by normalisation, such as U+0F73 and U+FF9E."""
    return any(map(unicodedata.combining, unicodedata.normalize("NFKD", character)[:1]))
