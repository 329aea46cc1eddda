from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.statistics.figures import capability
from services.statistics.figures.capability import AREAS, Indicator, scores

HEADER = "unit,stratum,area,indicator,value,low,high,direction,weight,population"
points = st.lists(st.fractions(0, 100), min_size=5, max_size=5)


def rows(unit: str, values: str, stratum: str = "si", population: str = "") -> list[str]:
    """One indicator an area, each from 0 to 100."""
    given = zip(AREAS, values.split(), strict=True)
    return [f"{unit},{stratum},{area},{area}1,{value.strip('-')},0,100,1,1,{population}" for area, value in given]


def table(*parts: list[str]) -> str:
    return "\n".join([HEADER, *(row for part in parts for row in part)]) + "\n"


def test_a_value_is_placed_between_its_goalposts_and_clipped() -> None:
    more = Indicator("i", "SUP", Decimal(10), Decimal(30), 1, Decimal(1))
    less = Indicator("i", "SUP", Decimal(10), Decimal(30), -1, Decimal(1))
    assert [more.score(Decimal(value)) for value in (5, 10, 15, 30, 99)] == [0, 0, 25, 100, 100]
    assert [less.score(Decimal(value)) for value in (5, 15, 99)] == [100, 75, 0]


@pytest.mark.parametrize(("missing", "score"), [("a", "30"), ("b", None)])
def test_missing_values_are_left_out_if_half_of_the_weight_remains(missing: str, score: str | None) -> None:
    weights = {"a": Decimal(1), "b": Decimal(2)}
    pair = [Indicator(one, "SUP", Decimal(0), Decimal(100), 1, weight) for one, weight in weights.items()]
    rest = [Indicator(one, one, Decimal(0), Decimal(100), 1, Decimal(1)) for one in AREAS[1:]]
    values = {one.id: Decimal(30) for one in (*pair, *rest) if one.id != missing}
    found = scores([*pair, *rest], values)
    assert found.areas["SUP"] == (None if score is None else Fraction(score))
    assert (found.arithmetic is None) == (score is None)
    assert found.available < 1


def test_the_geometric_mean_does_not_let_one_area_buy_off_another() -> None:
    def index(values: str) -> tuple[float, float]:
        indicators = [Indicator(one, one, Decimal(0), Decimal(100), 1, Decimal(1)) for one in AREAS]
        found = scores(indicators, dict(zip(AREAS, map(Decimal, values.split()), strict=True)))
        assert found.arithmetic is not None
        assert found.geometric is not None
        return float(found.arithmetic), float(found.geometric)

    uneven, even = index("10 90 10 90 50"), index("45 45 45 45 50")
    assert uneven[0] > even[0]
    assert uneven[1] < even[1]


@given(st.lists(st.fractions(0, 100), min_size=1, max_size=6), st.data())
def test_the_gini_coefficient_is_that_of_all_pairs(values: list[Fraction], data: st.DataObject) -> None:
    size = len(values)
    weights = data.draw(st.lists(st.fractions(1, 9), min_size=size, max_size=size))
    both = list(zip(values, weights, strict=True))
    apart = sum((v * w * abs(x - y) for (x, v), (y, w) in product(both, repeat=2)), Fraction(0))
    total, mean = sum(weights), sum(x * w for x, w in both) / sum(weights)
    found = capability.gini(values, weights)
    assert found == (apart / (2 * total**2 * mean) if mean else None)


@given(st.lists(points, min_size=2, max_size=5))
def test_whoever_dominates_is_never_ranked_lower(areas: list[list[Fraction]]) -> None:
    units = {str(number): values for number, values in enumerate(areas)}
    found = capability.rank_intervals(units, draws=50)
    assert found == capability.rank_intervals(units, draws=50)
    for one, other in capability.dominance(units):
        assert found[one].best <= found[other].best
        assert found[one].worst <= found[other].worst
    assert all(1 <= one.best <= one.p05 <= one.p95 <= one.worst <= len(units) for one in found.values())


def test_the_command_ranks_within_a_stratum(write: Callable[[str], Path], ask: Callable[..., dict[str, Any]]) -> None:
    text = table(
        rows("a", "80 80 80 80 80", population="100"),
        rows("b", "60 90 60 90 60", population="100"),
        rows("c", "10 10 10 10 10", population="300"),
        rows("d", "99 99 99 99 -", "gun"),
        rows("e", "40 40 40 40 40", "gun"),
    )
    found = ask("capability", write(text))
    units = {one["unit"]: one for one in found["units"]}
    assert (units["b"]["CAPIDX_AM"], units["b"]["INV"]) == ("72.00", "90.00")
    assert (units["d"]["CAPIDX_AM"], units["d"]["USE"], units["d"]["AVAILABLE"]) == (None, None, "0.800")
    city, county = found["strata"]
    assert [city["ranks"][unit]["RANK"] for unit in "abc"] == [1, 2, 3]
    assert city["ranks"]["c"] == {"RANK": 3, "BEST": 3, "P05": 3, "P95": 3, "WORST": 3}
    assert (city["ranks"]["a"]["BEST"], city["ranks"]["a"]["WORST"]) == (1, 2)
    assert city["dominance"] == [["a", "c"], ["b", "c"]]
    assert (city["CAPIDX_GINI"], county["CAPIDX_GINI_POP"]) == ("0.288", None)
    assert (county["UNITS"], county["RANKED"]) == (2, 1)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,si,XXX,i,1,0,100,1,1,", 'line 2, column 3 (area): "XXX" is none of'),
        ("a,si,SUP,i,1,100,100,1,1,", "line 2, column 7 (high): 100 is not above low"),
        ("a,si,SUP,i,1,0,100,2,1,", "line 2, column 8 (direction): must be 1"),
        ("a,si,SUP,i,1,0,100,1,0,", "line 2, column 9 (weight): must be more than 0"),
        ("a,si,SUP,i,1,0,100,1,1,\na,si,SUP,i,2,0,100,1,1,", "line 3, column 4 (indicator): a has i already"),
        ("a,si,SUP,i,1,0,100,1,1,\nb,si,SUP,i,2,0,99,1,1,", "line 3, column 4 (indicator): i has another area"),
        ("a,si,SUP,i,1,0,100,1,1,\na,gun,SUP,j,2,0,99,1,1,", "line 3, column 2 (stratum): a is in si above"),
        ("a,si,SUP,i,1,0,100,1,1,", "no indicator of INV, FAC, ORG, USE"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(
    write: Callable[[str], Path], refusal: Callable[..., str], row: str, told: str
) -> None:
    assert told in refusal("capability", write(f"{HEADER}\n{row}\n"))
