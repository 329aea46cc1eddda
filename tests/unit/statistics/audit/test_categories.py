"""What an area's own figures say of everybody in it, no category of it can tell once more."""

from __future__ import annotations

from dataclasses import replace

from services.statistics.areas.tree import ReleaseAreas
from services.statistics.disclosure.linked_tables import tabulate
from services.statistics.disclosure.policy import Policy, Reason
from services.statistics.disclosure.sensitive_cells import sensitive_quantities
from services.statistics.figures.units import Unit

AREAS = ReleaseAreas("P", {"P": ("A", "B")})
LEARNER = Unit("p", "2025-Q1", "A", "F", "Y35T44", (), ("DC30_1",), "IPR", None, None)


def learners(completed: int, count: int = 15) -> list[Unit]:
    """Whoever completed is a woman; seven of fifteen are."""
    return [
        replace(LEARNER, person=f"p{n}", sex="F" if n < 7 else "M", status="CMP" if n < completed else "IPR")
        for n in range(count)
    ]


def groups(units: list[Unit]) -> set[tuple[str, str, str]]:
    """Area, category and measure of what everybody of a small margin is."""
    table = tabulate(("2025",), {"2025-Q1": units}, {}, AREAS)
    found = sensitive_quantities(table, Policy())
    return {quantity.cell[1:] for quantity in found if quantity.reason is Reason.GROUP}


def test_an_area_without_completions_discloses_nothing_by_its_categories() -> None:
    assert not {cell for cell in groups(learners(0)) if cell[1].startswith("sex=")}


def test_a_disclosure_by_a_category_alone_is_found() -> None:
    assert ("A", "sex=F", "CMP") in groups(learners(7))


def test_that_everybody_lives_in_the_area_itself_discloses_no_place() -> None:
    inside = [replace(unit, area="P") for unit in learners(3, 8)]
    elsewhere = [replace(unit, person=f"q{unit.person}") for unit in learners(3)]
    assert not {cell for cell in groups(inside + elsewhere) if cell[0] == "P:own" and cell[1:] == ("_T", "ENR")}
