from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Conflict, Invalid
from services.courses.domain import search, synonyms
from services.courses.domain.content import Block, Content, Lesson, Text
from services.courses.domain.search import Searchable
from tests.unit.courses.builders import NOW

TEXTS = st.text(alphabet="가나다한글은행에서 abcdeABé19-ß漢字.", max_size=30)
SHIPPED = synonyms.by_word(synonyms.shipped().groups)


def course(title: str, summary: str = "", lesson: str = "", text: str = "") -> Searchable:
    block = Block("b", Text({"ko": text}))
    return search.searchable_of(
        Content({"ko": title}, {"ko": summary}, lessons=(Lesson("l", {"ko": lesson}, 5, (block,)),))
    )


def finds(query: str, *titles: str) -> bool:
    return not search.find(query, {str(at): course(title) for at, title in enumerate(titles)}, SHIPPED).nearest


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("기초", "스마트폰 기초과정"),
        ("은행", "인터넷은행에서"),
        ("photo", "Photos"),
        ("message", "messages"),
        ("P", "photos"),
        ("café", "Cafe\u0301"),
        ("cafe", "Café"),
        ("ＷＩＦＩ", "wifi"),
        ("pdf파일", "PDF파일을"),
        ("漢", "漢字"),
        ("사진잘찍기", "사진 잘 찍기"),
        ("수상한문자", "수상한 문자 알아보기"),
        ("인증서시험", "인증서 시험"),
        ("은행에서 보내기", "은행 앱으로 돈 보내기"),
        ("메세지", "메시지 보내기"),
        ("키오스트", "키오스크로 주문하기"),
        ("phising", "Spotting a phishing message"),
        ("핸드폰", "스마트폰 시작하기"),
        ("카카오 톡", "메시지 쓰기"),
        ("주문하는 법", "키오스크로 주문하기"),
    ],
)
def test_a_course_is_found_by_what_people_type(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"), [("행인", "은행 인터넷"), ("to", "photo"), ("복", "은행"), ("김치", "은행"), ("!?", "은행")]
)
def test_a_query_that_no_course_fits_shows_the_nearest(query: str, text: str) -> None:
    hits = search.find(query, {"a": course(text)}, SHIPPED)
    assert (hits.keys, hits.nearest) == (["a"], True)


@given(TEXTS, st.data())
def test_every_word_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    words = text.split()
    query = " ".join(data.draw(st.lists(st.sampled_from(words), max_size=3))) if words else ""
    if search.terms_of(query, SHIPPED):
        assert finds(query, text)


def test_a_title_counts_more_than_a_lesson_and_a_lesson_more_than_its_text() -> None:
    courses = {
        "text": course("가", text="은행 앱"),
        "often": course("다", text="은행, 은행, 은행"),
        "lesson": course("나", lesson="은행에서"),
        "title": course("은행"),
        "none": course("라"),
    }
    assert search.find("은행", courses, SHIPPED).keys == ["title", "lesson", "often", "text"]


def test_the_nearest_courses_are_those_with_most_of_the_words() -> None:
    courses = {"one": course("사진"), "both": course("사진 편지"), "none": course("은행")}
    assert search.find("사진 편지 김치", courses, SHIPPED).keys == ["both", "one"]


def test_a_list_of_synonyms_is_read_from_lines_and_kept_without_repeats() -> None:
    groups = synonyms.groups_of(" 폰 , 핸드폰,폰,,\n\n은행,  인터넷   은행 ")
    assert groups == (("폰", "핸드폰"), ("은행", "인터넷 은행"))
    known = synonyms.by_word(groups)
    assert known["핸드폰"] == {"폰", "핸드폰"}
    assert known["인터넷은행"] == {"은행", "인터넷은행"}


def test_a_word_without_another_is_no_synonym() -> None:
    with pytest.raises(Invalid, match="SYNONYM_ALONE") as caught:
        synonyms.groups_of("폰, 핸드폰\n은행")
    assert caught.value.details == {"word": "은행", "line": "2"}


def test_two_administrators_do_not_overwrite_each_other_unseen() -> None:
    first = synonyms.shipped()
    changed = synonyms.change(first, [("폰", "핸드폰")], synonyms.etag_of(first), NOW)
    assert (changed.groups, changed.change_time) == ((("폰", "핸드폰"),), NOW)
    assert synonyms.change(changed, [("폰", "핸드폰")], synonyms.etag_of(first), NOW) == changed
    with pytest.raises(Conflict, match="SYNONYMS_CHANGED"):
        synonyms.change(changed, [("은행", "인터넷은행")], synonyms.etag_of(first), NOW)
