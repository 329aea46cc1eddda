"""What the attack on the whole release opens is given up, each time more of it."""

from __future__ import annotations

from services.statistics.disclosure.concessions import given_up, periods_to_repeat
from services.statistics.disclosure.decisions import Collapse, Part, decide
from services.statistics.disclosure.linked_tables import ENR
from services.statistics.disclosure.opened_cells import Attack, OpenedCell
from services.statistics.disclosure.policy import Policy
from tests.unit.statistics.audit.test_whole_release import GEOGRAPHY, QUARTERS, people

TOP = GEOGRAPHY.areas.top
INNER = GEOGRAPHY.areas.children[TOP][0]
CELL = OpenedCell("2024-Q1", INNER, "sex=F", "CMP", Attack.EXACT)


def test_an_opened_cell_costs_its_area_in_its_breakdown_and_period() -> None:
    assert given_up([[CELL]], "2024-Q1", "sex", TOP) == {INNER}
    assert not given_up([[CELL]], "2024-Q2", "sex", TOP)
    assert not given_up([[CELL]], "2024-Q1", "age", TOP)
    assert not given_up([[CELL]], "2024-Q1", "margin", TOP)


def test_a_total_is_the_margins_and_a_state_is_the_states() -> None:
    assert given_up([[OpenedCell("2024", INNER, "_T", "ENR", Attack.INTERVAL)]], "2024", "margin", TOP) == {INNER}
    assert given_up([[OpenedCell("2024", INNER, "_T", "WDR", Attack.INTERVAL)]], "2024", "status", TOP) == {INNER}
    assert given_up([[OpenedCell("2024", INNER, "_T", "CMF", Attack.INTERVAL)]], "2024", "flow", TOP) == {INNER}


def test_those_beside_an_areas_parts_are_their_areas() -> None:
    beside = OpenedCell("2024-Q1", f"{TOP}:beside", "sex=F", "CMP", Attack.EXACT)
    assert given_up([[beside]], "2024-Q1", "sex", TOP) == {TOP}


def test_a_table_that_is_disclosed_at_every_attempt_shows_nothing() -> None:
    assert given_up([[CELL]] * 3, "2024-Q1", "sex", TOP) == {INNER, TOP}


def test_a_year_is_decided_again_with_its_quarter() -> None:
    assert periods_to_repeat([CELL], ("2024-Q1", "2024-Q2", "2025-Q1", "2024", "2025")) == {"2024-Q1", "2024"}
    assert periods_to_repeat([CELL], ("2024-Q1",)) == {"2024-Q1"}


def test_an_area_given_up_shows_nothing_in_that_part_and_with_the_top_one_nobody_does() -> None:
    part = Part("sex", GEOGRAPHY.areas, Policy(), people()[QUARTERS[0]], given_up=frozenset({INNER}))

    def safe(*_: object) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
        return set(), set()

    counted, _ = part.tables()
    decision = decide(part, safe)
    own = {cell for cell in counted.counts if cell[0] == INNER and not part.settled(cell)}
    assert own
    assert own <= decision.hidden
    assert decision.collapsed is Collapse.ROWS
    assert any(cell[0] == TOP and cell[2] == ENR and cell not in decision.hidden for cell in counted.counts)
    nothing = decide(Part("sex", GEOGRAPHY.areas, Policy(), people()[QUARTERS[0]], given_up=frozenset({TOP})), safe)
    assert nothing.collapsed is Collapse.NOTHING
    assert {cell for cell in counted.counts if not part.settled(cell)} <= nothing.hidden
