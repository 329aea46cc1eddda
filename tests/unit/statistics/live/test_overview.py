"""An area's overview and its cross table, from the cells that the live table shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.chassis.errors import Invalid
from services.statistics.figures.differences import Verdict
from services.statistics.figures.universe import Universe
from services.statistics.live.domain.cross_table import CrossQuestion, codes_of, cross_cells
from services.statistics.live.domain.lattice import Key, code
from services.statistics.live.domain.overview import Overview, newest_complete_quarter, overview
from services.statistics.live.domain.protection import COUNTS, ShownCell, Tally
from services.statistics.live.domain.questions import LiveState
from tests.unit.statistics.live.small_town import NOW, WORLD

TOWN, QUARTER, BEFORE = "areas/A", "2026-Q1", "2025-Q1"
LATER = date(2026, 7, 1)


def shown(persons: int, completed: int) -> ShownCell:
    return ShownCell(Tally(enrolments=persons, persons=persons, started=persons, completed=completed), COUNTS)


def state(more: dict[Key, ShownCell] | None = None) -> LiveState:
    cells: dict[Key, ShownCell] = {
        (TOWN, QUARTER, "_T"): shown(400, 200),
        (TOWN, BEFORE, "_T"): shown(300, 210),
        (TOWN, QUARTER, code("AGE", "Y_GE65")): shown(100, 20),
        ("areas/A1", QUARTER, "_T"): shown(80, 40),
        ("areas/A2", QUARTER, "_T"): shown(20, 10),
    }
    return LiveState(NOW, cells | (more or {}), WORLD, "2026-Q2")


RESIDENTS = {("A", "_T"): 10_000, ("A", "Y_GE65"): 4_000, ("A1", "_T"): 2_000, ("A2", "_T"): 2_000}


def made(at: LiveState | None = None, today: date = LATER, period: str = QUARTER) -> Overview:
    return overview(at or state(), TOWN, period, today, RESIDENTS, {("A", "_T"): 10_000})


def test_a_quarter_stands_beside_that_of_the_year_before() -> None:
    found = made()
    verdicts = {change.measure: change.verdict for change in found.changes}
    assert (found.before, found.is_complete, found.is_mature) == (BEFORE, True, True)
    assert verdicts == {
        "EPR": Verdict.MORE,
        "CMP": Verdict.NO_CLEAR_DIFFERENCE,
        "CPR": Verdict.LESS,
        "COV": Verdict.MORE,
    }


def test_groups_and_places_are_judged_beside_the_whole() -> None:
    found = made()
    groups = {each.code: (each.completing, each.reach) for each in found.groups}
    assert groups["Y_GE65"] == (Verdict.LESS, Verdict.LESS)
    assert groups["DIS"] == (Verdict.NOT_COMPARED, Verdict.NOT_COMPARED), "hidden"
    places = {each.code: each.reach for each in found.areas}
    assert places == {
        "areas/A1": Verdict.NO_CLEAR_DIFFERENCE,
        "areas/A2": Verdict.LESS,
        "areas/A3": Verdict.NOT_COMPARED,
    }


def test_a_running_period_is_not_compared_and_completions_wait_for_those_who_came_last() -> None:
    running = made(today=date(2026, 3, 1))
    assert {each.verdict for each in running.changes} == {Verdict.NOT_COMPARED}
    young = made(today=date(2026, 4, 30))
    assert {each.measure: each.verdict for each in young.changes}["CPR"] is Verdict.NOT_COMPARED
    assert {each.measure: each.verdict for each in young.changes}["EPR"] is Verdict.MORE


def test_a_change_within_what_a_shown_figure_may_lag_is_none() -> None:
    few = state({(TOWN, QUARTER, "_T"): shown(9, 5), (TOWN, BEFORE, "_T"): shown(1, 1)})
    assert made(few).changes[0].verdict is Verdict.NO_CLEAR_DIFFERENCE


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 3, 31), "2026-Q1"), (date(2026, 3, 30), "2025-Q4"), (date(2026, 11, 28), "2026-Q3")],
)
def test_the_usual_quarter_is_the_last_that_ended(day: date, quarter: str) -> None:
    assert newest_complete_quarter(day) == quarter


def test_a_cross_table_is_made_of_cells_of_the_lattice() -> None:
    asked = CrossQuestion(TOWN, Universe.RESIDENT, "AGE", (QUARTER, BEFORE), parts=True)
    cells = list(cross_cells(state(), asked))
    assert len(cells) == 4 * 2 * len(codes_of("AGE"))
    assert "Y_GE65" in codes_of("AGE")
    known = {(each.area, each.period, each.code): each.shown for each in cells}
    assert known[TOWN, QUARTER, "Y_GE65"] == shown(100, 20)
    assert known["areas/A3", BEFORE, "_T"] == ShownCell()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"by": "COURSE"}, "CROSS_BY"),
        ({"periods": ("2026-05",)}, "PERIOD_INVALID"),
        ({"periods": tuple(str(year) for year in range(2000, 2013))}, "CROSS_PERIODS"),
    ],
)
def test_a_cross_table_holds_only_what_is_protected(change: dict[str, object], reason: str) -> None:
    asked = replace(CrossQuestion(TOWN, Universe.RESIDENT, "AGE"), **change)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=reason):
        asked.check()
