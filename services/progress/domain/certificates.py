"""Numbers of certificates: hard to guess, easy to read aloud and to copy by hand.

The alphabet is Crockford's base 32 (crockford.com/base32.html), which has no letter that looks like a digit.
"""

from __future__ import annotations

from collections.abc import Callable

from services.chassis.errors import Missing

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_PREFIX = "IEUM"


def new_number(random_bits: Callable[[int], int]) -> str:
    """80 random bits as "IEUM" and four groups of four letters or digits, with dashes."""
    random = random_bits(80)
    letters = "".join(_ALPHABET[random >> 5 * place & 31] for place in range(16))
    return _grouped(letters)


def parse_number(text: str) -> str:
    """As people type it: lower case, without dashes or prefix, O for 0."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    letters = letters.removeprefix(_PREFIX).translate(_LOOKALIKES)
    if len(letters) != 16 or not set(letters) <= set(_ALPHABET):
        raise Missing("CERTIFICATE_UNKNOWN")
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join([_PREFIX, *(letters[place : place + 4] for place in range(0, 16, 4))])
