"""Synonyms of the catalogue's search: words that residents use for the same thing.

Authors write one of them, residents type another. An administrator may change the list; this one is shipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import Conflict, Invalid
from services.chassis.search_key import search_key

MOST_GROUPS = 500
MOST_WORDS = 30
LONGEST_WORD = 60

SHIPPED = """
스마트폰, 핸드폰, 휴대폰, 휴대전화, 휴대 전화, 손전화, 폰, 갤럭시, 아이폰, smartphone, mobile phone, cell phone
메시지, 문자, 문자 메시지, 카톡, 카카오톡, 까톡, 톡, 채팅, text message, kakaotalk
피싱, 스미싱, 보이스피싱, 사기, 사기 문자, 가짜 문자, 스팸, 스팸 문자, 금융 사기, 해킹, scam, fraud, smishing, spam
키오스크, 무인 주문기, 무인 주문, 무인기, 무인 판매기, 주문 기계, 자동 주문기, 햄버거 주문, self-order
사진, 사진기, 카메라, 촬영, photo, picture, camera
사진첩, 갤러리, 앨범, gallery, album
민원, 신고, 건의, 불편 신고, 국민신문고, 정부24, 신문고, complaint
결제, 계산, 카드 결제, 돈 내기, 돈 내고, pay
개인정보, 개인 정보, 신상 정보, personal data, privacy
비밀번호, 암호, 패스워드, 비번, password, passphrase
인증서, 공동인증서, 공인인증서, 본인 인증, 본인 확인, certificate
링크, 인터넷 주소, 웹 주소, 사이트 주소, link, address
와이파이, 무선 인터넷, wifi, wi-fi
컴퓨터, 피시, PC, 노트북, computer
"""


@dataclass(frozen=True)
class Synonyms:
    """A stored list. Without a time nobody has changed the shipped one yet."""

    id: str
    groups: tuple[tuple[str, ...], ...]
    change_time: datetime | None = None


def groups_of(text: str) -> tuple[tuple[str, ...], ...]:
    """One group on each line, its words parted by commas."""
    lines = (line.split(",") for line in text.splitlines())
    return checked([[" ".join(word.split()) for word in words] for words in lines])


def checked(groups: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The groups without empty words, repeats and empty lines. Raises Invalid for a list that is too long."""
    kept = tuple(words for group in groups if (words := tuple(dict.fromkeys(filter(search_key, group)))))
    if len(kept) > MOST_GROUPS:
        raise Invalid("TOO_MANY", field="groups", limit=MOST_GROUPS)
    for number, group in enumerate(kept, 1):
        if len(group) < 2:
            raise Invalid("SYNONYM_ALONE", field="groups", word=group[0], line=number)
        if len(group) > MOST_WORDS:
            raise Invalid("TOO_MANY", field="groups", limit=MOST_WORDS)
        if any(len(word) > LONGEST_WORD for word in group):
            raise Invalid("TEXT_TOO_LONG", field="groups", limit=LONGEST_WORD)
    return kept


def shipped() -> Synonyms:
    return Synonyms("synonyms", groups_of(SHIPPED))


def etag_of(value: Synonyms) -> str:
    return hashlib.sha256(repr(value.groups).encode()).hexdigest()[:16]


def change(value: Synonyms, groups: Sequence[Sequence[str]], etag: str, time: datetime) -> Synonyms:
    """The changed list; the same value where it says the same already, so that a repeat is no conflict."""
    wanted = checked(groups)
    if wanted == value.groups:
        return value
    if etag and etag != etag_of(value):
        raise Conflict("SYNONYMS_CHANGED")
    return replace(value, groups=wanted, change_time=time)


def by_word(groups: Sequence[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """Search key of a word to the keys of all that mean the same. A word of two groups has the words of both."""
    result: dict[str, frozenset[str]] = {}
    for group in groups:
        keys = frozenset(map(search_key, group))
        for key in keys:
            result[key] = result.get(key, frozenset()) | keys
    return result
