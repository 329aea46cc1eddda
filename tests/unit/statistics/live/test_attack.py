"""Everything that may be asked of the live table is asked, and its sums are solved for what it hides.

The sums are written down here from the questions, apart from those that the protection knows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pytest

from services.statistics.figures.universe import Universe
from services.statistics.live.domain.protection import ShownCell, Tally
from services.statistics.live.domain.questions import LiveState, Question
from tests.unit.statistics.live.small_town import COURSES, VILLAGES, Enrolment, counted, person, stepped, townspeople

TOWN = "areas/A"
QUARTERS = [f"{year}-Q{number}" for year in (2025, 2026) for number in range(1, 5)][:6]
PERIODS = ("", "2025", "2026", *QUARTERS)
DIMENSIONS = ("REF_AREA", "AGE", "SEX", "TARGET_GROUP", "COURSE", "TIME_PERIOD", "COURSE_DOMAIN", "DELIVERY")
WAYS = ("ONL", "F2F", "BLD", "OUT")
PRIME = 2**61 - 1
Cell = tuple[str, str, str, str]
"""Area, period, course and category: how somebody who asks sees it."""


def questions() -> Iterator[Question]:
    """By two officials side by side: one of the town, one of each village."""
    for area in (TOWN, *VILLAGES):
        for by in DIMENSIONS:
            for period in PERIODS:
                yield Question(area, Universe.RESIDENT, by, period)
            if by not in ("COURSE", "COURSE_DOMAIN"):
                yield from (Question(area, Universe.RESIDENT, by, course=course) for course in COURSES)


def answered(state: LiveState) -> dict[Cell, ShownCell]:
    """All that can be read, each figure under the one name that all tables with it share."""
    read: dict[Cell, ShownCell] = {}
    for asked in questions():
        asked.check()
        for code, cell in state.rows(asked):
            key = {
                "REF_AREA": (code, asked.period, asked.course, "_T"),
                "TIME_PERIOD": (asked.area, code, asked.course, "_T"),
                "COURSE": (asked.area, asked.period, code, "_T"),
            }.get(asked.by, (asked.area, asked.period, asked.course, f"{asked.by} {code}"))
            key = (asked.area, asked.period, asked.course, "_T") if code == "_T" else key
            key = (*key[:3], "TARGET_GROUP OLD") if key[3] == "AGE Y_GE55" else key
            if key[0] == TOWN and asked.by == "REF_AREA" and code == TOWN:
                key = ("areas/A itself", *key[1:])
            assert read.setdefault(key, cell) == cell, f"{key} is the same in every table"
    return read | completed(state)


def completed(state: LiveState) -> dict[Cell, ShownCell]:
    """What is told of completions by their date: how many persons."""
    read: dict[Cell, ShownCell] = {}
    for asked in questions():
        if asked.by not in ("COURSE", "COURSE_DOMAIN", "TIME_PERIOD") and asked.period and not asked.course:
            rows = replace(state, shown={**state.shown, **_as_begun(state)}).rows(asked)
            for code, cell in rows:
                where, category = (code, "_T") if asked.by == "REF_AREA" else (asked.area, f"{asked.by} {code}")
                where = "areas/A itself" if asked.by == "REF_AREA" and (asked.area, code) == (TOWN, TOWN) else where
                category = "TARGET_GROUP OLD" if category == "AGE Y_GE55" else category
                where, category = (asked.area, "_T") if code == "_T" else (where, category)
                key = (where, f"completed {asked.period}", "", category)
                assert read.setdefault(key, cell) == cell
            figures = state.completers(asked)
            assert [each.value for each in figures] == [
                str(cell.tally.persons) if "EPR" in cell.measures else None for _, cell in rows
            ]
    return read


def _as_begun(state: LiveState) -> dict[tuple[str, str, str], ShownCell]:
    """The cells of what was completed under the periods that are asked for."""
    periods = {choice for _, choice, _ in state.shown if choice in PERIODS[1:]}
    empty = {key: ShownCell() for key in state.shown if key[1] in periods}
    done = {
        (place, choice.removeprefix("completed "), each): cell
        for (place, choice, each), cell in state.shown.items()
        if choice.startswith("completed ")
    }
    return empty | done


def sums(measure: str) -> Iterator[tuple[Cell, list[Cell]]]:
    """Whatever adds up, as anybody can see who knows what the words mean."""
    ages = ["Y_LT15", "Y15T24", "Y25T34", "Y35T44", "Y45T54", "Y55T64", "Y65T74", "Y_GE75"]
    unions = ["Y_GE60", "Y_GE65", "Y55T59", "Y60T64"]
    categories = ["_T", *(f"AGE {each}" for each in [*ages, *unions, "_U"]), "SEX F", "SEX M", "SEX _O", "SEX _U"]
    categories += [f"DELIVERY {each}" for each in WAYS]
    categories += [f"TARGET_GROUP {each}" for each in ("OLD", "N_OLD", "DIS", "LOW", "FAR", "NKD", "MIG", "GEN")]
    taught = [f"COURSE_DOMAIN DC30_{number}" for number in range(1, 6)]
    choices = [*((period, "") for period in PERIODS), *(("", course) for course in COURSES)]
    choices += [(f"completed {period}", "") for period in PERIODS if measure == "CMP" and period]
    for area in (TOWN, *VILLAGES):
        for period, course in [*choices, *((period, course) for period in PERIODS[1:] for course in COURSES)]:
            here = (area, period, course)
            if (period, course) in choices:
                yield (*here, "_T"), [(*here, f"SEX {each}") for each in ("F", "M", "_O", "_U")]
                yield (*here, "_T"), [(*here, f"AGE {each}") for each in [*ages, "_U"]]
                yield (*here, "_T"), [(*here, f"DELIVERY {each}") for each in WAYS]
                yield (*here, "TARGET_GROUP OLD"), [(*here, f"AGE {each}") for each in ages[5:]]
                yield (*here, "AGE Y_GE65"), [(*here, f"AGE {each}") for each in ages[6:]]
                yield (*here, "AGE Y_GE60"), [(*here, f"AGE {each}") for each in ("Y60T64", *ages[6:])]
                yield (*here, "AGE Y55T64"), [(*here, f"AGE {each}") for each in ("Y55T59", "Y60T64")]
                yield (*here, "TARGET_GROUP N_OLD"), [(*here, f"AGE {each}") for each in ages[:5]]
            done, when = period.startswith("completed "), period.removeprefix("completed ")
            of_this = [*categories, *(taught if not course and not done else [])]
            of_this = of_this if (period, course) in choices else ["_T"]
            for category in of_this:
                if area == TOWN:
                    parts = [*VILLAGES, "areas/A itself", "_U"]
                    yield (*here, category), [(part, period, course, category) for part in parts]
                if not period:
                    yield (*here, category), [(area, year, course, category) for year in ("2025", "2026")]
                if not period and not course and measure == "CMP" and category in categories:
                    yield (*here, category), [(area, f"completed {year}", "", category) for year in ("2025", "2026")]
                if len(when) == 4:
                    inside = [quarter for quarter in QUARTERS if quarter.startswith(when)]
                    begins = "completed " if done else ""
                    yield (*here, category), [(area, f"{begins}{quarter}", course, category) for quarter in inside]
                if not course and not done and (category in ("_T", "COURSE_DOMAIN DC30_1") or not period):
                    of_course = "_T" if category.startswith("COURSE_DOMAIN") else category
                    teaching = COURSES if category != "COURSE_DOMAIN DC30_4" else COURSES[1:]
                    if category not in taught or category in ("COURSE_DOMAIN DC30_1", "COURSE_DOMAIN DC30_4"):
                        yield (*here, category), [(area, period, each, of_course) for each in teaching]


def solved(known: Iterable[Cell], measure: str) -> set[Cell]:
    """The cells with only one solution, by elimination in a prime field."""
    told = set(known)
    rows: dict[Cell, dict[Cell, int]] = {}
    for total, parts in sums(measure):
        row: dict[Cell, int] = defaultdict(int)
        for cell, sign in [(total, -1), *((part, 1) for part in parts)]:
            if cell not in told:
                row[cell] += sign
        row = reduced({cell: each for cell, each in row.items() if each}, rows)
        if row:
            pivot = next(iter(row))
            inverse = pow(row[pivot], -1, PRIME)
            rows[pivot] = {cell: each * inverse % PRIME for cell, each in row.items()}
    for pivot in reversed(list(rows)):
        row = rows.pop(pivot)
        rest = reduced({cell: each for cell, each in row.items() if cell != pivot}, rows)
        rows[pivot] = {pivot: 1, **rest}
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def reduced(row: dict[Cell, int], rows: Mapping[Cell, Mapping[Cell, int]]) -> dict[Cell, int]:
    waiting = [cell for cell in row if cell in rows]
    while waiting:
        pivot = waiting.pop()
        factor = row.get(pivot, 0)
        if factor:
            for cell, each in rows[pivot].items():
                row[cell] = (row.get(cell, 0) - factor * each) % PRIME
                if cell in rows and cell != pivot:
                    waiting.append(cell)
    return {cell: each for cell, each in row.items() if each % PRIME}


def truth(people: list[Enrolment]) -> dict[Cell, Tally]:
    """What a cell really holds."""
    return {key: cell for key, cell in answered_by_count(people).items() if cell.enrolments}


def answered_by_count(people: list[Enrolment]) -> dict[Cell, Tally]:
    cells = counted(people)
    every = {key: ShownCell(cell, frozenset({"ENR"})) for key, cell in cells.items()}
    state = stepped(people, {})
    whole = LiveState(state.as_of, every, state.world, state.quarter)
    return {key: cell.tally for key, cell in answered(whole).items()}


@pytest.mark.parametrize("seed", range(2))
def test_no_hidden_figure_with_anybody_in_it_comes_out_of_all_that_may_be_asked(seed: int) -> None:
    people = townspeople(seed, 130)
    shown = answered(stepped(people, {}))
    really = truth(people)
    for measure in ("ENR", "STR", "CMP"):
        open_cells = {cell for cell, each in shown.items() if measure in each.measures}
        assert len(open_cells) > 10
        assert len([cell for cell in open_cells if cell[1].startswith("completed ")]) > 10
        assert all(shown[cell].tally.of(measure) == really[cell].of(measure) for cell in open_cells)
        opened = {cell for cell in solved(open_cells, measure) if cell in really and really[cell].of(measure)}
        assert not opened


@pytest.mark.parametrize("seed", range(2))
def test_an_event_of_one_person_moves_nothing(seed: int) -> None:
    people = townspeople(seed, 130)
    before = stepped(people, {})
    chance = random.Random(seed)
    known = people[0]
    for event in (
        [*people, *person(chance, "new", area=VILLAGES[0], flags=("disability", "low_income"), sex="F", age=76)],
        [*people, *person(chance, "p3", course="courses/c2")],
        [
            *people[1:],
            Enrolment(known.person, known.area, known.course, known.day, "M", 40, ("defector",), known.started),
        ],
        people[1:],
    ):
        assert stepped(event, before.shown).shown == before.shown


@pytest.mark.parametrize("seed", range(1))
def test_day_after_day_whoever_compares_sees_no_step_of_few_and_solves_for_none(seed: int) -> None:
    chance = random.Random(seed)
    people = townspeople(seed, 100)
    state = stepped(people, {})
    for day in range(3):
        seen, was = answered(state), truth(people)
        people = [*people, *(each for number in range(7) for each in person(chance, f"d{day}-{number}"))]
        state = stepped(people, state.shown)
        assert_nothing_is_told(seen, answered(state), truth(people))
        assert was.keys() <= truth(people).keys()


@pytest.mark.parametrize("silent", [1, 6, 20])
def test_who_takes_their_answers_back_is_not_told_by_the_tables_before_and_after(silent: int) -> None:
    chance = random.Random(silent)
    people = townspeople(3, 130)
    state = stepped(people, {})
    taken_back = [replace(each, sex="", age=None, flags=None) for each in people[:silent]]
    people = [*taken_back, *people[silent:]]
    quiet = stepped(people, state.shown)
    assert_nothing_is_told(answered(state), answered(quiet), truth(people))
    people = [*people, *(each for number in range(14) for each in person(chance, f"n{number}"))]
    assert_nothing_is_told(answered(quiet), answered(stepped(people, quiet.shown)), truth(people))


def assert_nothing_is_told(
    seen: Mapping[Cell, ShownCell], now: Mapping[Cell, ShownCell], really: Mapping[Cell, Tally]
) -> None:
    for measure in ("ENR", "STR", "CMP"):
        for cell, each in now.items():
            if measure in each.measures and measure in seen[cell].measures:
                step = each.tally.of(measure) - seen[cell].tally.of(measure)
                assert step == 0 or abs(step) >= 5
            assert measure not in seen[cell].measures or measure in each.measures, "nothing that was shown goes"
        fresh = {
            cell
            for cell, each in now.items()
            if measure in each.measures and each.tally.of(measure) == really.get(cell, Tally()).of(measure)
        }
        opened = {
            cell
            for cell in solved(fresh, measure)
            if cell in really and really[cell].of(measure) not in (0, now[cell].tally.of(measure))
        }
        assert not opened
