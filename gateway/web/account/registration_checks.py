"""Everything that is wrong with a registration form at first sight, so that a newcomer corrects it at once.

The people service judges again, and more strictly: whether a login is taken, whether a passphrase is a common one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from services.chassis.errors import Invalid

_LOGIN_LENGTH = (3, 40)
_SHORTEST_PASSPHRASE = 8
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def without_spaces(login: str) -> str:
    """A login as somebody meant it who typed spaces into it."""
    return "".join(login.split())


def problems_of(form: Mapping[str, str]) -> list[Invalid]:
    """In the order of the form, one for each field."""
    return list(_problems(form))


def _problems(form: Mapping[str, str]) -> Iterator[Invalid]:
    if not form.get("display_name", "").strip():
        yield Invalid("DISPLAY_NAME_MISSING", field="display_name")
    shortest, longest = _LOGIN_LENGTH
    if not shortest <= len(without_spaces(form.get("login", ""))) <= longest:
        yield Invalid("LOGIN_LENGTH", field="login", min=shortest, max=longest)
    if len(form.get("passphrase", "")) < _SHORTEST_PASSPHRASE:
        yield Invalid("PASSPHRASE_TOO_SHORT", field="passphrase", min=_SHORTEST_PASSPHRASE)
    if not form.get("area"):
        yield Invalid("AREA_UNKNOWN", field="area")
    if (email := form.get("email", "").strip()) and not _EMAIL.fullmatch(email):
        yield Invalid("EMAIL_INVALID", field="email")
