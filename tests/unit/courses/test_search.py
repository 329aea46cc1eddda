from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.courses.domain import search

TEXTS = st.text(alphabet="가나다한글은행에서 abcdeABé19-ß漢字.", max_size=30)


def could_find(query: str, *texts: str) -> bool:
    """As the store does it: all pieces are there, and then every word."""
    indexed = set(search.pieces(texts))
    folded = "\n".join(map(search.fold, texts))
    words = search.words(query)
    return all(set(search.needed_pieces(word)) <= indexed and word in folded for word in words)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("기초", "스마트폰 기초과정"),
        ("은행", "인터넷은행에서"),
        ("폰", "스마트폰"),
        ("photo", "Photos"),
        ("message", "messages"),
        ("P", "photos"),
        ("café", "Cafe\u0301"),
        ("ＷＩＦＩ", "wifi"),
        ("pdf파일", "PDF파일을"),
        ("漢", "漢字"),
    ],
)
def test_a_word_inside_a_word_is_found(query: str, text: str) -> None:
    assert could_find(query, text)


@pytest.mark.parametrize(("query", "text"), [("행인", "은행 인터넷"), ("to", "photo"), ("은행", "은 행")])
def test_what_is_not_there_is_not_found(query: str, text: str) -> None:
    assert not could_find(query, text)


@given(TEXTS, st.data())
def test_any_part_of_a_text_is_found_unless_it_is_one_or_two_latin_letters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    query = text[start:end]
    short = any(len(run) < 3 for latin, run in search._runs(query) if latin)
    if not short and search.fold(query) in search.fold(text):
        assert could_find(query, text)


def test_nothing_typed_finds_everything() -> None:
    assert search.words("  ") == ()
    assert could_find("", "anything")
