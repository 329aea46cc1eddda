"""What is shown of a small town's cells, and what moves on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.chassis.errors import Invalid
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.lattice import Lattice
from services.statistics.live.domain.protection import (
    COUNTS,
    Figure,
    ShownCell,
    Tally,
    figures,
    reach,
)
from services.statistics.live.domain.questions import LiveState, Question
from services.statistics.live.domain.steps import Shown, next_state
from tests.unit.statistics.live.small_town import NOW, VILLAGES, WORLD, Enrolment, counted

POLICY = Policy()
FIRST, SECOND, THIRD = VILLAGES


def people(
    count: int, area: str, sex: str = "F", *flags: str, day: int = 200, first: int = 0, course: str = "courses/c1"
) -> list[Enrolment]:
    named = (f"{area}{sex}{flags}{course}{day}-{first + number}" for number in range(count))
    return [Enrolment(name, area, course, day, sex, 70, flags) for name in named]


def state(everybody: list[Enrolment], before: Shown | None = None) -> LiveState:
    cells = counted(everybody)
    shown = next_state(cells, Lattice(WORLD, cells, POLICY.k), before or {}, POLICY)
    return LiveState(NOW, shown, WORLD, "2026-Q2")


def enrolments(now: LiveState, by: str, area: str = "areas/A", **choice: Any) -> dict[str, str]:
    rows = now.rows(Question(area, Universe.RESIDENT, by, **choice))
    return {code: figures(cell, POLICY)[0].value or "Q" for code, cell in rows}


def row(persons: int, started: int, completed: int) -> Tally:
    return Tally(
        persons,
        persons,
        started,
        started,
        persons - started,
        completed,
        completed,
        persons - completed,
        started - completed,
    )


def shown(tally: Tally) -> ShownCell:
    return ShownCell(tally, COUNTS)


def test_what_is_hidden_beside_others_is_hidden_wherever_it_is_asked() -> None:
    now = state([*people(90, FIRST), *people(3, SECOND), *people(70, THIRD)])
    beside = enrolments(now, "REF_AREA")
    assert {code: beside[code] for code in VILLAGES} == {FIRST: "90", SECOND: "Q", THIRD: "Q"}
    assert enrolments(now, "", THIRD)["_T"] == "Q", "163 - 90 - 70 would be 3"


def test_a_category_hidden_in_one_area_is_not_the_rest_of_its_neighbours() -> None:
    places = ((FIRST, 60, 40), (SECOND, 2, 50), (THIRD, 30, 20))
    everybody = [each for area, women, men in places for each in (*people(women, area), *people(men, area, "M"))]
    now = state(everybody)
    assert enrolments(now, "SEX") == {"F": "92", "M": "110", "_O": "Q", "_U": "Q", "_T": "202"}
    hidden = [enrolments(now, "SEX", area) for area in VILLAGES]
    assert [each["_T"] for each in hidden] == ["100", "52", "50"]
    assert [each["F"] for each in hidden] == ["60", "Q", "Q"], "92 - 60 - 30 would be 2"
    assert [each["M"] for each in hidden] == ["40", "Q", "Q"], "and so would 52 - 50"


def test_a_sensitive_group_needs_ten_and_nobody_else_is_listed() -> None:
    now = state([*people(9, FIRST, "F", "disability"), *people(60, FIRST), *people(12, FIRST, "F", "farmer_fisher")])
    groups = enrolments(now, "TARGET_GROUP")
    assert list(groups) == ["OLD", "N_OLD", "DIS", "LOW", "FAR", "NKD", "MIG", "GEN", "_T"]
    assert {code: groups[code] for code in ("DIS", "FAR", "_T")} == {"DIS": "Q", "FAR": "12", "_T": "81"}


def test_a_group_that_all_but_few_belong_to_would_tell_of_the_few() -> None:
    now = state([*people(78, FIRST, "F", "farmer_fisher"), *people(3, FIRST)])
    assert enrolments(now, "TARGET_GROUP")["FAR"] == "Q"


def test_a_group_of_fewer_than_ten_that_all_fall_in_one_category_is_not_told_which() -> None:
    now = state([*people(8, FIRST), *people(40, SECOND, "M")])
    assert enrolments(now, "SEX", FIRST)["F"] == "Q"


def test_a_course_or_quarter_tells_nothing_of_the_others() -> None:
    now = state([*people(40, FIRST, day=200), *people(3, FIRST, day=300), *people(30, FIRST, day=500)])
    quarters = enrolments(now, "TIME_PERIOD")
    assert (quarters["_T"], quarters["2025-Q4"]) == ("73", "Q")
    year = enrolments(now, "", period="2025")["_T"]
    assert "Q" in (year, quarters["2025-Q3"]), "43 - 40 would be 3"
    assert "Q" in (year, enrolments(now, "", period="2026")["_T"], "73") or quarters["2025-Q3"] == "Q"


def test_a_zero_is_not_told_apart_from_few_and_neither_is_its_rate() -> None:
    nobody = figures(ShownCell(), POLICY)
    assert {figure.status for figure in nobody} == {"Q"}
    now = state(people(40, FIRST))
    (_, cell), *_ = [each for each in now.rows(Question(FIRST, Universe.RESIDENT, "")) if each[0] == "_T"]
    assert [figure.value for figure in figures(cell, POLICY)] == ["40", "40", None, None, None], "nobody completed"


def test_figures_move_on_only_for_many_and_what_was_shown_stays_shown() -> None:
    first = people(40, FIRST)
    day = state(first)
    assert enrolments(day, "SEX", FIRST)["F"] == "40"
    for more in (1, 9):
        assert state([*first, *people(more, FIRST, first=100)], day.shown).shown == day.shown
    mixed = state([*first, *people(9, FIRST, first=100), *people(3, FIRST, "M")], day.shown)
    assert enrolments(mixed, "SEX", FIRST) == {"F": "40", "M": "Q", "_O": "Q", "_U": "Q", "_T": "52"}
    later = state([*first, *people(19, FIRST, first=100), *people(13, FIRST, "M")], mixed.shown)
    assert enrolments(later, "SEX", FIRST) == {"F": "59", "M": "13", "_O": "Q", "_U": "Q", "_T": "72"}


def test_a_rate_needs_ten_persons_and_says_when_it_stands_on_fewer_than_thirty() -> None:
    rates = [figures(shown(one), POLICY)[-1] for one in (row(9, 0, 0), row(12, 12, 6), row(60, 50, 30))]
    assert [(rate.value, rate.status) for rate in rates] == [(None, "Q"), ("50.0", "U"), ("50.0", "A")]
    assert figures(ShownCell(row(60, 50, 30), COUNTS - {"CMP"}), POLICY)[-1] == Figure("CPR", None, "Q")


def test_reach_is_per_thousand_residents_hidden_with_its_persons_and_missing_without_residents() -> None:
    asked = [(37, COUNTS, 5214), (37, frozenset[str](), 5214), (37, COUNTS, None), (37, COUNTS, 0), (37, COUNTS, 30)]
    said = [reach(ShownCell(row(persons, 0, 0), told), residents, POLICY) for persons, told, residents in asked]
    assert [(one.value, one.status) for one in said] == [
        ("7.1", "A"),
        (None, "Q"),
        (None, "L"),
        (None, "L"),
        (None, "L"),
    ]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"period": "2026-05"}, "PERIOD_INVALID"),
        ({"period": "2026-Q5"}, "PERIOD_INVALID"),
        ({"period": "2026-Q1", "course": "courses/c1"}, "PERIOD_AND_COURSE"),
        ({"course": "courses/c1", "by": "COURSE"}, "COURSE_BY_COURSE"),
    ],
)
def test_what_lies_outside_the_lattice_is_refused(asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        replace(Question("areas/A", Universe.RESIDENT, "SEX"), **asked).check()
