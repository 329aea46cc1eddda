"""An area that moved to another province, a province under a new code and a city that got districts publish periods
before, over and after the day. People of ended codes count under the new ones."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction

import pytest

from services.statistics.areas.code_lists import AreaChange, AreaVersion
from services.statistics.areas.geography import Geography, build_geography
from services.statistics.disclosure.decisions import YearToDecide
from services.statistics.disclosure.policy import Policy
from services.statistics.figures.units import Unit
from services.statistics.releases import steps

BEGAN, LISTED = date(2020, 1, 1), date(2025, 1, 31)
MOVED, RENAMED, DIVIDED = date(2023, 7, 1), date(2024, 1, 18), date(2024, 1, 1)


def version(code: str, parent: str, since: date = BEGAN, until: date | None = None) -> AreaVersion:
    return AreaVersion(code, parent, "SGG", {"en": code}, since, until)


LISTS = (
    version("KR", ""),
    *(version(code, "KR") for code in ("27", "47", "41")),
    version("45", "KR", until=date(2024, 1, 17)),
    version("52", "KR", RENAMED),
    version("27110", "27"),
    version("47720", "47", until=date(2023, 6, 30)),  # Gunwi leaves Gyeongbuk
    version("27720", "27", MOVED),  # for Daegu
    version("47111", "47"),
    version("45111", "45", until=date(2024, 1, 17)),  # Jeonju, when Jeonbuk got its new code
    version("52111", "52", RENAMED),
    version("41190", "41"),  # Bucheon gets districts
    *(version(code, "41190", DIVIDED) for code in ("41192", "41194")),
)
CHANGES = tuple(
    AreaChange(old, new, day, Fraction(1))
    for old, new, day in (("47720", "27720", MOVED), ("45", "52", RENAMED), ("45111", "52111", RENAMED))
)


def geography(top: str) -> Geography:
    built = build_geography(LISTS, CHANGES, top, LISTED, {})
    assert built
    return built


def living_in(places: Geography, quarter: str, codes: tuple[str, ...]) -> tuple[Unit, ...]:
    """A hundred learners of the quarter, by the codes of its time."""
    draw = random.Random(quarter)
    homes = [places.home(draw.choice(codes)) for _ in range(100)]
    return tuple(
        Unit(
            person=f"{quarter}{number}",
            quarter=quarter,
            area=home,
            sex=draw.choice("FM"),
            age=draw.choice(("Y25T34", "Y55T64", "Y65T74")),
            flags=(),
            domains=("DC30_1",),
            status=draw.choice(("CMP", "CMP", "IPR")),
            days=3,
            hours=None,
        )
        for number, home in enumerate(homes)
        if home is not None
    )


@pytest.mark.parametrize(
    ("top", "quarter", "codes", "counted"),
    [
        ("27", "2023-Q1", ("27110", "47720"), {"27110", "27720"}),
        ("47", "2023-Q1", ("47111", "47720"), {"47111"}),
        ("27", "2023-Q3", ("27110", "27720"), {"27110", "27720"}),
        ("52", "2023-Q4", ("45111", "45"), {"52111", "52"}),
        ("52", "2024-Q1", ("45111", "52111"), {"52111"}),
        ("41190", "2023-Q4", ("41190",), {"41190"}),
        ("41190", "2024-Q1", ("41190", "41192", "41194"), {"41190", "41192", "41194"}),
        ("KR", "2023-Q3", ("47720", "45111", "41190"), {"27720", "52111", "41190"}),
    ],
)
def test_people_of_ended_codes_count_under_the_new_ones_and_nothing_opens(
    top: str, quarter: str, codes: tuple[str, ...], counted: set[str]
) -> None:
    places = geography(top)
    units = {quarter: living_in(places, quarter, codes)}
    assert set(Counter(unit.area for unit in units[quarter])) == counted
    asked = YearToDecide(places.areas, Policy(), (quarter,), units, units)
    decision = steps.decide_year(asked)
    table = asked.table()
    assert (quarter, top, "_T", "ENR") not in decision.hidden
    assert steps.attack_pattern(asked, table, decision.hidden) == []
    assert not decision.given_up


def test_a_move_of_the_whole_breaks_no_series_and_new_districts_begin_with_a_break() -> None:
    assert not geography("27").breaks_in("27720", "2023-Q3")
    assert not geography("52").breaks_in("52111", "2024-Q1")
    assert geography("41190").breaks_in("41192", "2024-Q1")
    assert not geography("41190").breaks_in("41190", "2024-Q1")
