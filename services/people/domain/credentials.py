"""What a login, a display name, an e-mail address and a passphrase may be."""

from __future__ import annotations

import re
import unicodedata

from services.chassis import search_key
from services.chassis.errors import Invalid
from services.people.domain.common_passphrases import is_common
from services.people.domain.skeleton import skeleton_word

LOGIN_LENGTH = (3, 40)
DISPLAY_NAME_LENGTH = 60
EMAIL_LENGTH = 254
PASSPHRASE_LENGTH = (8, 200)
# A composed character has at most four code points when it is taken apart. What is longer is too long in any case.
_LONGEST_TYPED = 4 * (PASSPHRASE_LENGTH[1] + 1)

# Six digits of a birth date and seven more: the shape of a Korean resident number, which must never be kept here.
_RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{6}[-\s]?\d{7}(?!\d)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Characters that are letters or signs to Unicode and blank to the eye: Hangul fillers and the empty Braille pattern.
_BLANK = str.maketrans(dict.fromkeys("\u115f\u1160\u3164\uffa0\u2800", " "))
_JOINERS = "\u200c\u200d"
# Scripts with letters that look like Latin ones. A login that mixes them with Latin imitates another login.
_LATIN_LOOKALIKES = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def login_key(login: str) -> str:
    """What two logins are compared by: spelling of case and width does not make another login."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", login[:_LONGEST_TYPED]).strip().casefold())


def checked_login(login: str) -> str:
    shortest, longest = LOGIN_LENGTH
    if len(login) > _LONGEST_TYPED:
        raise Invalid("LOGIN_LENGTH", field="login", min=shortest, max=longest)
    cleaned = unicodedata.normalize("NFKC", login).strip()
    if not shortest <= len(cleaned) <= longest:
        raise Invalid("LOGIN_LENGTH", field="login", min=shortest, max=longest)
    if not all(_is_login_character(character) for character in cleaned) or _shows_nothing(cleaned):
        raise Invalid("LOGIN_CHARACTERS", field="login")
    if _imitates_latin(cleaned):
        raise Invalid("LOGIN_MIXES_SCRIPTS", field="login")
    refuse_resident_number(cleaned, "login")
    return cleaned


def checked_display_name(name: str) -> str:
    if len(name) > _LONGEST_TYPED:
        raise Invalid("DISPLAY_NAME_TOO_LONG", field="display_name", max=DISPLAY_NAME_LENGTH)
    cleaned = " ".join(unicodedata.normalize("NFKC", name).translate(_BLANK).split())
    if not cleaned:
        raise Invalid("DISPLAY_NAME_MISSING", field="display_name")
    if len(cleaned) > DISPLAY_NAME_LENGTH:
        raise Invalid("DISPLAY_NAME_TOO_LONG", field="display_name", max=DISPLAY_NAME_LENGTH)
    joined = _without_joiners(cleaned)
    if not joined.isprintable() or _shows_nothing(joined):
        raise Invalid("DISPLAY_NAME_CHARACTERS", field="display_name")
    refuse_resident_number(cleaned, "display_name")
    return cleaned


def checked_email(email: str) -> str:
    """Empty stays empty: nobody needs an address to learn."""
    cleaned = email.strip()
    if cleaned and (len(cleaned) > EMAIL_LENGTH or not _EMAIL.fullmatch(cleaned)):
        raise Invalid("EMAIL_INVALID", field="email")
    refuse_resident_number(cleaned, "email")
    return cleaned


def checked_locale(locale: str) -> str:
    cleaned = locale.strip() or "ko"
    if not _LOCALE.fullmatch(cleaned):
        raise Invalid("LOCALE_INVALID", field="locale")
    return cleaned


def comparable_passphrase(passphrase: str) -> str:
    """The form that is hashed. Korean typed on any device is the same, and so are full-width letters and their usual
    forms, and all kinds of spaces (RFC 8265 maps only the spaces). Cut just above the longest allowed."""
    composed = unicodedata.normalize("NFC", passphrase[:_LONGEST_TYPED])
    return "".join(map(_usual_form, composed))[: PASSPHRASE_LENGTH[1] + 1]


def earlier_comparable_passphrase(passphrase: str) -> str:
    """The form that was hashed before width and spaces were mapped: older hashes are of it."""
    return unicodedata.normalize("NFC", passphrase[:_LONGEST_TYPED])[: PASSPHRASE_LENGTH[1] + 1]


def check_passphrase(passphrase: str, login: str, field: str = "passphrase") -> None:
    shortest, longest = PASSPHRASE_LENGTH
    cleaned = comparable_passphrase(passphrase)
    if len(cleaned) < shortest:
        raise Invalid("PASSPHRASE_TOO_SHORT", field=field, min=shortest)
    if len(cleaned) > longest:
        raise Invalid("PASSPHRASE_TOO_LONG", field=field, max=longest)
    if login_key(cleaned) == login_key(login):
        raise Invalid("PASSPHRASE_IS_LOGIN", field=field)
    if is_common(cleaned):
        raise Invalid("PASSPHRASE_TOO_COMMON", field=field)


def search_words(*texts: str) -> tuple[str, ...]:
    """Every ending of every word, so that any part of a name is the beginning of an indexed string. The whole text is
    such a word too, for whoever leaves out the spaces, and so are the first consonants of Hangul. The skeletons of all
    but the first text, which is a login, are added."""
    words = {word for text in texts for word in (*search_key.search_words(text), search_key.search_key(text))}
    words |= {search_key.initials(word) for word in words}
    endings = {word[start:] for word in words for start in range(len(word))}
    return tuple(sorted(endings | {word for name in texts[1:] if (word := skeleton_word(name))}))


def without_resident_number(text: str) -> str:
    return _RESIDENT_NUMBER.sub("******-*******", text)


def refuse_resident_number(text: str, field: str) -> None:
    if _RESIDENT_NUMBER.search(text):
        raise Invalid("LOOKS_LIKE_RESIDENT_NUMBER", field=field)


def _is_login_character(character: str) -> bool:
    """Marks belong to the letters of many scripts: without them no Hindi or Thai name can be written."""
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc") or character in "._-"


def _imitates_latin(login: str) -> bool:
    names = [unicodedata.name(character, "") for character in login if character.isalpha()]
    return any(name.startswith("LATIN") for name in names) and any(name.startswith(_LATIN_LOOKALIKES) for name in names)


def _shows_nothing(text: str) -> bool:
    return not any(unicodedata.category(character)[0] in "LN" for character in text.translate(_BLANK))


def _without_joiners(text: str) -> str:
    """Drops the joiners that spelling needs: after a letter, a mark or a symbol, and before another."""
    return "".join(
        character
        for position, character in enumerate(text)
        if character not in _JOINERS
        or not 0 < position < len(text) - 1
        or not _joins(text[position - 1 : position + 2])
    )


def _joins(around: str) -> bool:
    """`around`: a joiner between its neighbours."""
    return unicodedata.category(around[0])[0] in "LMS" and unicodedata.category(around[-1])[0] in "LS"


def _usual_form(character: str) -> str:
    """A space for any kind of space, and the usual width for full-width and half-width forms."""
    if unicodedata.category(character) == "Zs":
        return " "
    decomposition = unicodedata.decomposition(character)
    if not decomposition.startswith(("<wide>", "<narrow>")):
        return character
    return chr(int(decomposition.split()[1], 16))
