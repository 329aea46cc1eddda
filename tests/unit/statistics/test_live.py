from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.statistics.domain.disclosure import Policy
from services.statistics.domain.live import Figure, Tally, protected

POLICY = Policy()


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
    return {f.measure: None if f.value is None else int(f.value) for f in figures if f.measure != "CPR"}


@given(st.lists(tallies(), min_size=1, max_size=8))
def test_no_shown_count_or_complement_stands_for_one_to_four_persons(rows: list[Tally]) -> None:
    for figures in protected(rows, summed(rows), additive=True, policy=POLICY):
        shown = values(figures)
        for count in shown.values():
            assert count is None or count == 0 or count >= 5
        for whole, part in (("ENR", "STR"), ("ENR", "CMP"), ("STR", "CMP")):
            outer, inner = shown[whole], shown[part]
            assert outer is None or inner is None or not 1 <= outer - inner < 5


@given(st.lists(tallies(), min_size=1, max_size=8))
def test_what_is_hidden_in_a_column_adds_up_to_nobody_or_to_five_persons_in_two_rows(rows: list[Tally]) -> None:
    figures = protected(rows, summed(rows), additive=True, policy=POLICY)
    for measure in ("ENR", "STR", "CMP"):
        column = [values(one)[measure] for one in figures[:-1]]
        gone = [place for place, value in enumerate(column) if value is None]
        if values(figures[-1])[measure] is not None and gone:
            assert len(gone) >= 2
            assert sum(rows[place].persons_of(measure) for place in gone) >= 5


def test_a_rate_needs_ten_persons_and_says_when_it_stands_on_fewer_than_thirty() -> None:
    rows = [row(9, 0, 0), row(12, 12, 6), row(60, 50, 30)]
    rates = [figures[-1] for figures in protected(rows, summed(rows), additive=False, policy=POLICY)]
    assert [(rate.value, rate.status) for rate in rates[:3]] == [(None, "Q"), ("50.0", "U"), ("50.0", "A")]


def test_a_small_group_that_all_did_the_same_is_not_told() -> None:
    (figures, _) = protected([row(8, 8, 8)], row(8, 8, 8), additive=False, policy=POLICY)
    assert values(figures) == {"ENR": 8, "EPR": 8, "STR": None, "CMP": None}
