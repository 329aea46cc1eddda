"""What the attack on the whole release opens is given up, each time more of it."""

from __future__ import annotations

from dataclasses import replace

from services.statistics.disclosure.concessions import collapsed, given_up, years_to_repeat
from services.statistics.disclosure.decisions import Collapse, YearToDecide, decide, part_of
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.disclosure.policy import Policy
from tests.unit.statistics.audit.test_whole_release import GEOGRAPHY, people

TOP = GEOGRAPHY.areas.top
INNER = GEOGRAPHY.areas.children[TOP][0]
AREAS = (TOP, *GEOGRAPHY.areas.children[TOP])
CELL = OpenedCell("2024-Q1", INNER, "sex=F", "CMP", Attack.EXACT)


def test_an_opened_cell_costs_its_area_in_its_breakdown_and_period() -> None:
    assert given_up([[CELL]], AREAS) == {("2024-Q1", INNER, "sex")}


def test_a_total_is_the_margins_and_a_state_is_the_states() -> None:
    for measure, part in (("ENR", "margin"), ("WDR", "status"), ("CMF", "flow")):
        opened = OpenedCell("2024", INNER, "_T", measure, Attack.INTERVAL)
        assert given_up([[opened]], AREAS) == {("2024", INNER, part)}


def test_a_group_that_is_never_printed_is_its_breakdowns() -> None:
    assert part_of(("2024", INNER, "flag:DIS=!N_DIS", "ENR")) == "flag:DIS"


def test_those_beside_an_areas_parts_are_their_areas() -> None:
    assert given_up([[replace(CELL, area=f"{TOP}:own")]], AREAS) == {("2024-Q1", TOP, "sex")}


def test_a_table_that_is_disclosed_at_every_attempt_shows_nothing() -> None:
    rows = given_up([[CELL]] * 3, AREAS)
    assert rows == {("2024-Q1", area, "sex") for area in AREAS}
    assert collapsed(rows, TOP) == {("2024-Q1", "sex"): Collapse.NOTHING}
    assert collapsed(given_up([[CELL]], AREAS), TOP) == {("2024-Q1", "sex"): Collapse.ROWS}


def test_a_year_is_decided_again_with_its_quarters() -> None:
    assert years_to_repeat([CELL, replace(CELL, period="2025")]) == {"2024", "2025"}


def test_an_area_given_up_shows_nothing_in_that_part() -> None:
    row = ("2024", INNER, "sex")
    year = YearToDecide(GEOGRAPHY.areas, Policy(), ("2024",), people(), given_up=frozenset({row}))
    decision = decide(year, lambda *_: ())
    own = {cell for cell in year.table().counts if cell[:2] == row[:2] and cell[2] in ("sex=F", "sex=M")}
    printed = {cell for cell in own if cell[3] in ("ENR", "EPR", "CMP")}
    assert printed <= decision.hidden
    assert decision.given_up == {row}
    assert ("2024", TOP, "sex=F", "ENR") not in decision.hidden


def test_what_an_attack_opens_again_and_again_ends() -> None:
    year = YearToDecide(GEOGRAPHY.areas, Policy(), ("2024",), people())
    decision = decide(year, lambda *_: [("2024", INNER, "age=Y25T34", "ENR")])
    assert decision.given_up == {("2024", INNER, "age")}
