"""The search key of a text: what a reader takes for the same word has the same key.

Both sides of a search are folded, the text and the query. Names keep their spelling for everything else.
"""

from __future__ import annotations

import re
import unicodedata

from services.chassis.text import normalise

_JOINING = re.compile(r"[\u0027\u00ad\u02bc\u2018\u2019\u2010-\u2015\u2212\-]")
_NOT_A_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Without accents, case, width, and the signs that join or cut a word (hyphen, apostrophe)."""
    plain = unicodedata.normalize("NFKD", normalise("NFKC", text).casefold())
    letters = "".join(sign for sign in plain if not unicodedata.category(sign).startswith(("Mn", "Cf")))
    return unicodedata.normalize("NFC", _JOINING.sub("", letters))


def search_words(text: str) -> list[str]:
    """The folded words of a text."""
    return _NOT_A_WORD.sub(" ", folded(text)).split()


def initials(text: str) -> str:
    """The first consonants of the Hangul syllables of a folded text, as Koreans type a name in a hurry: "ㄱㅇㅎ"."""
    return "".join(chr(0x1100 + (ord(sign) - 0xAC00) // 588) for sign in text if "가" <= sign <= "힣")


def search_key(text: str) -> str:
    """The folded text without spaces, as somebody types who leaves them out."""
    return "".join(search_words(text))
