"""Every kind of quiz item that the protocol knows is known everywhere. A new kind fails here until it has its place."""

from __future__ import annotations

from itertools import count
from typing import Any, get_args

import pytest
from multidict import MultiDict

from gateway.api import content as api
from gateway.html.render import environment, locales
from gateway.web.author import compare, editor_buttons, form_fields, labels, lesson_fields
from gateway.web.course import question_form, question_kinds
from gateway.web.course.screen import Reader
from ieum.courses.v1.content_pb2 import Content as ContentMessage
from ieum.courses.v1.content_pb2 import Item, Lesson
from ieum.courses.v1.events_pb2 import CoursePublished
from ieum.progress.v1.progress_pb2 import Answer
from services.chassis.errors import Invalid
from services.courses.domain import views
from services.courses.domain.completeness import problems_of
from services.courses.domain.content import Task
from services.courses.domain.course import Published
from services.courses.domain.listing import Version
from services.courses.messages.announcements import announcement
from services.courses.messages.content import content_from_message, content_to_message
from services.progress.domain.grading import Solution, is_right, right_answer
from services.progress.messages.plans import plan_from_message, solution_from_message
from services.progress.messages.steps import answer_from_message
from tests.unit.courses.builders import NOW

KINDS = [field.name for field in Item.DESCRIPTOR.oneofs_by_name["kind"].fields]


def lesson_with(kind: str) -> Lesson:
    """A lesson with a complete item of the kind, made by the editor's own buttons."""
    numbers = count(1)
    lesson = Lesson(id="l1")
    block = editor_buttons.act(lesson, "add:quiz", lambda: f"n{next(numbers)}")
    editor_buttons.act(lesson, f"item:{block}", lambda: f"n{next(numbers)}", kind)
    item = lesson.blocks[0].quiz.items[0]
    match kind:
        case "choice":
            item.choice.correct.append(item.choice.options[0].id)
        case "true_false":
            item.true_false.correct = False
        case "short_text":
            item.short_text.accepted.append("bank")
        case "number":
            item.number.value = "3"
        case "gaps":
            item.gaps.text["en"] = "I pay at the [[1]]."
            item.gaps.gaps.add(id="1").accepted.append("bank")
        case "hotspot" | "placement":
            place = f"{block}.{item.id}"
            for spot in ("100 100", "500 900"):
                editor_buttons.act(lesson, f"spot:{place}", lambda: f"n{next(numbers)}", spot)
            if kind == "hotspot":
                item.choice.correct.append(item.choice.options[0].id)
    return lesson


def test_each_kind_of_the_protocol_has_one_value_in_courses_and_one_in_progress() -> None:
    assert [kind.kind for kind in get_args(Task)] == KINDS
    assert len(get_args(Solution)) == len(KINDS)


def test_each_kind_is_offered_to_authors_and_named() -> None:
    assert set(question_kinds.KINDS) == {*KINDS, "multiple", "hotspot", "placement"}
    assert set(labels.ITEMS) == set(question_form.HINTS) == set(question_kinds.KINDS)
    assert set(KINDS) <= set(api.Item.model_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_courses_keep_hide_and_check_each_kind(kind: str) -> None:
    message = ContentMessage(lessons=[lesson_with(kind)])
    content = content_from_message(message)
    for seen in (content, views.publishable(content, "c"), views.unanswered(content, "v"), views.answers_only(content)):
        assert content_to_message(seen).lessons[0].blocks[0].quiz.items[0].WhichOneof("kind") == kind
    reasons = {problem.reason for problem in problems_of(content, {}) if problem.item}
    assert not reasons & {"NO_RIGHT_ANSWER", "OPTIONS_TOO_FEW", "NUMBER_MALFORMED"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_of_each_kind_is_graded_right_and_none_is_refused(kind: str) -> None:
    solution = solution_from_message(lesson_with(kind).blocks[0].quiz.items[0])
    assert isinstance(solution, get_args(Solution))
    assert is_right(solution, right_answer(solution))
    with pytest.raises(Invalid):
        is_right(solution, answer_from_message(Answer()))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_asked_read_back_and_compared(kind: str) -> None:
    item = lesson_with(kind).blocks[0].quiz.items[0]
    reader = Reader(locales()["en"], ["en"])
    question = question_form.question_of(reader, item, MultiDict())
    assert question.hint
    solution = solution_from_message(item)
    shown = right_answer(solution)
    words = question_form.in_words(reader, item, Answer(values=shown.values, pairs=dict(shown.pairs)))
    assert words or kind in ("choice", "matching", "ordering")


@pytest.mark.parametrize("kind", question_kinds.KINDS)
def test_each_kind_has_its_fields_for_learners_and_for_authors(kind: str) -> None:
    lesson = lesson_with(kind)
    block = lesson.blocks[0]
    item = block.quiz.items[0]
    assert question_kinds.kind_of(item) == kind
    question = question_form.question_of(Reader(locales()["en"], ["en"]), item, MultiDict())
    templates = environment(locales()["en"])
    learners: Any = templates.get_template("learner/macros.html").module
    assert 'name="' in learners.question_fields(question, {})
    authors: Any = templates.get_template("author/blocks.html").module
    place = f"{block.id}.{item.id}"
    assert f'name="{place}.' in authors.answers(place, item, kind, "en", "", {}, "Question 1")


@pytest.mark.parametrize("kind", question_kinds.KINDS)
def test_an_edited_answer_of_each_kind_is_taken_over_and_compared(kind: str) -> None:
    lesson = lesson_with(kind)
    block = lesson.blocks[0]
    item = block.quiz.items[0]
    place = f"{block.id}.{item.id}"
    before = list(compare.key_lines(item, "en"))
    options = [*item.choice.options, *item.ordering.steps, *item.matching.left]
    texts = {f"{place}.{option.id}": f"Text {option.id}" for option in options}
    typed = {
        "true_false": {"correct": "true"},
        "short_text": {"accepted": "bus"},
        "number": {"value": "7"},
        "gaps": {"text": "I pay at the [[1]] in [[cash|coins]]."},
    }.get(kind, {})
    fields = {block.id: "", place: "", f"{place}.points": "1", **texts} | {
        f"{place}.{name}": value for name, value in typed.items()
    }
    form: MultiDict[str | form_fields.UploadedFile] = MultiDict(fields)
    lesson_fields.fill_lesson(lesson, form, "en", ["en"], lambda: "new")
    assert list(compare.key_lines(item, "en")) != before


def test_options_that_read_the_same_are_graded_as_one() -> None:
    lesson = Lesson(id="l1")
    matching = lesson.blocks.add(id="b").quiz.items.add(id="m").matching
    rights = {"a": ("r1", "수상해요"), "b": ("r2", "괜찮아요"), "c": ("r3", "수상해요 ")}
    for left, (right, text) in rights.items():
        matching.left.add(id=left, text={"ko": f"문자 {left}"})
        matching.right.add(id=right, text={"ko": text})
        matching.correct[left] = right
    content = views.publishable(content_from_message(ContentMessage(languages=["ko"], lessons=[lesson])), "c1")
    item = content_to_message(content).lessons[0].blocks[0].quiz.items[0]
    offered = question_form.question_of(Reader(locales()["ko"], ["ko"]), item, MultiDict()).options
    assert sorted(text.strip() for _, text in offered) == ["괜찮아요", "수상해요"]

    event = announcement(Published(Version("c1", 1, content, NOW), ("people/teacher",)), "c1", 1)
    assert isinstance(event, CoursePublished)
    solution = plan_from_message(event).lessons[0].quizzes[0].item("m").solution
    chosen = {text.strip(): option for option, text in offered}
    answer = Answer(pairs={left: chosen[text.strip()] for left, (_, text) in rights.items()})
    assert is_right(solution, answer_from_message(answer))
    assert is_right(solution_from_message(item), answer_from_message(answer))


def test_an_item_of_no_kind_is_refused_by_courses_and_by_grading() -> None:
    empty = Lesson(id="l1")
    empty.blocks.add(id="b").quiz.items.add(id="i")
    with pytest.raises(Invalid, match="ITEM_KIND_UNKNOWN"):
        content_from_message(ContentMessage(lessons=[empty]))
    with pytest.raises(Invalid, match="ITEM_KIND_UNKNOWN"):
        solution_from_message(Item(id="i"))
