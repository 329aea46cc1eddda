from __future__ import annotations

import pytest
from bson.datetime_ms import DatetimeMS
from hypothesis import given
from hypothesis import strategies as st

from ieum.courses.v1 import content_pb2
from ieum.courses.v1.events_pb2 import CoursePublished, LessonPlan, QuizPlan
from ieum.progress.v1 import progress_pb2 as pb
from services.chassis.errors import Missing
from services.progress.domain.certificates import new_number, parse_number
from services.progress.domain.grading import Choice, Matching, Number, Ordering, ShortText, TrueFalse
from services.progress.domain.record import Standing
from services.progress.domain.standing_totals import Totals, totals
from services.progress.messages.grid import columns_of, places_of, row_to_message
from services.progress.messages.plans import plan_from_message
from tests.unit.progress.plans import EVERY_STEP, FRESH, PLAN, do


def test_totals_count_each_learner_in_every_group_they_belong_to() -> None:
    counts = {
        Standing.AWAITED: 9,
        Standing.ENROLLED: 1,
        Standing.STARTED: 2,
        Standing.COMPLETED: 4,
        Standing.WITHDRAWN: 8,
    }
    assert totals(counts) == Totals(enrolled=7, started=6, completed=4, withdrawn=8)
    assert totals({}) == Totals(0, 0, 0, 0)


@given(st.integers(0, 2**80 - 1))
def test_a_certificate_number_is_read_back_however_it_is_typed(random: int) -> None:
    number = new_number(lambda bits: random)
    bare = number.replace("-", "").removeprefix("IEUM")
    for typed in (number, number.lower(), bare, f" {number} ", bare.replace("0", "O").replace("1", "i")):
        assert parse_number(typed) == number


@given(st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
def test_different_randomness_gives_different_numbers(one: int, other: int) -> None:
    assert (one == other) == (new_number(lambda bits: one) == new_number(lambda bits: other))


@pytest.mark.parametrize("text", ["", "IEUM", "IEUM-0000-0000-0000-000", "IEUM-0000-0000-0000-000U", "가" * 16])
def test_what_is_no_certificate_number_is_unknown(text: str) -> None:
    with pytest.raises(Missing, match="CERTIFICATE_UNKNOWN"):
        parse_number(text)


def test_a_grid_row_shows_the_states_and_scores_of_the_record() -> None:
    record = do(FRESH, *EVERY_STEP[:4], *EVERY_STEP[5:]).record
    columns = columns_of([PLAN])
    document = {
        "_id": "kim-1",
        "person": record.person,
        "version": 1,
        "summary": {"version": 1, "percent": record.summary.percent, "cells": record.summary.cells},
        "enrol_time": DatetimeMS(1_000),
        "completion": {"time": None},
        "last_activity_time": DatetimeMS(2_000),
        "withdraw_time": None,
    }
    row = row_to_message(document, places_of([PLAN], columns), len(columns))
    assert [column.lesson for column in columns] == ["look", "try", "more"]
    assert list(row.cells) == [pb.DONE, pb.DONE, pb.NOT_STARTED, 0, 101, 0]
    assert (row.enrol_ms, row.complete_ms, row.last_activity_ms) == (1_000, 0, 2_000)


def test_a_published_plan_is_read_with_every_kind_of_item() -> None:
    c = content_pb2
    items = [
        c.Item(id="1", points=3, choice=c.Choice(options=[c.Option(id="a"), c.Option(id="b")], correct=["a"])),
        c.Item(id="2", choice=c.Choice(options=[c.Option(id="a")], correct=["a"], multiple=True)),
        c.Item(id="3", true_false=c.TrueFalse(correct=True)),
        c.Item(id="4", short_text=c.ShortText(accepted=["x"])),
        c.Item(id="5", number=c.Number(value="1.50")),
        c.Item(id="6", matching=c.Matching(correct={"l": "r"})),
        c.Item(id="7", ordering=c.Ordering(steps=[c.Option(id="s1"), c.Option(id="s2")])),
    ]
    lesson = LessonPlan(id="l", screens=["q.1"], quizzes=[QuizPlan(id="q", items=items), QuizPlan(id="empty")])
    event = CoursePublished(course="courses/x", version=3, lessons=[lesson], rule=c.Rule(counted_lessons=["l"]))
    plan = plan_from_message(event)
    [quiz] = plan.lesson("l").quizzes
    assert plan.lesson("l").counted
    assert [item.points for item in quiz.items] == [3, 1, 1, 1, 1, 1, 1]
    kinds = [Choice, Choice, TrueFalse, ShortText, Number, Matching, Ordering]
    assert [type(item.solution) for item in quiz.items] == kinds
