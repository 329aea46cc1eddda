"""Text as people type it: Unicode normalisation in a time that grows with the text alone, and numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

LONGEST_RUN = 8
"""How many combining marks may follow each other. No script needs more; normalising takes the square of a run."""

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?")
# With an area code, or a Korean number of one price (1588-0000), which has none.
_TELEPHONE = re.compile(r"\+?[0-9]{8,15}")
_PHONE = re.compile(r"0[0-9]{1,2}-[0-9]{3,4}-[0-9]{4}|1[568][0-9]{2}-[0-9]{4}")


def normalise(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The text in this form of Unicode. Of a longer run of combining marks only the first ones stay."""
    return unicodedata.normalize(form, _with_short_runs(text))


def one_line(text: str) -> str:
    """A title or a name: composed, on one line, without characters that only control programs and directions."""
    shown = (character for character in normalise("NFC", text) if _is_of_a_line(character))
    return " ".join("".join(shown).split())


def _is_of_a_line(character: str) -> bool:
    """Spaces of all kinds become one space later; of format characters only the joiners belong to words."""
    if character.isspace() or character in "\u200c\u200d":
        return True
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs") and not is_noncharacter


def plain_number(text: str) -> str:
    """The number in digits with a point, or "" for what is not clearly one number.

    Full-width digits, any dash as a minus, commas or spaces between groups of three, and the dashes of a phone number.
    """
    typed = "".join(character for character in normalise("NFKC", text) if unicodedata.category(character) != "Cf")
    typed = "".join("-" if is_dash(character) else character for character in typed.strip())
    sign = "-" if typed.startswith("-") else ""
    digits = typed.removeprefix("-" if sign else "+").strip()
    if _PLAIN.fullmatch(digits):
        return sign + digits
    if _GROUPED.fullmatch(digits) or (not sign and _PHONE.fullmatch(digits)):
        return sign + re.sub("[-, ]", "", digits)
    return ""


def telephone_number(text: str) -> str:
    """With spaces, hyphens and brackets removed; "" for what is no telephone number."""
    number = re.sub(r"[\s().-]", "", normalise("NFKC", text))
    return number if _TELEPHONE.fullmatch(number) else ""


def is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character == "\u2212"


def _with_short_runs(text: str) -> str:
    if text.isascii():
        return text
    marks = "".join(re.escape(character) for character in set(text) if _combines(character))
    return re.sub(f"([{marks}]{{{LONGEST_RUN}}})[{marks}]+", r"\1", text) if marks else text


@lru_cache(maxsize=4096)
def _combines(character: str) -> bool:
    """True also for what only becomes a combining mark by normalisation, such as U+0F73 and U+FF9E."""
    return any(map(unicodedata.combining, unicodedata.normalize("NFKD", character)[:1]))
