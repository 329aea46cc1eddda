from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from multidict import MultiDict

from gateway.html.render import locales
from gateway.web.author import compare, copies, editor_buttons, undo
from gateway.web.author.form_fields import fill_outline
from gateway.web.author.labels import gaps_of, state_of
from gateway.web.author.lesson_fields import fill_lesson
from gateway.web.course import question_kinds
from ieum.courses.v1 import courses_pb2
from ieum.courses.v1.content_pb2 import Content, Lesson
from ieum.courses.v1.courses_pb2 import Course
from services.chassis.errors import Invalid


def ids(prefix: str = "n") -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def lesson_with(*kinds: str) -> Lesson:
    lesson = Lesson(id="l1")
    new_id = ids()
    for kind in kinds:
        editor_buttons.act(lesson, f"add:{kind}", new_id)
    return lesson


def fill(lesson: Lesson, language: str = "ko", **fields: str) -> list[Invalid]:
    form = MultiDict({name.replace("__", "."): text for name, text in fields.items()})
    return fill_lesson(lesson, form, language, ["ko", "en"], ids())


def test_one_language_is_filled_and_the_other_stays() -> None:
    lesson = lesson_with("text")
    lesson.blocks[0].text.markdown["en"] = "Hello"
    fill(lesson, n1="1", n1__markdown="안녕\r\n하세요", title="첫 차시", minutes="８")
    assert dict(lesson.blocks[0].text.markdown) == {"en": "Hello", "ko": "안녕\n하세요"}
    assert (lesson.title["ko"], lesson.minutes) == ("첫 차시", 8)


def test_an_emptied_field_is_gone_and_a_field_not_shown_stays() -> None:
    lesson = lesson_with("text", "text")
    for block in lesson.blocks:
        block.text.markdown["ko"] = "글"
    fill(lesson, n1="1", n1__markdown="", minutes="3")
    assert [dict(block.text.markdown) for block in lesson.blocks] == [{}, {"ko": "글"}]


def test_minutes_that_are_no_number_are_refused_with_everything_else_filled() -> None:
    lesson = lesson_with("text")
    (refused,) = fill(lesson, n1="1", n1__markdown="글", minutes="열")
    assert (refused.reason, refused.field) == ("COUNT_UNREADABLE", "minutes")
    assert lesson.blocks[0].text.markdown["ko"] == "글"


def test_a_file_for_every_language_is_divided_and_joined_again() -> None:
    lesson = lesson_with("image")
    media = lesson.blocks[0].image.media
    media["ko"] = "media/a"
    fill(lesson, n1="1", n1__shared="1", minutes="1")
    assert dict(media) == {"": "media/a"}
    fill(lesson, n1="1", minutes="1")
    assert dict(media) == {"ko": "media/a", "en": "media/a"}


@pytest.mark.parametrize("kind", question_kinds.KINDS)
def test_a_question_of_each_kind_is_added_ready_to_be_filled(kind: str) -> None:
    lesson = lesson_with("quiz")
    place = editor_buttons.act(lesson, "item:n1", ids(), kind)
    item = lesson.blocks[0].quiz.items[0]
    assert place == f"n1.{item.id}"
    assert question_kinds.kind_of(item) == kind


def test_how_many_questions_are_drawn_and_whether_answers_are_mixed_is_taken_over() -> None:
    lesson = lesson_with("quiz")
    fields = {"n1": "1", "n1.draw": "3", "n1.shuffle": "1"}
    assert fill_lesson(lesson, MultiDict(fields), "en", ["en"], ids()) == []
    assert (lesson.blocks[0].quiz.draw, lesson.blocks[0].quiz.shuffle) == (3, True)
    (problem,) = fill_lesson(lesson, MultiDict(fields | {"n1.draw": "three"}), "en", ["en"], ids())
    assert (problem.field, lesson.blocks[0].quiz.draw) == ("n1.draw", 3)


def matching() -> Lesson:
    lesson = lesson_with("quiz")
    editor_buttons.act(lesson, "item:n1", ids(), "matching")  # q n1: pairs n2-n3 and n4-n5
    return lesson


def test_a_pair_goes_with_both_its_parts_and_other_pairs_stay() -> None:
    lesson = matching()
    editor_buttons.act(lesson, "remove:n1.n1.n2", ids())
    found = lesson.blocks[0].quiz.items[0].matching
    assert [option.id for option in (*found.left, *found.right)] == ["n4", "n5"]
    assert dict(found.correct) == {"n4": "n5"}


def test_a_partner_shared_by_two_pairs_is_divided_when_they_differ() -> None:
    lesson = matching()
    found = lesson.blocks[0].quiz.items[0].matching
    found.correct["n4"] = "n3"
    texts = {"n1": "1", "n1.n1": "1", "n1.n1.n2.fits": "same", "n1.n1.n4.fits": "other", "minutes": "1"}
    fill_lesson(lesson, MultiDict(texts), "en", ["en"], lambda: "new")
    rights = {option.id: option.text["en"] for option in found.right if option.text}
    assert rights == {"n3": "same", "new": "other"}
    assert dict(found.correct) == {"n2": "n3", "n4": "new"}


def test_blocks_move_by_one_and_stop_at_the_ends() -> None:
    lesson = lesson_with("text", "image", "quiz")
    for pressed in ("up:n3", "up:n3", "up:n3", "down:n2"):
        editor_buttons.act(lesson, pressed, ids())
    assert [block.id for block in lesson.blocks] == ["n3", "n1", "n2"]


@pytest.mark.parametrize("pressed", ["up:nowhere", "remove:n1.n9", "option:n1.n9", "add:nothing", "item:n1"])
def test_a_button_that_no_page_shows_is_refused(pressed: str) -> None:
    with pytest.raises(Invalid, match="REQUEST_MALFORMED"):
        editor_buttons.act(lesson_with("quiz"), pressed, ids())


def test_the_outline_is_filled_with_numbers_of_any_width() -> None:
    content = Content()
    form = MultiDict([("languages", "ko"), ("languages", "en"), ("pass_mark", "６０"), ("max_attempts", "")])
    form.extend({"title": "제목", "audience": "3", "level": "1", "counted": "l1"})
    fill_outline(content, form, "ko")
    assert (content.rule.pass_mark, content.rule.max_attempts, list(content.languages)) == (60, 0, ["ko", "en"])
    assert (content.title["ko"], content.audience, list(content.rule.counted_lessons)) == ("제목", 3, ["l1"])


def test_two_versions_differ_where_they_differ_and_nowhere_else() -> None:
    mine, theirs = lesson_with("text", "text"), lesson_with("text", "text")
    mine.blocks[0].text.markdown["ko"] = "문자를 믿지 마세요"
    theirs.blocks[0].text.markdown["ko"] = "문자를 꼭 믿지 마세요"
    english = locales()["en"]
    (found,) = compare.differences(compare.lesson_parts(english, mine), compare.lesson_parts(english, theirs))
    assert "".join(text for text, _ in found.theirs) == "문자를 꼭 믿지 마세요"
    assert "꼭" in "".join(text for text, own in found.theirs if own)
    assert not any(own for _, own in found.mine)


def test_a_block_that_only_one_version_has_is_shown_as_theirs() -> None:
    mine, theirs = lesson_with("text"), lesson_with("text", "text")
    theirs.blocks[1].text.markdown["ko"] = "새 글"
    english = locales()["en"]
    found = compare.differences(compare.lesson_parts(english, mine), compare.lesson_parts(english, theirs))
    assert ["".join(text for text, _ in each.theirs) for each in found][1:] == ["새 글"]


def test_each_gap_says_where_it_is_and_leads_there() -> None:
    lesson = lesson_with("quiz")
    lesson.title["en"] = "Photos"
    editor_buttons.act(lesson, "item:n1", lambda: "q1", "number")
    course = Course(name="courses/c1", draft=Content(lessons=[lesson], languages=["en"]))
    course.problems.add(reason="PROMPT_MISSING", lesson="l1", block="n1", item="q1", language="en")
    course.problems.add(reason="LEVEL_MISSING")
    first, second = gaps_of(locales()["en"], course)
    assert first.text.startswith("Lesson 1, Photos · 1. Quiz · Question 1: ")
    assert first.text.endswith("(English)")
    assert first.href == "/teach/c1/lessons/l1?lang=en#n1.q1.prompt"
    assert second.href == "/teach/c1#level"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"review_state": courses_pb2.EDITING}, "Draft"),
        ({"review_state": courses_pb2.IN_REVIEW}, "In review"),
        ({"review_state": courses_pb2.SENT_BACK}, "Sent back with a note"),
        ({"review_state": courses_pb2.UP_TO_DATE, "published_version": 2}, "Published, version 2"),
        ({"review_state": courses_pb2.EDITING, "published_version": 2}, "Changes not published yet"),
        ({"review_state": courses_pb2.EDITING, "published_version": 2, "retired": True}, "Retired"),
    ],
)
def test_the_state_of_a_course_is_said_in_words(values: dict[str, int], words: str) -> None:
    assert state_of(locales()["en"], Course(**values)).text == words  # type: ignore[arg-type]


def test_what_a_press_removed_is_put_back_where_it_was() -> None:
    lesson = lesson_with("quiz")
    for kind in ("choice", "matching"):
        editor_buttons.act(lesson, "item:n1", ids(f"{kind}-"), kind)
    before = Lesson()
    before.CopyFrom(lesson)
    choice, matching = (f"n1.{item.id}" for item in lesson.blocks[0].quiz.items)
    first = lesson.blocks[0].quiz.items[0].choice
    first.correct.append(first.options[0].id)
    before.CopyFrom(lesson)
    for place in (
        f"{choice}.{first.options[0].id}",
        f"{matching}.{lesson.blocks[0].quiz.items[1].matching.left[0].id}",
        choice,
        "n1",
    ):
        removal = undo.removal_of(lesson, place)
        assert removal
        editor_buttons.act(lesson, f"remove:{place}", ids())
        if place.count(".") == 2:
            lesson.blocks[0].quiz.items[0].choice.correct[:] = []
        carried: MultiDict[Any] = MultiDict(removed=removal.json)
        undo.restore(lesson, undo.removal_in(carried, place))
        undo.restore(lesson, undo.removal_in(carried, place))
        lesson.blocks[0].quiz.items[0].choice.correct[:] = before.blocks[0].quiz.items[0].choice.correct
        assert lesson == before


def test_a_copy_has_ids_of_its_own_and_an_outline_no_contents() -> None:
    lesson = lesson_with("text", "quiz")
    editor_buttons.act(lesson, "item:n2", ids("q-"), "choice")
    lesson.blocks[0].text.markdown["ko"] = "글"
    item = lesson.blocks[1].quiz.items[0]
    item.prompt["ko"] = "문제"
    item.choice.correct.append(item.choice.options[0].id)
    whole = copies.copied_lesson(lesson, ids("copy-"))
    assert whole.blocks[0].text.markdown["ko"] == "글"
    assert not {block.id for block in whole.blocks} & {block.id for block in lesson.blocks}
    bare = copies.outline_of(lesson, ids("bare-"))
    assert [block.WhichOneof("body") for block in bare.blocks] == ["text", "quiz"]
    assert len(bare.blocks[1].quiz.items[0].choice.options) == 2
    assert not bare.blocks[0].text.markdown
    assert not bare.blocks[1].quiz.items[0].choice.correct


def test_a_part_is_inserted_behind_another() -> None:
    lesson = lesson_with("text", "text")
    editor_buttons.act(lesson, "add:image:n1", lambda: "new")
    assert [block.id for block in lesson.blocks] == ["n1", "new", "n2"]
