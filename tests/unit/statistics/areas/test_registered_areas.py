"""Korea's real list and residents: codes that were changed, moved and divided between 2023 and 2024."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.statistics.areas.code_lists import AreaChange, AreaVersion, areas_on
from services.statistics.areas.geography import ResidentCounts, build_geography, recast_residents
from services.statistics.figures.refusal import InvalidValue
from services.statistics.reference_data.load_areas import read_areas
from services.statistics.reference_data.resident_files import read_resident_file
from tests.unit.statistics.registration_office import of_months, registered

MAY, JUNE, JULY, DECEMBER, JANUARY = (
    *(date(2023, 5, 31), date(2023, 6, 30), date(2023, 7, 31), date(2023, 12, 31)),
    date(2024, 1, 31),
)
DAYS = (MAY, JUNE, JULY, DECEMBER, JANUARY)
BUCHEON = Path(__file__).with_name("bucheon.csv")
"""The city was divided into three districts; shares by the residents of the first month that has them."""
EVERYBODY = ("_T", "_T")


class Korea(NamedTuple):
    areas: Sequence[AreaVersion]
    steps: Sequence[AreaChange]
    residents: Mapping[date, ResidentCounts]
    file: Path

    def everybody(self, area: str, day: date) -> int:
        return self.residents[day][area, *EVERYBODY]


@pytest.fixture(scope="module")
def korea(tmp_path_factory: pytest.TempPathFactory) -> Korea:
    areas, steps = read_areas(registered() / "area_validity.csv", BUCHEON)
    file = of_months({f"{day:%Y-%m}" for day in DAYS}, tmp_path_factory.mktemp("residents") / "residents.csv")
    residents: dict[date, dict[tuple[str, str, str], int]] = defaultdict(dict)
    for day, cell, count in read_resident_file(file, None, {area.code for area in areas}, sexes_in_order=True).cells():
        residents[day][cell] = count
    return Korea(areas, steps, residents, file)


@pytest.fixture(scope="module")
def series(korea: Korea, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        f"{area},{day:%Y-%m},POP,{count}"
        for day in DAYS
        for (area, sex, age), count in korea.residents[day].items()
        if (sex, age) == EVERYBODY
    ]
    path = tmp_path_factory.mktemp("series") / "series.csv"
    path.write_text("\n".join(["area,period,measure,value", *rows]))
    return path


Figures = Mapping[tuple[str, str], tuple[str | None, str]]


def figures(answer: dict[str, Any]) -> Figures:
    return {(row["area"], row["period"]): (row["value"], row["status"]) for row in answer["rows"]}


def test_every_area_has_the_residents_of_all_that_lies_in_it_whatever_its_code_looks_like(korea: Korea) -> None:
    for day, residents in korea.residents.items():
        inside: dict[tuple[str, str, str], int] = defaultdict(int)
        valid = areas_on(korea.areas, day)
        for (area, sex, age), count in residents.items():
            inside[valid[area].parent, sex, age] += count
        assert {cell: residents[cell] for cell in inside if cell[0]} == {c: n for c, n in inside.items() if c[0]}
    levels = {area.code: (area.parent, area.level) for area in korea.areas}
    assert [levels[code] for code in ("43745", "36110", "50130", "47111", "41192")] == [
        *(("43", "SGG"), ("36", "SGG"), ("50", "SGG"), ("47110", "GU"), ("41190", "GU")),
    ]


def test_the_successor_of_a_code_follows_from_names_and_months(korea: Korea) -> None:
    moves = {(step.old, step.new, str(step.day)) for step in korea.steps if step.share == 1}
    assert len(moves) == 37
    assert {
        *(("42", "51", "2023-06-01"), ("42820", "51820", "2023-06-01"), ("47720", "27720", "2023-07-01")),
        *(("45", "52", "2024-01-01"), ("45111", "52111", "2024-01-01")),
    } <= moves


def test_a_code_that_ends_without_a_successor_of_its_name_is_refused(korea: Korea, tmp_path: Path) -> None:
    text = (registered() / "area_validity.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "areas.csv"
    path.write_text("\n".join(line for line in text.splitlines() if not line.startswith("2772000000")))
    with pytest.raises(InvalidValue, match=r"47720 \(경상북도 군위군, until 2023-06-30\).*--crosswalk"):
        read_areas(path)


def test_a_file_with_the_same_label_for_all_sexes_is_refused_without_sexes_in_order(
    korea: Korea,
) -> None:
    known = {area.code for area in korea.areas}
    with pytest.raises(InvalidValue, match=r"11, _T, _T is on line \d+ already.*--sexes-in-order"):
        read_resident_file(korea.file, None, known, sexes_in_order=False)
    labelled, read = korea.residents[JULY], korea.residents[MAY]  # of the first months of each half-year it is right
    for area in (code for code, sex, age in read if (sex, age) == EVERYBODY and (code, *EVERYBODY) in labelled):
        was, became = (of[area, "M", "Y_GE60"] / of[area, "_T", "Y_GE60"] for of in (read, labelled))
        assert abs(was - became) < 0.005


def test_residents_of_an_area_that_the_list_lacks_are_refused_by_name_and_line(korea: Korea) -> None:
    known = {area.code for area in korea.areas} - {"11140"}
    with pytest.raises(
        InvalidValue, match=r"line \d+, column 2 \(code\): 1114000000 \(서울특별시 중구\) is not a known area"
    ):
        read_resident_file(korea.file, None, known, sexes_in_order=True)


def test_earlier_residents_are_counted_under_the_release_codes(korea: Korea) -> None:
    def told(top: str, area: str, table: date, day: date) -> int:
        found = build_geography(korea.areas, korea.steps, top, day, {})
        assert found
        return recast_residents(korea.residents[table], found, table)[area, *EVERYBODY]

    assert told("51", "51", MAY, JUNE) == korea.everybody("42", MAY)
    assert told("51", "51820", MAY, JANUARY) == korea.everybody("42820", MAY)
    assert told("52", "52111", DECEMBER, JANUARY) == korea.everybody("45111", DECEMBER)
    assert told("27", "27", JUNE, JULY) == korea.everybody("27", JUNE) + korea.everybody("47720", JUNE)
    assert told("47", "47", JUNE, JULY) == korea.everybody("47", JUNE) - korea.everybody("47720", JUNE)
    assert told("41", "41190", DECEMBER, JANUARY) == korea.everybody("41190", DECEMBER)


def test_only_districts_that_are_new_break_a_release_and_not_the_city_that_has_them(korea: Korea) -> None:
    found = build_geography(korea.areas, korea.steps, "41", JANUARY, {})
    assert found
    assert set(found.broken) == {"41192", "41194", "41196"}


def test_a_series_over_new_codes_says_that_it_breaks(
    korea: Korea, series: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    found = figures(ask("recast", series, "--areas", registered() / "area_validity.csv", "--as-is"))
    broken = {key for key, (_, status) in found.items() if status == "B"}
    assert {("51", "2023-06"), ("51820", "2023-06"), ("27", "2023-07"), ("47", "2023-07"), ("52", "2024-01")} <= broken
    assert {area for area, period in broken if period == "2023-07"} == {"27", "47", "27720"}
    assert found["42", "2023-05"] == (str(korea.everybody("42", MAY)), "A")


def test_recast_to_one_list_a_series_is_whole_and_every_month_has_as_many_people_as_before(
    korea: Korea, series: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    answer = ask("recast", series, "--areas", registered() / "area_validity.csv", "--crosswalk", BUCHEON)
    found, valid = figures(answer), areas_on(korea.areas, JANUARY)
    assert answer["untold"] == []
    for day in DAYS:
        period = f"{day:%Y-%m}"
        assert {area for area, when in found if when == period} == valid.keys()
        provinces = [code for code in areas_on(korea.areas, day).values() if not code.parent]
        before = sum(korea.everybody(area.code, day) for area in provinces)
        assert sum(int(found[code, period][0] or 0) for code, area in valid.items() if not area.parent) == before
    gangwon = [found["51", f"{day:%Y-%m}"] for day in (MAY, JUNE)]
    assert gangwon == [(str(korea.everybody("42", MAY)), "A"), (str(korea.everybody("51", JUNE)), "A")]
    both = korea.everybody("27", JUNE) + korea.everybody("47720", JUNE)
    assert found["27", "2023-06"] == (str(both), "A")


def test_the_districts_of_a_divided_city_are_estimates_before_and_make_up_the_city_after(
    korea: Korea, series: Path, ask: Callable[..., dict[str, Any]]
) -> None:
    answer = ask("recast", series, "--areas", registered() / "area_validity.csv", "--crosswalk", BUCHEON)
    found, districts = figures(answer), ("41192", "41194", "41196")
    assert [found[code, "2023-12"][1] for code in districts] == ["E"] * 3
    assert [found[code, "2024-01"][1] for code in districts] == ["B"] * 3
    assert {found["41190", f"{day:%Y-%m}"][1] for day in DAYS} == {"A"}
    for period, day in (("2023-12", DECEMBER), ("2024-01", JANUARY)):
        total = sum(int(found[code, period][0] or 0) for code in districts)
        assert abs(total - korea.everybody("41190", day)) <= 1  # each is rounded by itself
    assert sum(korea.everybody(code, JANUARY) for code in districts) == korea.everybody("41190", JANUARY)
