"""A city that got districts publishes periods before, over and after the day; so do its province and the nation."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

import pytest

from services.statistics.areas.code_lists import AreaVersion
from services.statistics.areas.geography import Geography, build_geography
from services.statistics.disclosure.decisions import Decision, YearToDecide
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.dimensions import AGE_BANDS, FLAGS
from services.statistics.figures.observation import Observation
from services.statistics.figures.units import Unit
from services.statistics.releases import steps, whole_year
from services.statistics.releases.domain.published_figures import Context
from services.statistics.releases.public_attack import Edition

SPLIT_ON, LISTED, BEGAN = date(2026, 2, 1), date(2026, 11, 1), date(2020, 1, 1)
NATION, PROVINCE, CITY, OTHER = "NA", "41", "41700", "41800"
DISTRICTS = ("41701", "41703", "41705", "41707")
QUARTERS = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
LISTS = (
    AreaVersion(NATION, "", "NAT", {"en": "Nara"}, BEGAN),
    AreaVersion(PROVINCE, NATION, "SIDO", {"en": "Haneul"}, BEGAN),
    AreaVersion("42", NATION, "SIDO", {"en": "Badang"}, BEGAN),
    AreaVersion(CITY, PROVINCE, "SGG", {"en": "Hwasan"}, BEGAN),
    AreaVersion(OTHER, PROVINCE, "SGG", {"en": "Byeolnae"}, BEGAN),
    *(AreaVersion(code, CITY, "GU", {"en": code}, SPLIT_ON) for code in DISTRICTS),
)


def geography(top: str) -> Geography:
    built = build_geography(LISTS, (), top, LISTED, {})
    assert built
    return built


@cache
def learners(top: str) -> Mapping[str, tuple[Unit, ...]]:
    """Of the city 160 a quarter, who live in the city itself before the day, and then in its districts."""
    draw = random.Random(41)
    areas = geography(top)
    return {
        quarter: tuple(
            unit for number in range(400) if areas.home((unit := _learner(draw, quarter, number)).area) is not None
        )
        for quarter in QUARTERS
    }


def _learner(draw: random.Random, quarter: str, number: int) -> Unit:
    before = quarter == "2025-Q4" or (quarter == "2026-Q1" and draw.random() < 0.3)
    inside = CITY if before else draw.choices(DISTRICTS, (5, 3, 2, 1))[0]
    status = draw.choices(("CMP", "IPR", "WDR", "NST"), (5, 2, 1, 2))[0]
    return Unit(
        person=f"{quarter}{number}",
        quarter=quarter,
        area=draw.choices((inside, OTHER, "42"), (4, 3, 3))[0],
        sex=draw.choices(("F", "M", "_U"), (6, 4, 0.5))[0],
        age=draw.choice([code for code, _, _ in AGE_BANDS]),
        flags=None if draw.random() < 0.1 else tuple(flag for flag in FLAGS if draw.random() < 0.08),
        domains=(f"DC30_{draw.randint(1, 3)}",),
        status=status,
        days=3,
        hours=None,
        finished=quarter if status == "CMP" else "",
    )


def released(top: str, periods: tuple[str, ...]) -> tuple[Decision, list[Observation]]:
    areas, units = geography(top), learners(top)
    decision = steps.decide_year(YearToDecide(areas.areas, Policy(), periods, units, units))
    figures: list[Observation] = []
    for period in periods:
        broken = frozenset(area.code for area in areas.codes if areas.breaks_in(area.code, period))
        context = Context("RES", period, areas.areas, Policy(), {}, broken)
        figures += steps.assemble(steps.Period(context, units, decision, flow=units)).observations
    edition = Edition("r", datetime(2026, 11, 1, tzinfo=UTC), 5, areas, figures)
    year = whole_year.YearUnderAttack(areas.areas, Policy(), periods, units, figures, [], units, edition)
    assert whole_year.attack_year(year) == []
    return decision, figures


@pytest.mark.parametrize(
    ("top", "periods"),
    [
        (CITY, ("2025-Q4",)),
        (PROVINCE, ("2025-Q4",)),
        (CITY, ("2026-Q1",)),
        (NATION, ("2026-Q1",)),
        (PROVINCE, ("2026",)),
    ],
)
def test_a_period_before_over_and_after_the_split_builds(top: str, periods: tuple[str, ...]) -> None:
    decision, figures = released(top, periods)
    assert not decision.given_up
    whole = {figure.measure: figure for figure in figures if _is_total(figure, top, periods[-1])}
    counted = len(
        [
            unit
            for quarter, units in learners(top).items()
            if quarter[:4] in periods or quarter in periods
            for unit in units
        ]
    )
    assert whole["ENR"].value == str(counted)
    assert whole["CMP"].value is not None


def test_the_districts_begin_with_a_break_and_the_city_goes_on() -> None:
    _, figures = released(CITY, ("2026",))
    status = {
        figure.area: figure.status
        for figure in figures
        if _is_total(figure, figure.area, "2026") and figure.measure == "ENR"
    }
    assert status[CITY] == "A"
    assert {status[code] for code in DISTRICTS} == {"B"}


def _is_total(figure: Observation, area: str, period: str) -> bool:
    kinds = {figure.sex, figure.age, figure.group, figure.domain}
    return kinds == {"_T"} and (figure.area, figure.period) == (area, period)
