"""What a login, a display name, an e-mail address and a passphrase may be."""

from __future__ import annotations

import re
import unicodedata

from services.chassis.errors import Invalid

LOGIN_LENGTH = (3, 40)
DISPLAY_NAME_LENGTH = 60
EMAIL_LENGTH = 254
PASSPHRASE_LENGTH = (8, 200)

# Six digits of a birth date and seven more: the shape of a Korean resident number, which must never be kept here.
_RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{6}[-\s]?\d{7}(?!\d)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# What leaked lists show first, in the world and here (the last ones are Korean words typed on a Latin keyboard).
_COMMON = frozenset(
    (
        *("password", "password1", "passw0rd", "qwertyui", "qwerty123", "iloveyou", "letmein1", "welcome1"),
        *("12345678", "123456789", "1234567890", "87654321", "12341234", "abcd1234", "abc12345"),
        *(
            "1q2w3e4r",
            "1q2w3e4r!",
            "qwer1234",
            "qwer1234!",
            "asdf1234",
            "비밀번호비밀번호",
            "dkssudgktpdy",
            "tkfkdgody",
        ),
    )
)


def login_key(login: str) -> str:
    """What two logins are compared by: spelling of case and width does not make another login."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login).strip().casefold())


def checked_login(login: str) -> str:
    cleaned = unicodedata.normalize("NFKC", login).strip()
    shortest, longest = LOGIN_LENGTH
    if not shortest <= len(cleaned) <= longest:
        raise Invalid("LOGIN_LENGTH", field="login", min=shortest, max=longest)
    if not all(character.isalnum() or character in "._-" for character in cleaned):
        raise Invalid("LOGIN_CHARACTERS", field="login")
    _refuse_resident_number(cleaned, "login")
    return cleaned


def checked_display_name(name: str) -> str:
    cleaned = " ".join(unicodedata.normalize("NFKC", name).split())
    if not cleaned:
        raise Invalid("DISPLAY_NAME_MISSING", field="display_name")
    if len(cleaned) > DISPLAY_NAME_LENGTH:
        raise Invalid("DISPLAY_NAME_TOO_LONG", field="display_name", max=DISPLAY_NAME_LENGTH)
    if not all(character.isprintable() for character in cleaned):
        raise Invalid("DISPLAY_NAME_CHARACTERS", field="display_name")
    _refuse_resident_number(cleaned, "display_name")
    return cleaned


def checked_email(email: str) -> str:
    """Empty stays empty: nobody needs an address to learn."""
    cleaned = email.strip()
    if cleaned and (len(cleaned) > EMAIL_LENGTH or not _EMAIL.fullmatch(cleaned)):
        raise Invalid("EMAIL_INVALID", field="email")
    _refuse_resident_number(cleaned, "email")
    return cleaned


def checked_locale(locale: str) -> str:
    cleaned = locale.strip() or "ko"
    if not _LOCALE.fullmatch(cleaned):
        raise Invalid("LOCALE_INVALID", field="locale")
    return cleaned


def comparable_passphrase(passphrase: str) -> str:
    """The form that is hashed: Korean typed on any device is the same. Cut just above the longest allowed."""
    return unicodedata.normalize("NFC", passphrase)[: PASSPHRASE_LENGTH[1] + 1]


def check_passphrase(passphrase: str, login: str, field: str = "passphrase") -> None:
    shortest, longest = PASSPHRASE_LENGTH
    cleaned = comparable_passphrase(passphrase)
    if len(cleaned) < shortest:
        raise Invalid("PASSPHRASE_TOO_SHORT", field=field, min=shortest)
    if len(cleaned) > longest:
        raise Invalid("PASSPHRASE_TOO_LONG", field=field, max=longest)
    if login_key(cleaned) == login_key(login):
        raise Invalid("PASSPHRASE_IS_LOGIN", field=field)
    if cleaned.casefold() in _COMMON or len(set(cleaned)) == 1:
        raise Invalid("PASSPHRASE_TOO_COMMON", field=field)


def search_words(*texts: str) -> tuple[str, ...]:
    """Every ending of every word, so that any part of a name is the beginning of an indexed string."""
    words = [word for text in texts for word in login_key(text).split()]
    return tuple(sorted({word[start:] for word in words for start in range(len(word))}))


def _refuse_resident_number(text: str, field: str) -> None:
    if _RESIDENT_NUMBER.search(text):
        raise Invalid("LOOKS_LIKE_RESIDENT_NUMBER", field=field)
