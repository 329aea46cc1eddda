"""What is printed can be chosen by table and level, and is previewed before it is built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.statistics.disclosure.decisions import EarlierCounts
from services.statistics.disclosure.layout import EVERYTHING, SPLIT, USUAL, Detail, detail_of, periods_to_count
from services.statistics.disclosure.preview import TableCost, preview
from services.statistics.figures.observation import Observation
from services.statistics.releases import steps
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.steps import attack_pattern, decide_year
from tests.unit.statistics.releases.test_releases import QUARTER, YEAR, town, year

SPARSE = Detail(year_top=("sex", "group"), year_areas=("age",), quarter_top=(), quarter_areas=("sex",))
EVERYONE = town(11, 260)


def tables_printed(detail: Detail) -> set[tuple[str, bool, str]]:
    """(Period, of the top area, table) of what a release of this detail prints."""
    asked = year(EVERYONE, detail=detail, periods=(QUARTER, YEAR))
    decision = decide_year(asked)
    assert attack_pattern(asked, asked.table(), decision.hidden) == []
    figures: list[Observation] = []
    for period in asked.periods:
        context = Context("RES", period, asked.areas, asked.policy, {})
        figures += steps.assemble(
            steps.Period(context, asked.begun, decision, flow=asked.flow, detail=detail)
        ).observations
    return {(figure.period, figure.area == "P", figure.table) for figure in figures}


def test_exactly_the_chosen_tables_are_printed() -> None:
    totals = {(period, top, "area") for period in (QUARTER, YEAR) for top in (True, False)}
    chosen = {(YEAR, True, "sex"), (YEAR, True, "group"), (YEAR, False, "age"), (QUARTER, False, "sex")}
    assert tables_printed(SPARSE) == totals | chosen


def test_a_year_without_its_quarters_hides_no_more_than_with_them() -> None:
    alone = decide_year(year(EVERYONE))
    together = decide_year(year(EVERYONE, periods=(QUARTER, YEAR)))
    assert len(alone.hidden) <= len([cell for cell in together.hidden if cell[0] == YEAR])


@pytest.mark.parametrize(
    ("mine", "published", "counted"),
    [
        ((QUARTER,), (), (QUARTER,)),
        ((YEAR,), (), (YEAR,)),
        ((YEAR,), (QUARTER,), (*(f"{YEAR}-Q{number}" for number in range(1, 5)), YEAR)),
        ((QUARTER,), (YEAR,), (*(f"{YEAR}-Q{number}" for number in range(1, 5)), YEAR)),
    ],
)
def test_a_year_and_quarters_that_are_out_are_counted_together(
    mine: tuple[str, ...], published: tuple[str, ...], counted: tuple[str, ...]
) -> None:
    assert periods_to_count(mine, published) == counted


def test_a_quarter_published_after_its_year_alone_does_not_open_the_rest_of_the_year() -> None:
    """All but three persons came in the first quarter; the year is out, and knows their number."""
    late = tuple(replace(unit, quarter="2026-Q3", person=f"late{place}") for place, unit in enumerate(town(5, 3)))
    units = {QUARTER: EVERYONE, "2026-Q3": late}
    asked = year(EVERYONE, begun=units, flow=units)
    known = EarlierCounts(
        {cell: count for cell, count in asked.table().counts.items() if asked.table().is_printed(cell)}
    )
    quarters = replace(
        asked, periods=periods_to_count((QUARTER,), (YEAR,)), printed=(QUARTER,), before=known, detail=USUAL
    )
    decision = decide_year(quarters)
    assert {cell[0] for cell in decision.hidden} == {QUARTER}
    assert (QUARTER, "P", "_T", "ENR") in decision.hidden, "the year less the quarter would be three persons"


def test_the_preview_says_of_every_table_what_it_would_hide() -> None:
    asked = year(EVERYONE, periods=(QUARTER, YEAR))
    shown = preview([replace(asked, detail=EVERYTHING)])
    assert {(cost.table, cost.year, cost.top) for cost in shown.tables} == {
        (table, whole_year, top)
        for table in ("area", "sex", "age", "group", "domain")
        for whole_year in (True, False)
        for top in (True, False)
    }
    costs = {cost.place: cost for cost in shown.tables}
    assert costs["sex", True, True] == TableCost("sex", True, True, 6, costs["sex", True, True].hidden)
    assert costs["group", True, False].hidden / costs["group", True, False].cells > 0.3
    decided = len([cell for cell in decide_year(asked).hidden if cell[3] in SPLIT])
    assert 0.6 * decided < sum(cost.hidden for cost in preview([asked]).tables) <= 1.2 * decided
    assert {gap.group for gap in shown.gaps} >= {"OLD", "DIS", "FAR"}
    assert all(gap.seen <= gap.gaps for gap in shown.gaps)


def test_a_parents_quarter_after_its_childs_does_not_open_the_other_child() -> None:
    """Town A has published its quarter by group. Of everybody in the province's quarter, two farmers live elsewhere."""
    farmers = tuple(
        replace(unit, area="A" if place < 40 else "B", flags=("FAR",) if place < 12 or place >= 298 else ())
        for place, unit in enumerate(replace(each, person=f"q{n}") for n, each in enumerate(town(21, 300)))
    )
    units = {QUARTER: farmers}
    province = year(farmers, begun=units, flow=units, periods=(QUARTER,))
    far = (QUARTER, "A", "group=FAR", "ENR")
    truth = replace(province, detail=EVERYTHING).table().counts
    assert (truth[far], truth[(QUARTER, "P", "group=FAR", "ENR")]) == (12, 14)
    assert (QUARTER, "P", "group=FAR", "ENR") not in decide_year(province).hidden, "as long as nobody knows of A"
    published = detail_of([(QUARTER, "A", "group")], "P")
    beside = replace(province, known=published, before=EarlierCounts({far: 12}))
    decision = decide_year(beside)
    assert (QUARTER, "P", "group=FAR", "ENR") in decision.hidden
    assert attack_pattern(beside, beside.table(), decision.hidden) == []
