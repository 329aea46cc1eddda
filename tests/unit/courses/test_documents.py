from __future__ import annotations

import html
import zipfile

import pytest

from gateway.html import markdown
from services.courses.documents import hangul, package, slides, word
from services.courses.documents.drafting import draft_lessons, files_of
from services.courses.documents.reading import (
    Left,
    LeftOut,
    Picture,
    ReadDocument,
    ReadLesson,
    Screen,
    Unreadable,
    Words,
    escaped,
)
from services.courses.domain.content import Image, Text
from services.courses.domain.draft_limits import MOST_CHARACTERS, check_lesson
from services.courses.domain.media import Medium
from tests.unit.courses import documents as made


def texts(document: ReadDocument) -> list[tuple[str, list[list[str]]]]:
    """Titles and screens, each part as its Markdown or the description of a picture."""
    return [
        (
            lesson.title,
            [
                [part.markdown if isinstance(part, Words) else f"[{getattr(part, 'alt', '')}]" for part in screen.parts]
                for screen in lesson.screens
            ],
        )
        for lesson in document.lessons
    ]


def test_a_word_document_becomes_a_lesson_for_each_main_heading_and_a_screen_for_each_below() -> None:
    document = word.read(
        made.word(
            made.heading(1, "사진 보내기"),
            made.paragraph(made.run("처음 *글* "), made.run("굵게", "<w:b/>"), made.run("를 누르세요.")),
            made.heading(2, "고르기"),
            made.drawing("seen", "단추 그림"),
            made.drawing("unseen", ""),
            made.heading(1, "사진 받기"),
            made.paragraph(made.run("1. 차례")),
        ),
        "파일",
    )
    assert texts(document) == [
        ("사진 보내기", [[r"처음 \*글\* **굵게**를 누르세요."], ["## 고르기", "[단추 그림]"]]),
        ("사진 받기", [[r"1\. 차례"]]),
    ]
    assert document.left == (Left(LeftOut.PICTURE, "고르기", 1),)


def test_a_document_without_several_main_headings_is_one_lesson() -> None:
    only = made.word(
        made.heading(1, "제목"), made.paragraph(made.run("글")), made.heading(2, "둘"), made.paragraph(made.run("셋"))
    )
    assert texts(word.read(only, "파일")) == [("제목", [["글"], ["## 둘\n\n셋"]])]
    assert texts(word.read(made.word(made.paragraph(made.run("글"))), "파일")) == [("파일", [["글"]])]
    assert word.read(made.word(), "파일").lessons == ()


def test_a_slide_becomes_a_screen_with_what_is_in_groups_too_and_says_what_is_missing() -> None:
    document = slides.read(made.presentation(), "파일")
    ((title, screens),) = texts(document)
    assert title == "키오스크 쓰기"
    assert screens[0] == ["## 키오스크 쓰기"]
    first, picture, rest = screens[1]
    assert first == "## 주문하기\n\n- \\*메뉴\\*를 누르세요\n- 확인을 누르세요"
    assert picture == "[빨간 단추]"
    assert "묶음 안의 글" in rest
    assert "| 이름 | 값 |\n| --- | --- |\n| a\\|b | 3 |" in rest
    assert document.left == (Left(LeftOut.NOTES, "주문하기", 1),)


def test_a_hangul_document_keeps_headings_tables_frames_and_pictures() -> None:
    document = hangul.read(
        made.hangul(
            made.hangul_paragraph("첫째 마당", 1),
            made.hangul_paragraph("여는 글", 0, made.HANGUL_PICTURE),
            made.hangul_paragraph("작은 제목", 2),
            made.hangul_paragraph("", 0, made.hangul_table(("이름", "값"), ("가", "1"))),
            made.hangul_paragraph("", 0, made.hangul_table(("테두리 안의 글",))),
            made.hangul_paragraph("둘째 마당", 1),
            made.hangul_paragraph("끝", 0, "<hp:equation/>"),
        ),
        "파일",
    )
    assert texts(document) == [
        (
            "첫째 마당",
            [
                ["여는 글", "[]"],
                ["## 작은 제목\n\n| 이름 | 값 |\n| --- | --- |\n| 가 | 1 |\n\n테두리 안의 글"],
            ],
        ),
        ("둘째 마당", [["끝"]]),
    ]
    assert document.left == (Left(LeftOut.EQUATION, "둘째 마당", 1),)


@pytest.mark.parametrize(
    "parts",
    [
        {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"word/document.xml": f"<!--{' ' * 100_000}--><!DOCTYPE a><a/>"},
        {"word/main.txt": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16")},
        {"word/document.xml": '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>'},
        {"word/document.xml": "0" * 20_000_000},
        {f"{number}.xml": "" for number in range(package.MOST_PARTS + 1)},
    ],
    ids=["entities", "after a long comment", "under another name", "in a rare encoding", "bomb", "many parts"],
)
def test_what_could_fill_memory_is_refused_before_it_is_unpacked(parts: dict[str, str | bytes]) -> None:
    for read in (word.read, slides.read, hangul.read):
        with pytest.raises(Unreadable):
            read(made.packed(parts), "파일")


def test_a_declaration_is_refused_in_what_is_read_here_too() -> None:
    opened = package.opened(made.packed({"a.html": f"<!--{' ' * 9_000}--><!DOCTYPE html [<!ENTITY b 'c'>]><a>&b;</a>"}))
    with pytest.raises(Unreadable, match="declares entities"):
        package.xml(opened, "a.html")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_stands_twice_is_refused(tmp_path: object) -> None:
    file = f"{tmp_path}/twice.zip"
    with zipfile.ZipFile(file, "w") as twice:
        for text in ("a", "b"):
            twice.writestr("Contents/section0.xml", text)
    with open(file, "rb") as stream, pytest.raises(Unreadable, match="twice"):
        hangul.read(stream.read(), "파일")


@pytest.mark.parametrize("read", [word.read, slides.read, hangul.read])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", made.packed({"a.xml": "<a"})], ids=["empty", "cut", "other"])
def test_a_broken_document_is_refused_as_unreadable(read: object, data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data, "파일")  # type: ignore[operator]


@pytest.mark.parametrize("text", ["# 1", "- a", "1. b", "*a*", "[a](b)", "<b>", "a|b", "~~a~~", r"a\b", "+ c"])
def test_text_stays_text(text: str) -> None:
    shown = markdown.html(escaped(text))
    assert html.unescape(shown).removeprefix("<p>").removesuffix("</p>\n") == text


def medium(id: str, content_type: str = "image/png") -> Medium:
    return Medium(id, content_type, f"{id}.png", 1, "")


def long_document(screens: int, markdown: str = "글") -> ReadDocument:
    return ReadDocument((ReadLesson("제목", (Screen((Words(markdown), Picture(b"x", ""))),) * screens),), ())


def test_lessons_have_valid_parts_and_the_same_ids_each_time() -> None:
    document = long_document(3)
    lessons = draft_lessons(document, "c/1", "ko", {0: medium("a"), 2: medium("c")})
    assert lessons == draft_lessons(document, "c/1", "ko", {0: medium("a"), 2: medium("c")})
    assert lessons != draft_lessons(document, "c/2", "ko", {0: medium("a"), 2: medium("c")})
    (lesson,) = lessons
    check_lesson(lesson)
    assert [(type(block.body), block.joined) for block in lesson.blocks] == [
        *((Text, False), (Image, True), (Text, False)),
        *((Text, False), (Image, True)),
    ]
    assert [block.body.media for block in lesson.blocks if isinstance(block.body, Image)] == [
        {"": "media/a"},
        {"": "media/c"},
    ]


def test_what_is_too_long_for_a_text_or_a_lesson_goes_on_in_the_next() -> None:
    paragraphs = "\n\n".join(["가" * 900] * 60)
    media = dict.fromkeys(range(500), medium("a"))
    lessons = draft_lessons(long_document(150, paragraphs[:MOST_CHARACTERS]), "c/1", "ko", media)
    assert [lesson.title["ko"] for lesson in lessons] == ["제목", "제목 (2)"]
    (whole,) = draft_lessons(long_document(1, paragraphs), "c/1", "ko", {})
    for lesson in (*lessons, whole):
        check_lesson(lesson)
    bodies = [block.body for block in whole.blocks]
    assert "\n\n".join(body.markdown["ko"] for body in bodies if isinstance(body, Text)) == paragraphs


def test_pictures_are_counted_in_their_order() -> None:
    assert len(files_of(long_document(4))) == 4
