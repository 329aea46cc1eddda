"""The first page of an area: a quarter or a year beside that of the year before, and which groups and places are left
behind. Everything is made of cells that the live table shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.statistics.figures.coverage import PER
from services.statistics.figures.differences import (
    Difference,
    Share,
    Verdict,
    against_mean,
    change_of_counts,
    difference_of_shares,
)
from services.statistics.figures.dimensions import FLAGS, TOTAL
from services.statistics.figures.periods import last_day, quarter_on
from services.statistics.live.domain.lattice import OLDER, code, own
from services.statistics.live.domain.protection import ShownCell
from services.statistics.live.domain.questions import LiveState

OLD_AGE = "Y_GE65"
COMPARED = ("EPR", "CMP", "CPR", "COV")
"""Measures that are set against the year before."""
GROUPS = {
    OLD_AGE: code("AGE", OLD_AGE),
    OLDER: code("AGE", OLDER),
    **{flag: code("TARGET_GROUP", flag) for flag in FLAGS},
}
"""Category -> code of the cell: who may be left behind."""
TIME_TO_COMPLETE = timedelta(days=90)
"""After a period's end, before completions in it are compared: who enrolled last needs time."""
LAG = 10
"""A place waits until so many persons changed anything, so a smaller change of a count may be none."""
Residents = Mapping[tuple[str, str], int]
"""How many live in an area, and of them the older: by area and code."""


def year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def newest_complete_quarter(day: date) -> str:
    """The last quarter that had ended by the end of the day."""
    running = quarter_on(day)
    return running if last_day(running) == day else quarter_on(last_day_before(running))


def last_day_before(quarter: str) -> date:
    year, number = int(quarter[:4]), int(quarter[-1])
    return last_day(f"{year}-Q{number - 1}" if number > 1 else f"{year - 1}-Q4")


@dataclass(frozen=True, slots=True)
class Cells:
    """One category of one area in the period and in that of the year before, with the residents behind each."""

    now: ShownCell
    before: ShownCell
    residents: int | None = None
    residents_before: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    measure: str
    difference: Difference | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """A group or an area beside the whole."""

    code: str
    cells: Cells
    completing: Verdict
    reach: Verdict


@dataclass(frozen=True)
class Overview:
    area: str
    period: str
    before: str
    is_complete: bool
    """The period is over."""
    is_mature: bool
    """So long that completions can be compared."""
    total: Cells
    changes: tuple[Change, ...]
    groups: tuple[Standing, ...]
    areas: tuple[Standing, ...]


def overview(
    state: LiveState, area: str, period: str, today: date, residents: Residents, earlier: Residents
) -> Overview:
    """`today` is the last day that is counted; `residents` those at the period's end, `earlier` a year before."""
    before = year_before(period)
    complete = last_day(period) <= today
    mature = last_day(period) + TIME_TO_COMPLETE <= today

    def cells(place: str, each: str) -> Cells:
        name = (state.world.place(place).removeprefix("areas/"), OLD_AGE if each == code("AGE", OLD_AGE) else each)
        return Cells(
            state.cell(place, period, each), state.cell(place, before, each), residents.get(name), earlier.get(name)
        )

    total = cells(area, TOTAL)

    def standing(name: str, of: Cells) -> Standing:
        return Standing(name, of, _completing(of, total, mature), _reach(of, total, complete))

    place = state.world.place(area)
    parts = [each for each in state.world.parts(place) if each != own(place) and each in state.world.tree.titles]
    return Overview(
        area,
        period,
        before,
        complete,
        mature,
        total,
        tuple(_change(measure, total, complete, mature) for measure in COMPARED),
        tuple(standing(name, cells(area, each)) for name, each in GROUPS.items()),
        tuple(standing(part, cells(part, TOTAL)) for part in parts),
    )


def _change(measure: str, cells: Cells, complete: bool, mature: bool) -> Change:
    in_time = complete if measure in ("EPR", "COV") else mature
    difference = _difference(measure, cells) if in_time else None
    if difference is None:
        return Change(measure, None, Verdict.NOT_COMPARED)
    lags = measure in ("EPR", "CMP") and abs(cells.now.tally.of(measure) - cells.before.tally.of(measure)) < LAG
    return Change(measure, difference, Verdict.NO_CLEAR_DIFFERENCE if lags else difference.verdict)


def _difference(measure: str, cells: Cells) -> Difference | None:
    if measure in ("EPR", "CMP"):
        shown = all(measure in each.measures for each in (cells.now, cells.before))
        return change_of_counts(cells.now.tally.of(measure), cells.before.tally.of(measure)) if shown else None
    share = _completed if measure == "CPR" else _reached
    now, before = share(cells.now, cells.residents), share(cells.before, cells.residents_before)
    return _scaled(difference_of_shares(now, before), 100 if measure == "CPR" else PER) if now and before else None


def _scaled(difference: Difference, by: int) -> Difference:
    return Difference(by * difference.value, by * difference.low, by * difference.high)


def _completed(cell: ShownCell, _: int | None = None) -> Share | None:
    """Counted in persons: several courses of one person must not pretend more certainty."""
    tally = cell.tally
    if not {"ENR", "EPR", "CMP"} <= cell.measures or not tally.enrolments or not tally.persons:
        return None
    return Share(min(tally.persons, round(tally.persons * tally.completed / tally.enrolments)), tally.persons)


def _reached(cell: ShownCell, residents: int | None) -> Share | None:
    persons = cell.tally.persons
    return Share(persons, residents) if "EPR" in cell.measures and residents and residents >= persons else None


def _completing(cells: Cells, total: Cells, mature: bool) -> Verdict:
    share, mean = _completed(cells.now), _completed(total.now)
    return against_mean(share, mean.value) if mature and share and mean else Verdict.NOT_COMPARED


def _reach(cells: Cells, total: Cells, complete: bool) -> Verdict:
    share, mean = _reached(cells.now, cells.residents), _reached(total.now, total.residents)
    return against_mean(share, mean.value) if complete and share and mean else Verdict.NOT_COMPARED
