from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from ieum.courses.v1 import content_pb2
from services.chassis.errors import Invalid
from services.courses.domain.content import (
    Block,
    Content,
    Image,
    Item,
    Lesson,
    Quiz,
    Rule,
    Text,
    TrueFalse,
    Video,
    canonical,
    etag_of,
    media_of,
    screens_of,
)
from services.courses.domain.draft_limits import check_content, check_lesson
from services.courses.messages.content import content_from_message, content_to_message, lesson_from_message
from tests.unit.courses.builders import BOTH, content, lesson, quiz


def test_joined_blocks_share_a_screen_and_quiz_items_have_their_own() -> None:
    shown = screens_of(
        lesson(
            "x",
            Block("a", Text(BOTH), joined=True),
            Block("b", Text(BOTH), joined=True),
            Block("c", Text(BOTH)),
            Block("q", quiz(TrueFalse(), TrueFalse())),
            Block("d", Text(BOTH), joined=True),
            Block("e", Text(BOTH), joined=True),
        )
    )
    assert [(screen.key, screen.blocks, screen.item) for screen in shown] == [
        ("a", ("a", "b"), ""),
        ("c", ("c",), ""),
        ("q.i0", ("q",), "i0"),
        ("q.i1", ("q",), "i1"),
        ("d", ("d", "e"), ""),
    ]


def test_content_survives_the_wire_unchanged() -> None:
    assert content_from_message(content_to_message(content())) == content()
    assert content_from_message(content_pb2.Content()) == Content()


def test_every_field_of_the_contract_has_a_twin_in_the_domain() -> None:
    shown_only = {"Content": {"minutes"}, "Lesson": {"etag", "screens"}}
    twins = {kind.__name__: kind for kind in (Content, Lesson, Rule, Text, Image, Video, Quiz, TrueFalse)}
    for name, kind in twins.items():
        contract = {field.name for field in content_pb2.DESCRIPTOR.message_types_by_name[name].fields}
        assert contract - shown_only.get(name, set()) == {field.name for field in fields(kind)} - {"kind"}


def test_text_arrives_composed_and_without_empty_entries() -> None:
    decomposed = content_pb2.Content(title={"ko": "\u1112\u1161\u11ab\u1107\u1175\u11be", "en": ""})
    assert content_from_message(decomposed).title == {"ko": "한빛"}


def test_an_item_without_points_counts_one() -> None:
    message = content_pb2.Item(id="i", true_false=content_pb2.TrueFalse())
    block = content_pb2.Block(id="b", quiz=content_pb2.Quiz(items=[message]))
    body = lesson_from_message(content_pb2.Lesson(id="x", blocks=[block])).blocks[0].body
    assert isinstance(body, Quiz)
    assert body.items[0].points == 1


def test_the_etag_does_not_depend_on_the_order_of_languages() -> None:
    one = Lesson("x", {"ko": "가", "en": "a"})
    other = Lesson("x", {"en": "a", "ko": "가"})
    assert etag_of(one) == etag_of(other) != etag_of(replace(one, minutes=1))


def test_a_question_without_a_picture_keeps_the_etag_of_earlier_versions() -> None:
    item = Item("i", TrueFalse(False))
    assert b"picture" not in canonical(lesson("x", Block("b", Quiz(items=(item,)))))


def test_the_picture_of_a_question_survives_the_wire_and_is_among_the_media() -> None:
    item = Item("i", TrueFalse(), picture=Image({"": "media/where"}, {"ko": "화면"}))
    whole = content(lesson("x", Block("b", Quiz(items=(item,)))))
    assert content_from_message(content_to_message(whole)) == whole
    assert "media/where" in media_of(whole)


def test_all_media_of_a_course_are_known() -> None:
    assert media_of(content()) == {"media/picture", "media/film", "media/words", "media/card"}
    assert media_of(Content()) == frozenset()


def test_whole_and_empty_content_is_well_formed() -> None:
    check_content(content())
    check_content(Content())
    check_lesson(Lesson("x"))


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        (lambda whole: replace(whole, competences=("9.9",)), "COMPETENCE_UNKNOWN", "competences"),
        (lambda whole: replace(whole, languages=("한",)), "LANGUAGE_MALFORMED", "languages"),
        (lambda whole: replace(whole, title={"": "x"}), "LANGUAGE_MALFORMED", "title"),
        (lambda whole: replace(whole, title={"a.b": "x"}), "LANGUAGE_MALFORMED", "title"),
        (lambda whole: replace(whole, cover="../secret"), "MEDIA_NAME_MALFORMED", "cover"),
        (lambda whole: replace(whole, rule=Rule((), 101)), "NUMBER_OUT_OF_RANGE", "rule.pass_mark"),
        (lambda whole: replace(whole, lessons=(lesson(), lesson())), "ID_TWICE", "lessons"),
        (lambda whole: replace(whole, lessons=tuple(Lesson(f"l{n}") for n in range(201))), "TOO_MANY", "lessons"),
        (
            lambda whole: replace(
                whole,
                lessons=tuple(
                    Lesson(f"l{n}", blocks=tuple(Block(f"b{m}", Text({"ko": "x" * 19_000})) for m in range(150)))
                    for n in range(3)
                ),
            ),
            "COURSE_TOO_LARGE",
            "content",
        ),
    ],
)
def test_malformed_content_is_refused(change: Callable[[Content], Content], reason: str, field: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        check_content(change(content()))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (Block("A", Text()), "lesson.blocks[0].id"),
        (Block("b", Image({"": "picture"})), "lesson.blocks[0].body.media"),
        (Block("b", Video(captions={"ko": "words"})), "lesson.blocks[0].body.captions"),
        (Block("b", Quiz(items=quiz(TrueFalse()).items * 2)), "lesson.blocks[0].body.items"),
    ],
)
def test_a_malformed_block_is_refused_where_it_is(block: Block, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_lesson(Lesson("x", blocks=(block,)))
    assert caught.value.field == field
