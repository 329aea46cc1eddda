"""`recast` on plain and released series; the places are invented."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.statistics.formats.cells import PublicRelease
from services.statistics.formats.tabular import observations
from tests.unit.statistics.small_release import small_release

Write = Callable[[str], Path]
Ask = Callable[..., dict[str, Any]]

STEPS = """from_code,to_code,day,share
901,905,2026-07-01,1
902,905,2026-07-01,1
903,906,2026-07-01,0.6
903,907,2026-07-01,0.4
904,908,2026-07-01,1
"""
HEADER = "area,period,measure,value\n"


def told(answer: dict[str, Any]) -> dict[tuple[str, str, str], tuple[str | None, str]]:
    return {(row["area"], row["period"], row["measure"]): (row["value"], row["status"]) for row in answer["rows"]}


def before(*rows: tuple[str, str, str]) -> str:
    return HEADER + "".join(f"{area},2026-Q2,{measure},{value}\n" for area, measure, value in rows)


def recast(ask: Ask, write: Write, rows: str, *options: str, steps: str = STEPS) -> dict[str, Any]:
    return ask("recast", write(rows), "--crosswalk", write(steps), *options)


def test_counts_of_merged_areas_add_up_and_their_rate_is_computed_from_them(write: Write, ask: Ask) -> None:
    rows = before(
        *(("901", "ENR", "20"), ("902", "ENR", "30"), ("901", "CMP", "10"), ("902", "CMP", "20")),
        *(("901", "CPR", "50.0"), ("902", "CPR", "66.7"), ("904", "CPR", "12.5"), ("901", "TTC_MED", "3.0")),
        ("902", "TTC_MED", "4.0"),
    )
    answer = recast(ask, write, rows)
    assert told(answer) == {
        ("905", "2026-Q2", "ENR"): ("50", "A"),
        ("905", "2026-Q2", "CMP"): ("30", "A"),
        ("905", "2026-Q2", "CPR"): ("60.0", "A"),
        ("908", "2026-Q2", "CPR"): ("12.5", "A"),
        ("905", "2026-Q2", "TTC_MED"): (None, "O"),
    }
    assert [one["measure"] for one in answer["untold"]] == ["TTC_MED"]


def test_without_its_counts_a_rate_of_several_areas_is_not_averaged_but_empty(write: Write, ask: Ask) -> None:
    answer = recast(ask, write, before(("901", "CPR", "50.0"), ("902", "CPR", "70.0")))
    assert told(answer) == {("905", "2026-Q2", "CPR"): (None, "O")}
    assert "needs exact CMP and ENR" in answer["untold"][0]["why"]


@pytest.mark.parametrize(("enrolled", "expected"), [("4", (None, "Q")), ("14", ("40.0", "U"))])
def test_a_rate_stays_as_reserved_as_in_a_release(
    write: Write, ask: Ask, enrolled: str, expected: tuple[str | None, str]
) -> None:
    rows = before(("901", "ENR", enrolled), ("902", "ENR", "1"), ("901", "CMP", "2"), ("902", "CMP", "4"),
                  ("901", "CPR", "1.0"), ("902", "CPR", "1.0"))  # fmt: skip
    assert told(recast(ask, write, rows))["905", "2026-Q2", "CPR"] == expected


def test_a_hidden_part_hides_the_sum_and_a_part_that_is_not_there_leaves_it_open(write: Write, ask: Ask) -> None:
    rows = before(("901", "ENR", ""), ("902", "ENR", "30"), ("901", "CMP", "10"), ("903", "ENR", ""))
    answer = told(recast(ask, write, rows))
    assert answer["905", "2026-Q2", "ENR"] == (None, "Q")
    assert answer["905", "2026-Q2", "CMP"] == (None, "O")
    assert answer["906", "2026-Q2", "ENR"] == answer["907", "2026-Q2", "ENR"] == (None, "Q")


def test_a_divided_area_is_estimated_by_shares_and_breaks_where_its_own_figures_begin(write: Write, ask: Ask) -> None:
    rows = before(("903", "ENR", "11"), ("903", "CMP", "0"), ("903", "CPR", "0.0")) + "906,2026-Q3,ENR,7\n"
    assert told(recast(ask, write, rows)) == {
        ("906", "2026-Q2", "ENR"): ("7", "E"),
        ("907", "2026-Q2", "ENR"): ("4", "E"),
        ("906", "2026-Q2", "CMP"): ("0", "A"),  # of nobody every part is nobody
        ("907", "2026-Q2", "CMP"): ("0", "A"),
        ("906", "2026-Q2", "CPR"): (None, "O"),
        ("907", "2026-Q2", "CPR"): (None, "O"),
        ("906", "2026-Q3", "ENR"): ("7", "B"),
    }


def test_the_common_area_of_what_was_divided_is_exact_on_either_side(write: Write, ask: Ask) -> None:
    steps = (
        STEPS.splitlines()[0] + "\n28110,28125,2026-07-01,0.7\n28110,28155,2026-07-01,0.3\n28140,28125,2026-07-01,1\n"
    )
    rows = before(("28110", "ENR", "11"), ("28140", "ENR", "5"))
    rows += "28125,2026-Q3,ENR,10\n28155,2026-Q3,ENR,8\n"
    answer = recast(ask, write, rows, "--common", steps=steps)
    assert answer["common_areas"] == {"28X01": ["28110", "28125", "28140", "28155"]}
    assert told(answer) == {("28X01", "2026-Q2", "ENR"): ("16", "A"), ("28X01", "2026-Q3", "ENR"): ("18", "A")}


def test_a_releases_own_csv_comes_back_with_its_columns_under_the_new_codes(
    tmp_path: Path, write: Write, ask: Ask
) -> None:
    one = small_release()
    path = tmp_path / "observations.csv"
    path.write_bytes(observations(PublicRelease.of(one)))
    child, day = one.areas[1].code, one.area_vintage.replace(year=one.area_vintage.year + 1)
    steps = f"from_code,to_code,day,share\n{child},NEW,{day},1\n"
    answer = ask("recast", path, "--crosswalk", write(steps))
    was = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert len(answer["rows"]) == len(was) - 1
    assert list(answer["rows"][0]) == was[0]
    assert {row["AREA_VINTAGE"] for row in answer["rows"]} == {str(day)}
    areas = {row["REF_AREA"] for row in answer["rows"]}
    assert ("NEW" in areas, child in areas) == (True, False)
    figures = sorted((row["OBS_VALUE"] or "", row["OBS_STATUS"], row["CI_LOW"] or "") for row in answer["rows"])
    names = [was[0].index(name) for name in ("OBS_VALUE", "OBS_STATUS", "CI_LOW")]
    assert figures == sorted(tuple(row[place] for place in names) for row in was[1:])


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (before(("901", "ENR", "1"), ("901", "ENR", "2")), (), "line 3, column 3 (measure): this figure is on line 2"),
        (before(("901", "MOOD", "1")), (), "write a column unit"),
        (before(("901", "ENR", "many")), (), "line 2, column 4 (value)"),
        (HEADER + "901,spring,ENR,1\n", (), "is not a period"),
        (HEADER + "903,2026-Q3,ENR,1\n", (), "903 is no area of 2026-09-30; if it goes on with districts inside it"),
        (before(("905", "ENR", "1")), (), "905 is no area of 2026-06-30"),
        (HEADER + "906,2026-Q3,ENR,1\n", ("--to", "2026-06-30"), "would go back behind a change"),
    ],
)
def test_a_series_that_cannot_be_is_refused_with_what_to_do(
    write: Write, refusal: Callable[..., str], rows: str, options: tuple[str, ...], says: str
) -> None:
    assert says in refusal("recast", write(rows), "--crosswalk", write(STEPS), *options)


def test_a_series_alone_says_nothing_of_what_became_of_its_areas(write: Write, refusal: Callable[..., str]) -> None:
    assert "give --crosswalk" in refusal("recast", write(before(("901", "ENR", "1"))))
