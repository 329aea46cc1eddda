"""What residents type into the search of the demo town, and which course they mean."""

from __future__ import annotations

from functools import cache

from deploy.demo.content import courses
from services.courses.domain import search, synonyms
from services.courses.domain.search import Searchable
from tests.unit.courses.test_demo_courses import written

# Written from the lessons' subjects and from what information centres are asked for.
MEANT = {
    "사진": "phone-photos",
    "사진찍기": "phone-photos",
    "사진 찍는 법": "phone-photos",
    "사진 잘 찍는 방법": "phone-photos",
    "사진 보내기": "phone-photos",
    "핸드폰": "phone-photos",
    "휴대폰": "phone-photos",
    "휴대폰 사용법": "phone-photos",
    "스마트폰 배우기": "phone-photos",
    "핸드폰 사진": "phone-photos",
    "카톡": "phone-photos",
    "카카오톡": "phone-photos",
    "카톡으로 사진 보내기": "phone-photos",
    "메세지": "phone-photos",
    "문자 보내는 법": "phone-photos",
    "갤러리": "phone-photos",
    "앨범": "phone-photos",
    "카메라": "phone-photos",
    "스미싱": "phishing",
    "보이스피싱": "phishing",
    "보이스 피싱": "phishing",
    "사기": "phishing",
    "사기 문자": "phishing",
    "이상한 문자": "phishing",
    "수상한문자": "phishing",
    "택배 문자": "phishing",
    "가짜문자": "phishing",
    "스팸": "phishing",
    "해킹": "phishing",
    "신고": "online-petition",
    "민원": "online-petition",
    "민원 넣는 법": "online-petition",
    "가로등 고장": "online-petition",
    "국민신문고": "online-petition",
    "키오스크": "kiosk",
    "키오스트": "kiosk",
    "무인주문기": "kiosk",
    "주문하는 법": "kiosk",
    "햄버거 주문": "kiosk",
    "카드 결제": "kiosk",
}


@cache
def catalogue() -> dict[str, Searchable]:
    return {course.slug: search.searchable_of(written(course)[0]) for course in courses()}


def found(query: str) -> search.Hits:
    return search.find(query, catalogue(), synonyms.by_word(synonyms.shipped().groups))


def test_of_forty_everyday_words_at_least_38_find_the_right_course_first_or_second() -> None:
    assert len(MEANT) == 40
    missed = {query: found(query).keys[:2] for query, course in MEANT.items() if course not in found(query).keys[:2]}
    assert len(missed) <= 2, missed
