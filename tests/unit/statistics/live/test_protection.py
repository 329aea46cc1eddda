from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.statistics.disclosure.policy import Policy
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.protection import Figure, Hidden, Key, Line, Tally, figures, protect, reach
from services.statistics.live.domain.questions import Question, sums

POLICY = Policy()
COUNTS = ("ENR", "EPR", "STR", "CMP")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """One enrolment a person, so that persons and enrolments are the same numbers."""
    persons = draw(st.integers(0, 40))
    started = draw(st.integers(0, persons))
    completed = draw(st.integers(0, started))
    return row(persons, started, completed)


def row(persons: int, started: int, completed: int, code: str = "x") -> Tally:
    return Tally(
        code,
        enrolments=persons,
        persons=persons,
        started=started,
        persons_started=started,
        persons_not_started=persons - started,
        completed=completed,
        persons_completed=completed,
        persons_not_completed=persons - completed,
        persons_under_way=started - completed,
    )


def summed(rows: list[Tally]) -> Tally:
    return row(sum(r.persons for r in rows), sum(r.started for r in rows), sum(r.completed for r in rows), "_T")


def values(figures: list[Figure]) -> dict[str, int | None]:
    return {f.measure: None if f.value is None else int(f.value) for f in figures if f.measure in COUNTS}


def table(rows: list[Tally]) -> tuple[dict[Key, Tally], Line]:
    """Rows that add up, and their total."""
    cells = {("A", str(place)): one for place, one in enumerate(rows)}
    return {**cells, ("A", "_T"): summed(rows)}, Line(("A", "_T"), tuple(cells), POLICY.k)


def shown(cells: dict[Key, Tally], *lines: Line, already: Hidden | None = None) -> dict[Key, dict[str, int | None]]:
    hidden = protect(cells, lines, POLICY, already or {})
    return {key: values(figures(cell, hidden[key], POLICY)) for key, cell in cells.items()}


@given(st.lists(tallies(), min_size=1, max_size=8))
def test_no_shown_count_or_complement_stands_for_one_to_four_persons(rows: list[Tally]) -> None:
    cells, line = table(rows)
    for counts in shown(cells, line).values():
        for count in counts.values():
            assert count is None or count == 0 or count >= 5
        for whole, part in (("ENR", "STR"), ("ENR", "CMP"), ("STR", "CMP")):
            outer, inner = counts[whole], counts[part]
            assert outer is None or inner is None or not 1 <= outer - inner < 5


@st.composite
def crossed(draw: st.DrawFn) -> tuple[dict[Key, Tally], list[Line]]:
    """Areas by categories, with all their totals."""
    areas, codes = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    inner = {(f"A{n}", str(code)): draw(tallies()) for n in range(areas) for code in range(codes)}
    cells = dict(inner)
    for code in range(codes):
        cells["A", str(code)] = summed([inner[f"A{n}", str(code)] for n in range(areas)])
    for place in ("A", *(f"A{n}" for n in range(areas))):
        cells[place, "_T"] = summed([cells[place, str(code)] for code in range(codes)])
    places = [f"A{n}" for n in range(areas)]
    return cells, sums("A", places, "COURSE", [str(code) for code in range(codes)], POLICY)


@given(crossed())
def test_what_is_hidden_in_any_sum_is_more_than_one_number_and_five_persons_or_more(
    given: tuple[dict[Key, Tally], list[Line]],
) -> None:
    cells, lines = given
    hidden = protect(cells, lines, POLICY, {})
    assert {line.total for line in lines} >= {("A", "_T"), ("A", "0"), ("A0", "_T")}
    for line in lines:
        for measure in ("ENR", "STR", "CMP"):
            gone = [key for key in (*line.parts, line.total) if measure in hidden[key]]
            inside = [key for key in gone if key != line.total]
            assert not gone or len(gone) >= 2
            assert not gone or line.total in gone or sum(cells[key].persons_of(measure) for key in inside) >= 5


@given(st.lists(tallies(), min_size=2, max_size=6), st.sampled_from(["ENR", "STR", "CMP"]))
def test_a_total_that_another_table_hides_is_no_sum_of_what_this_one_shows(rows: list[Tally], measure: str) -> None:
    cells, line = table(rows)
    counts = shown(cells, line, already={("A", "_T"): {measure}})
    assert counts["A", "_T"][measure] is None
    assert any(counts[part][measure] is None for part in line.parts)


def test_a_group_of_fewer_than_ten_that_all_fall_in_one_category_is_not_told_which() -> None:
    cells, line = table([row(8, 0, 0), row(0, 0, 0)])
    assert {key: counts["ENR"] for key, counts in shown(cells, line).items()} == {
        ("A", "0"): None,
        ("A", "1"): None,
        ("A", "_T"): 8,
    }


def test_a_sensitive_flag_needs_ten_persons_and_hides_its_complement() -> None:
    codes = {"DIS": 9, "N_DIS": 60, "FAR": 9, "N_FAR": 60, "_U": 0}
    cells = {("A", code): row(count, 0, 0) for code, count in codes.items()} | {("A", "_T"): row(69, 0, 0)}
    lines = [line for line in sums("A", [], "TARGET_GROUP", codes, POLICY) if line.parts[0][1] in ("DIS", "FAR")]
    counts = {code: figures["ENR"] for (_, code), figures in shown(cells, *lines).items()}
    assert counts == {"DIS": None, "N_DIS": None, "FAR": 9, "N_FAR": 60, "_U": 0, "_T": 69}


def test_a_rate_needs_ten_persons_and_says_when_it_stands_on_fewer_than_thirty() -> None:
    rates = [figures(one, set(), POLICY)[-1] for one in (row(9, 0, 0), row(12, 12, 6), row(60, 50, 30), row(0, 0, 0))]
    assert [(rate.value, rate.status) for rate in rates] == [(None, "Q"), ("50.0", "U"), ("50.0", "A"), (None, "M")]


def test_a_small_group_that_all_did_the_same_is_not_told() -> None:
    counts = shown({("A", "_T"): row(8, 8, 8)})
    assert counts["A", "_T"] == {"ENR": 8, "EPR": 8, "STR": None, "CMP": None}


def test_reach_is_per_thousand_residents_hidden_with_its_persons_and_missing_without_residents() -> None:
    asked = [
        (37, set(), 5214),
        (37, {"EPR"}, 5214),
        (37, set(), None),
        (37, set(), 0),
        (37, set(), 30),
        (0, set(), 900),
    ]
    told = [reach(row(persons, 0, 0), hidden, residents, POLICY) for persons, hidden, residents in asked]
    assert [(one.value, one.status) for one in told] == [
        ("7.1", "A"),
        (None, "Q"),
        (None, "L"),
        (None, "L"),
        (None, "L"),
        ("0.0", "A"),
    ]


@pytest.mark.parametrize(
    ("asked", "custom"),
    [({}, False), ({"course": "courses/c"}, True), ({"first": "2026-Q1"}, True), ({"last": "2026-Q1"}, True)],
)
def test_whoever_chooses_course_or_quarters_needs_ten_persons(asked: dict[str, Any], custom: bool) -> None:
    question = Question("areas/A", Universe.RESIDENT, "SEX", **asked)
    assert (question.is_custom(NOW), question.policy(NOW).k) == (custom, 10 if custom else 5)


def test_a_past_day_is_a_choice_and_the_moment_of_the_page_is_none() -> None:
    question = Question("areas/A", Universe.RESIDENT, "SEX")
    assert not replace(question, as_of=NOW - timedelta(minutes=5)).is_custom(NOW)
    assert replace(question, as_of=NOW - timedelta(days=2)).is_custom(NOW)
