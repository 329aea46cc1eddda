"""The skeleton of a Korean name: the surname in one spelling, and the consonants of the rest.

A name is written in Latin letters in many ways ("Lee Younghee", "Yi Yeonghui"). These are where the ways differ least.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.chassis.search_key import search_words

_FIRST = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_MIDDLE = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu"),
    *("eu", "ui", "i"),
)
_LAST = (
    *("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng"),
    *("t", "t", "k", "t", "p", "t"),
)
_SURNAMES: Mapping[str, str] = {
    variant: usual
    for usual, variants in {
        "i": "lee yi rhee ri li", "bak": "park pak bahk", "gim": "kim", "choe": "choi choy",
        "jeong": "jung chung cheong", "gang": "kang", "jo": "cho", "yun": "yoon youn", "jang": "chang",
        "im": "lim rim yim", "han": "", "o": "oh", "seo": "suh", "sin": "shin", "gwon": "kwon", "hwang": "",
        "an": "ahn", "song": "", "ryu": "", "yu": "yoo you", "hong": "", "jeon": "jun chun", "go": "ko koh",
        "mun": "moon", "yang": "", "son": "sohn", "bae": "pae", "baek": "paik paek", "heo": "hur huh", "nam": "",
        "sim": "shim", "no": "noh roh", "ha": "", "gwak": "kwak", "seong": "sung", "cha": "", "ju": "joo",
        "u": "woo wu", "gu": "koo ku",
    }.items()
    for variant in (usual, *variants.split())
}  # fmt: skip
_SOUNDS = (
    *((re.compile("ng"), "N"), (re.compile("ch|jj|j"), "J"), (re.compile("sh|ss"), "s"), (re.compile("kk|k|g"), "g")),
    *((re.compile("tt|t"), "d"), (re.compile("pp|p"), "b"), (re.compile("l"), "r"), (re.compile("h(?![aeiouyw])"), "")),
    (re.compile("[aeiouyw]"), ""),
)


def skeleton(name: str) -> str:
    """Of a name in Hangul or Latin letters; "" for others, and for what is no whole name."""
    words = search_words(name)
    if len(words) == 1 and "가" <= words[0][0] <= "힣":
        words = [words[0][0], words[0][1:]] if len(words[0]) > 1 else []
    words = [_romanised(word) for word in words]
    if not words or not all(word.isascii() and word.isalpha() for word in words):
        return ""
    surname, rest = _parted(words)
    for sound, letter in _SOUNDS:
        rest = sound.sub(letter, rest)
    return f"{surname}.{rest}" if surname else ""


def _romanised(word: str) -> str:
    if not all("가" <= sign <= "힣" for sign in word):
        return word
    return "".join(
        _FIRST[at // 588] + _MIDDLE[at % 588 // 28] + _LAST[at % 28] for at in (ord(sign) - 0xAC00 for sign in word)
    )


def _parted(words: list[str]) -> tuple[str, str]:
    """The surname in its usual spelling, which may stand first, last or unparted, and the rest; two "" without one."""
    if len(words) > 1:
        for surname, others in ((words[0], words[1:]), (words[-1], words[:-1])):
            if surname in _SURNAMES:
                return _SURNAMES[surname], "".join(others)
        return "", ""
    starts = [words[0][:length] for length in range(min(5, len(words[0]) - 1), 0, -1)]
    found = next((start for start in starts if start in _SURNAMES), "")
    return (_SURNAMES[found], words[0][len(found) :]) if found else ("", "")


def skeleton_word(name: str) -> str:
    """As it stands among the search words, where nobody can type it; "" without a skeleton."""
    found = skeleton(name)
    return f"~{found}" if found else ""
