from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.chassis.errors import Forbidden, Problem, Refused
from services.courses.domain import course as editing
from services.courses.domain import review
from services.courses.domain.completeness import problems_of
from services.courses.domain.content import Block, Choice, Content, Item, Matching, Option, Ordering, Quiz, Task
from services.courses.domain.course import Course, Outcome, Published, ReviewState
from services.courses.domain.views import publishable, unanswered
from services.courses.messages.announcements import announcement
from tests.unit.courses.builders import KNOWN, NOW, TASKS, content, course, lesson, options, quiz


def submit(value: Course) -> Outcome:
    return review.submit(value, problems_of(value.draft, KNOWN), NOW)


def tasks_of(whole: Content) -> list[Task]:
    bodies = [block.body for lesson in whole.lessons for block in lesson.blocks]
    return [item.task for body in bodies if isinstance(body, Quiz) for item in body.items]


def published() -> Course:
    return review.approve(submit(course())[0], "people/reviewer", NOW)[0]


def test_approving_publishes_what_was_submitted_and_lists_it() -> None:
    value, (fact,) = review.approve(submit(course())[0], "people/reviewer", NOW)
    assert isinstance(fact, Published)
    assert (fact.version.number, value.published_version, value.review_state) == (1, 1, ReviewState.UP_TO_DATE)
    assert value.listing is not None
    assert (value.listing.areas, value.listing.minutes, value.listing.lesson_count) == (("1", "2"), 10, 1)


def test_a_course_too_large_to_announce_is_refused_at_submission() -> None:
    wide = Choice(tuple(Option(f"option-{'x' * 20}-{n}", {"ko": "가", "en": "a"}) for n in range(100)), ("a",))
    heavy = tuple(
        lesson(f"l{n}", Block("q", Quiz(items=tuple(Item(f"i{m}", wide) for m in range(100))))) for n in range(2)
    )
    with pytest.raises(Refused, match="COURSE_TOO_LARGE"):
        review.submit(course(*heavy), (), NOW)


def test_the_largest_announcement_fits_the_broker() -> None:
    wide = Choice(options(*(f"option-{n}" for n in range(90))), ("option-1",))
    heavy = tuple(lesson(f"l{n}", Block("q", quiz(*[wide] * 14))) for n in range(12))
    _, (fact,) = review.approve(submit(course(*heavy))[0], "people/reviewer", NOW)
    assert len(announcement(fact, "c1", 1).SerializeToString()) < 1_000_000


def test_a_refusal_tells_the_first_problems_as_data() -> None:
    with pytest.raises(Refused) as caught:
        submit(replace(course(), draft=Content()))
    told = json.loads(caught.value.details["problems"])
    assert {"reason": "LANGUAGES_MISSING"} in told
    assert len(caught.value.details["problems"]) < 6_000


def test_a_retired_course_is_neither_submitted_nor_approved() -> None:
    waiting = submit(editing.add_lesson(published(), lesson("second"), NOW)[0])[0]
    retired = review.retire(waiting, NOW)[0]
    with pytest.raises(Refused, match="COURSE_RETIRED"):
        review.approve(retired, "people/reviewer", NOW)
    with pytest.raises(Refused, match="COURSE_RETIRED"):
        submit(review.recall(retired)[0])


def test_a_former_author_does_not_review() -> None:
    value = editing.add_teacher(submit(course())[0], "people/reviewer", NOW)[0]
    value = editing.remove_teacher(value, "people/reviewer", NOW)[0]
    with pytest.raises(Forbidden, match="OWN_COURSE"):
        review.approve(value, "people/reviewer", NOW)
    with pytest.raises(Forbidden, match="OWN_COURSE"):
        review.send_back(value, "people/reviewer", "note", NOW)


def test_ids_in_a_version_say_nothing_and_stay_the_same() -> None:
    first = publishable(content(), "c1")
    again = publishable(replace(content(), title={}), "c1")
    assert first.lessons == again.lessons
    assert publishable(content(), "c2").lessons != first.lessons
    matching, ordering = tasks_of(first)[5:]
    assert isinstance(matching, Matching)
    assert isinstance(ordering, Ordering)
    assert not {step.id for step in ordering.steps} & {"s1", "s2", "s3"}
    assert [option.id for option in matching.right] == [matching.correct["b"], matching.correct["a"]]


def test_an_answer_that_names_a_deleted_option_is_not_published() -> None:
    tasks = (
        Choice(options("a", "b"), ("a", "gone"), multiple=True),
        Matching(options("a", "b"), options("x", "y"), {"a": "x", "b": "y", "gone": "y"}),
    )
    whole = content(lesson("first", Block("q", quiz(*tasks))))
    assert problems_of(whole, KNOWN) == ()
    choice, matching = tasks_of(publishable(whole, "c1"))
    assert isinstance(choice, Choice)
    assert isinstance(matching, Matching)
    assert choice.correct == ("a",)
    assert set(matching.correct) == {"a", "b"}


def test_the_order_of_steps_a_learner_sees_does_not_follow_from_the_right_one() -> None:
    seen = set()
    for name in range(60):
        shown = unanswered(content(lesson("first", Block("q", quiz(TASKS[6])))), f"c{name}/1")
        (task,) = tasks_of(shown)
        assert isinstance(task, Ordering)
        seen.add(tuple(step.id for step in task.steps))
    assert len(seen) == 6


class Life(RuleBasedStateMachine):
    """Whatever people do in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.course = course()
        self.versions: list[Published] = []

    def attempt(self, verb: Callable[[Course], Outcome]) -> None:
        try:
            value, facts = verb(self.course)
        except Problem:
            return
        again: Any = None
        try:
            again = verb(value)
        except Problem:
            again = (value, [])
        assert again == (value, [])
        self.course = value
        self.versions += [fact for fact in facts if isinstance(fact, Published)]

    @rule(minutes=st.integers(1, 3), etag=st.sampled_from(["", "stale"]))
    def edit(self, minutes: int, etag: str) -> None:
        changed = replace(lesson(), minutes=minutes)
        self.attempt(lambda value: editing.update_lesson(value, changed, etag, NOW))

    @rule(number=st.integers(1, 3))
    def add(self, number: int) -> None:
        self.attempt(lambda value: editing.add_lesson(value, lesson(f"l{number}"), NOW))

    @rule(number=st.integers(1, 3), position=st.integers(-1, 5))
    def move(self, number: int, position: int) -> None:
        self.attempt(lambda value: editing.move_lesson(value, f"l{number}", position, NOW))

    @rule(name=st.sampled_from(["first", "l1", "l2"]))
    def delete(self, name: str) -> None:
        self.attempt(lambda value: editing.delete_lesson(value, name, "", NOW))

    @rule()
    def submit(self) -> None:
        self.attempt(submit)

    @rule()
    def recall(self) -> None:
        self.attempt(review.recall)

    @rule(reviewer=st.sampled_from(["people/reviewer", "people/teacher"]))
    def approve(self, reviewer: str) -> None:
        self.attempt(lambda value: review.approve(value, reviewer, NOW))

    @rule()
    def send_back(self) -> None:
        self.attempt(lambda value: review.send_back(value, "people/reviewer", "note", NOW))

    @rule()
    def retire(self) -> None:
        self.attempt(lambda value: review.retire(value, NOW))

    @rule()
    def reinstate(self) -> None:
        self.attempt(lambda value: review.reinstate(value, NOW))

    @rule(person=st.sampled_from(["people/teacher", "people/other"]))
    def add_teacher(self, person: str) -> None:
        self.attempt(lambda value: editing.add_teacher(value, person, NOW))

    @rule(person=st.sampled_from(["people/teacher", "people/other"]))
    def remove_teacher(self, person: str) -> None:
        self.attempt(lambda value: editing.remove_teacher(value, person, NOW))

    @invariant()
    def versions_are_counted_without_gaps(self) -> None:
        assert [fact.version.number for fact in self.versions] == list(range(1, self.course.published_version + 1))

    @invariant()
    def only_what_is_whole_is_published(self) -> None:
        assert all(problems_of(fact.version.content, KNOWN) == () for fact in self.versions[-1:])

    @invariant()
    def what_is_up_to_date_is_what_is_published(self) -> None:
        if self.course.review_state is ReviewState.UP_TO_DATE:
            assert publishable(self.course.draft, "c1") == self.versions[-1].version.content

    @invariant()
    def somebody_teaches_it(self) -> None:
        assert self.course.teachers
        assert set(self.course.teachers) <= set(self.course.authors)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
